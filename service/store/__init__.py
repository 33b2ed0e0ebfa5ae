"""The store: atomic steps on Redis, and what comes back from them. One file a noun, one script a step."""
