"""The API's calls, by audience: each turns a checked call into a use case, and its result into an answer."""
