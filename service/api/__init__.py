"""The calls of the HTTP API, and the JSON that they answer."""
