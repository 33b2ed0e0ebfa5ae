"""Live events: one reader of a site's stream in a process, and the listeners to whom it gives what it read."""
