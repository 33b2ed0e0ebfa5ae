"""What reads the streams of events: each consumer at its own pace, at least once, and never in a request's way."""
