"""Reads the settings from environment variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from marshmallow import ValidationError

from schemas.fields import field_errors
from schemas.origin import PublicAddress, parse_public_address
from schemas.service_links import is_service_link
from schemas.settings import PREFIX, SettingsSchema, split_hosts, split_networks
from service.domain.network import is_loopback
from service.domain.site import Audience
from service.errors import StartError
from service.text_file import read_text

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
    public_url: PublicAddress | None
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    demo: Audience
    disposable_domains: tuple[str, ...]
    audit_days: int
    near_duplicates: bool
    event_listeners: int
    event_listeners_per_address: int
    event_listeners_per_token: int
    log_level: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Returns the settings; raises one StartError that names every mistake."""
    given, mistakes = _given(environment)
    loaded: dict[str, object] = {}
    try:
        loaded = SettingsSchema().load(given)
    except ValidationError as error:
        mistakes |= field_errors(error)
    if mistakes:
        lines = [f"  {PREFIX}{name.upper()}: {' '.join(messages)}" for name, messages in sorted(mistakes.items())]
        raise StartError("\n".join(["The settings are not valid:", *lines]))
    return Settings(**loaded | _parsed(loaded), redis_url_file=_redis_url_file(environment))  # type: ignore[arg-type]


def _redis_url_file(environment: Mapping[str, str]) -> Path | None:
    path = environment.get(f"{PREFIX}REDIS_URL_FILE", "").strip()
    return Path(path) if path else None


def _given(environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Returns the texts of the settings by name, and the mistakes in what is there by name.

    What is empty is not set, and what Kubernetes adds for a Service of our name is no setting.
    """
    known = set(SettingsSchema().fields)
    given: dict[str, str] = {}
    mistakes: dict[str, list[str]] = {}
    named = {
        variable.removeprefix(PREFIX).lower(): value
        for variable, value in environment.items()
        if variable.startswith(PREFIX) and not is_service_link(variable, value)
    }
    for name, value in named.items():
        if name in known:
            given.setdefault(name, value)
        elif name.endswith("_file") and name.removesuffix("_file") in known:
            _read_file(name.removesuffix("_file"), value, named, given=given, mistakes=mistakes)
        else:
            mistakes[name] = ["There is no such setting."]
    return given, mistakes


def _parsed(loaded: Mapping[str, object]) -> dict[str, object]:
    """Returns the values of the settings that are more than a text or a number."""
    proxies = tuple(ip_network(each, strict=False) for each in split_networks(str(loaded["trusted_proxies"])))
    public_url = parse_public_address(str(loaded["public_url"])) if loaded["public_url"] else None
    hosts = frozenset(split_hosts(str(loaded["hosts"])))
    is_open = bool(proxies or public_url) or not _is_of_this_machine(str(loaded["host"]))
    demo = Audience(str(loaded["demo"]))
    data_dir = Path(str(loaded["data_dir"])).expanduser()
    return {
        "data_dir": data_dir,
        "embedded_dir": None if loaded["redis_url"] else data_dir,
        "disposable_domains": tuple(str(loaded["disposable_domains"]).replace(",", " ").split()),
        "hosts": hosts | {public_url.name} if hosts and public_url else hosts,
        "public_url": public_url,
        "trusted_proxies": proxies,
        # Whoever comes from elsewhere may look like this machine behind a proxy that adds no header.
        "demo": Audience.NOBODY if demo is Audience.LOCAL and is_open else demo,
    }


def _is_of_this_machine(host: str) -> bool:
    return host.lower() == "localhost" or is_loopback(host)


def reader_of_redis_url(settings: Settings) -> Callable[[], str] | None:
    """Returns what reads the store's address anew, where it lies in a file; the reader raises OSError or ValueError."""
    file = settings.redis_url_file
    return None if file is None else lambda: read_text(file)


def _read_file(
    name: str, path: str, named: Mapping[str, str], given: dict[str, str], mistakes: dict[str, list[str]]
) -> None:
    """Sets the text of the file at `path` in the given settings, or a message in the mistakes; `named` has all that the
    environment has for settings, by name."""
    if not path.strip():
        return
    if named.get(name, "").strip():
        mistakes[name] = ["Set both directly and by file."]
        return
    try:
        given[name] = read_text(Path(path.strip()))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        mistakes[f"{name}_file"] = [f"Cannot be read: {reason}"]
