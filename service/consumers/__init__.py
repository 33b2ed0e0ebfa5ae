"""What works beside the requests, never in the way of one: consumers of the streams of events, each at its own pace and
at least once, and what carries out bulks."""
