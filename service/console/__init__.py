"""The console: pages at which moderators work, behind a session. They call what the API calls."""
