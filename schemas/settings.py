"""The settings: environment variables `COMMENTDESK_NAME`, checked all at once."""

from ipaddress import ip_network
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

PREFIX = "COMMENTDESK_"


def _networks(text: str) -> None:
    for part in text.split(","):
        try:
            ip_network(part.strip())
        except ValueError as error:
            raise ValidationError(f"{part.strip()!r} is not an address or network.") from error


class DemoField(fields.Field[str]):
    """`local`, or a truth value in any of the spellings that it always had: `true` or `false` then."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        if value == "local":
            return "local"
        if value in fields.Boolean.truthy:
            return "true"
        if value in fields.Boolean.falsy:
            return "false"
        raise ValidationError("Must be local, true or false.")


class SettingsSchema(Schema):
    """Every setting, its default and its meaning; the README's table is tested against this."""

    host = fields.String(load_default="127.0.0.1", metadata={"description": "Address to listen on."})
    port = fields.Integer(
        load_default=8080,
        validate=validate.Range(0, 65535),
        metadata={"description": "Port to listen on; 0 lets the system choose."},
    )
    workers = fields.Integer(
        load_default=1,
        validate=validate.Range(1, 64),
        metadata={"description": "Processes that serve the port together; one for each core that it may use."},
    )
    redis_url = fields.String(
        load_default=None,
        validate=validate.Regexp(
            r"^(rediss?(\+cluster|\+sentinel)?|unix)://\S+\Z",
            error="Must start with redis://, rediss://, unix://, redis+cluster:// or redis+sentinel://.",
        ),
        metadata={
            "description": "Redis 7.0 or newer, Valkey, a cluster or sentinels. "
            "None: the service runs its own in the data folder."
        },
    )
    wait_replicas = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 10),
        metadata={"description": "So many replicas must have a comment before it is acknowledged."},
    )
    data_dir = fields.String(
        load_default="./.commentdesk",
        validate=validate.Length(min=1),
        metadata={
            "description": "Folder for the embedded server's data and for secrets that were made at first start."
        },
    )
    max_memory_mb = fields.Integer(
        load_default=None,
        validate=validate.Range(min=16),
        metadata={
            "description": "Memory that the embedded server may use, in MiB; when it is full new comments are refused. "
            "None: 60% of what the machine or container has beside the service's own."
        },
    )
    admin_token = fields.String(
        load_default=None,
        validate=validate.Length(min=16),
        metadata={"description": "The administrator's token. Without it one is made and kept in the data folder."},
    )
    secret_key = fields.String(
        load_default=None,
        validate=validate.Length(min=16),
        metadata={"description": "Secret that encrypts emails. Without it one is made and kept in the data folder."},
    )
    metrics_token = fields.String(
        load_default=None,
        validate=validate.Length(min=16),
        metadata={
            "description": "When set, `/metrics` asks for this token, or for an operator's or the administrator's."
        },
    )
    trusted_proxies = fields.String(
        load_default="",
        validate=lambda text: _networks(text) if text else None,
        metadata={"description": "Addresses or networks, comma-separated, whose `X-Forwarded-For` is believed."},
    )
    demo = DemoField(
        load_default="local",
        metadata={
            "description": "Who gets the demo article at `/demo`: `local`, a browser on this machine that comes "
            "through no proxy; `true`, anyone; `false`, nobody."
        },
    )
    log_level = fields.String(
        load_default="info",
        validate=validate.OneOf(["debug", "info", "warning", "error"]),
        metadata={"description": "The least important kind of log line that is written."},
    )
