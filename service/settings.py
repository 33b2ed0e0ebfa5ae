"""Reads the settings from environment variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from marshmallow import ValidationError

from schemas.fields import field_errors
from schemas.settings import PREFIX, SettingsSchema, split_hosts
from service.domain.site import Audience
from service.errors import StartError

_REDIS_URL_FILE = "redis_url_file"
TOKEN_PREFIX = "cd_"  # noqa: S105 every token begins with it


@dataclass(frozen=True, slots=True)
class Settings:
    """The values that `schemas.settings` has checked, with the networks parsed; `repr` shows no secret.

    `embedded_dir` is the data folder where the service runs its embedded server.
    """

    host: str
    port: int
    workers: int
    redis_url: str | None = field(repr=False)
    redis_url_file: Path | None
    wait_replicas: int
    data_dir: Path
    embedded_dir: Path | None
    max_memory_mb: int | None
    admin_token: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)
    previous_secret_key: str | None = field(repr=False)
    metrics_token: str | None = field(repr=False)
    hosts: frozenset[str]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    demo: Audience
    log_level: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Returns the settings; raises one StartError that names every mistake."""
    known = set(SettingsSchema().fields)
    given: dict[str, str] = {}
    redis_url_file: Path | None = None
    mistakes: dict[str, list[str]] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in known:
            given[name] = value
        elif name.endswith("_file") and name.removesuffix("_file") in known:
            if name == _REDIS_URL_FILE:
                redis_url_file = Path(value)
            _read_file(name.removesuffix("_file"), value, environment, given=given, mistakes=mistakes)
        else:
            mistakes[name] = ["There is no such setting."]
    loaded: dict[str, object] = {}
    try:
        loaded = SettingsSchema().load(given)
    except ValidationError as error:
        mistakes |= field_errors(error)
    if mistakes:
        lines = [f"  {PREFIX}{name.upper()}: {' '.join(messages)}" for name, messages in sorted(mistakes.items())]
        raise StartError("\n".join(["The settings are not valid:", *lines]))
    loaded["redis_url_file"] = redis_url_file
    loaded["data_dir"] = Path(str(loaded["data_dir"])).expanduser()
    loaded["embedded_dir"] = None if loaded["redis_url"] else loaded["data_dir"]
    loaded["demo"] = Audience(str(loaded["demo"]))
    proxies = str(loaded["trusted_proxies"])
    loaded["trusted_proxies"] = tuple(ip_network(network.strip()) for network in proxies.split(",")) if proxies else ()
    loaded["hosts"] = frozenset(split_hosts(str(loaded["hosts"])))
    return Settings(**loaded)  # type: ignore[arg-type]


def reader_of_redis_url(settings: Settings) -> Callable[[], str] | None:
    """Returns what reads the store's address anew, where it lies in a file; the reader raises OSError or ValueError."""
    file = settings.redis_url_file
    return None if file is None else lambda: _text(file)


def _text(file: Path) -> str:
    return file.read_text("utf-8").strip()


def _read_file(
    name: str, path: str, environment: Mapping[str, str], given: dict[str, str], mistakes: dict[str, list[str]]
) -> None:
    """Adds the text of the file at `path` to the given settings, or a message to the mistakes."""
    if PREFIX + name.upper() in environment:
        mistakes[name] = ["Set both directly and by file."]
        return
    try:
        given[name] = _text(Path(path))
    except (OSError, ValueError) as error:
        mistakes[f"{name}_file"] = [f"Cannot be read: {error}"]
