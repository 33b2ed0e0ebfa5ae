"""commentdesk's service: HTTP, use cases, scoring and the store."""
