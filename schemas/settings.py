"""The schema of the settings: environment variables `COMMENTDESK_NAME`, which are checked all at once."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from schemas.node import is_address
from schemas.origin import OriginError, parse_public_address

PREFIX = "COMMENTDESK_"
SECRET_CHARS = 32
"""The length that a given secret should have: 128 bits in hex. From half of it on it is accepted, with a warning."""
_LEAST_SECRET_CHARS = 16
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")


_TAKEN_AS_GIVEN = {"secret_key", "previous_secret_key"}
"""Spaces around these are part of them: without them emails that were encrypted before could not be read."""


def split_networks(text: str) -> list[str]:
    """Returns the networks of a list, without brackets around an IPv6 address."""
    return [part.strip().replace("[", "").replace("]", "") for part in text.split(",") if part.strip()]


def _networks(text: str) -> None:
    for part in split_networks(text):
        try:
            ip_network(part, strict=False)
        except ValueError as error:
            raise ValidationError(f"{part!r} is not an address or network.") from error


def split_hosts(text: str) -> list[str]:
    """Returns the host names in the form in which requests are compared: lower case, IPv6 without brackets."""
    return [part.strip().lower().strip("[]") for part in text.split(",") if part.strip()]


def _listening_host(text: str) -> None:
    if not _HOST_NAME.fullmatch(text.lower()) and not is_address(text):
        raise ValidationError("Not an address or a host's name (without http:// and port).")


def _public_url(text: str) -> None:
    try:
        parse_public_address(text)
    except OriginError as error:
        raise ValidationError(f"Not an address such as https://news.example/comments: {error}") from error


def _host_names(text: str) -> None:
    for name in split_hosts(text):
        if not _HOST_NAME.fullmatch(name) and not is_address(name):
            raise ValidationError(f"{name!r} is not a host's name (without https:// and port).")


class DemoField(fields.Field[str]):
    """The text `local`, or a truth value in any of marshmallow's spellings, which becomes `true` or `false`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ARG002
        text = str(value).lower()
        if text == "local":
            return "local"
        if text in fields.Boolean.truthy:
            return "true"
        if text in fields.Boolean.falsy:
            return "false"
        raise ValidationError("Must be local, true or false.")


def _secret(description: str) -> fields.String:
    """Returns the field of a secret. One of 16 to 31 characters is accepted, with a warning at each start."""
    validate_length = validate.Length(min=_LEAST_SECRET_CHARS)
    return fields.String(load_default=None, validate=validate_length, metadata={"description": description})


class SettingsSchema(Schema):
    """Every setting, its default and its meaning; the README's table is tested against this."""

    host = fields.String(
        load_default="127.0.0.1",
        validate=_listening_host,
        metadata={
            "description": "Address to listen on. `0.0.0.0` is every IPv4 address of the machine, `::` is every "
            "address, also of IPv4."
        },
    )
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
    admin_token = _secret(
        "The administrator's token, 32 characters or more. Without it one is made and kept in the data folder."
    )
    secret_key = _secret(
        "Secret that encrypts emails, 32 characters or more. Without it one is made and kept in the data folder."
    )
    previous_secret_key = _secret("The secret that `COMMENTDESK_SECRET_KEY` replaces, until `rotate-key` is done.")
    metrics_token = _secret(
        "Token for `/metrics` and the details of `/readyz`, as are an operator's and the administrator's. "
        "None: loopback needs no token."
    )
    hosts = fields.String(
        load_default="",
        validate=_host_names,
        metadata={
            "description": "Names, comma-separated, that the service goes by: a request for another one gets 421. "
            "None: any name, but what loopback alone may see is told under loopback's own."
        },
    )
    public_url = fields.String(
        load_default=None,
        validate=_public_url,
        metadata={
            "description": "Where browsers reach the service through a proxy, such as "
            "`https://news.example/comments`: its links, forms and pages lie there. "
            "None: what trusted proxies tell, else the request's own host."
        },
    )
    trusted_proxies = fields.String(
        load_default="",
        validate=_networks,
        metadata={
            "description": "Addresses or networks, comma-separated, of proxies whose `X-Forwarded-` headers and "
            "`Forwarded` are believed."
        },
    )
    demo = DemoField(
        load_default="local",
        metadata={
            "description": "Who gets the demo article at `/demo`: `local`, a browser on this machine that comes "
            "through no proxy, while the service listens on loopback alone and has neither trusted proxies nor a "
            "public address; `true`, anyone; `false`, nobody."
        },
    )
    near_duplicates = fields.Boolean(
        load_default=True,
        metadata={
            "description": "Whether comments are compared with each other: campaigns are held once moderators turned "
            "some of them down, and `like` finds what reads like one."
        },
    )
    disposable_domains = fields.String(
        load_default="",
        metadata={
            "description": "Domains whose addresses are thrown away after use, with spaces, commas or line ends "
            "between, for rules on emails; best by file. None: a short list of our own."
        },
    )
    audit_days = fields.Integer(
        load_default=400,
        validate=validate.Range(1, 36_500),
        metadata={"description": "Days for which entries of the audit logs are kept; their checkpoints stay for ever."},
    )
    event_listeners = fields.Integer(
        load_default=500,
        validate=validate.Range(0, 10_000),
        metadata={"description": "So many may follow events at once in each process; 0 lets nobody."},
    )
    event_listeners_per_address = fields.Integer(
        load_default=50,
        validate=validate.Range(1, 10_000),
        metadata={"description": "The same of one address, such as that of an office."},
    )
    event_listeners_per_token = fields.Integer(
        load_default=5,
        validate=validate.Range(1, 1000),
        metadata={"description": "The same of one token."},
    )
    log_level = fields.String(
        load_default="info",
        validate=validate.OneOf(["debug", "info", "warning", "error"]),
        metadata={"description": "The least important kind of log line that is written."},
    )

    @pre_load
    def _trimmed(self, data: Mapping[str, str], **_: object) -> dict[str, str]:
        """Removes the space around values, and those that are empty, as compose and env files leave them: they are not
        set."""
        given = {name: text if name in _TAKEN_AS_GIVEN else text.strip() for name, text in data.items()}
        trimmed = {name: text for name, text in given.items() if text.strip()}
        if "log_level" in trimmed:
            trimmed["log_level"] = trimmed["log_level"].lower()
        if "host" in trimmed:
            trimmed["host"] = trimmed["host"].removeprefix("[").removesuffix("]")
        return trimmed
