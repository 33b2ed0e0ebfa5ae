"""The marshmallow schemas of what commentdesk receives and sends; they do not import the service."""
