"""The wire: what commentdesk takes and gives, as marshmallow schemas. Knows nothing of the service behind it."""
