"""Carries commands to Redis: to one server, to a server that sentinels watch, or to a cluster."""
