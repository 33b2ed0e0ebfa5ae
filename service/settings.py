"""Reads the settings from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from marshmallow import ValidationError

from schemas.fields import field_errors
from schemas.settings import PREFIX, SettingsSchema, split_hosts
from service.domain.site import Audience
from service.errors import StartError

TOKEN_PREFIX = "cd_"  # noqa: S105 every token begins with it


@dataclass(frozen=True, slots=True)
class Settings:
    """The values that `schemas.settings` has checked, with the networks parsed; `repr` shows no secret."""

    host: str
    port: int
    workers: int
    redis_url: str | None = field(repr=False)
    wait_replicas: int
    data_dir: Path
    max_memory_mb: int | None
    admin_token: str | None = field(repr=False)
    secret_key: str | None = field(repr=False)
    previous_secret_key: str | None = field(repr=False)
    metrics_token: str | None = field(repr=False)
    hosts: frozenset[str]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    demo: Audience
    disposable_domains: tuple[str, ...]
    log_level: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Returns the settings; raises one StartError that names every mistake."""
    known = set(SettingsSchema().fields)
    given: dict[str, str] = {}
    mistakes: dict[str, list[str]] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in known:
            given[name] = value
        elif name.endswith("_file") and name.removesuffix("_file") in known:
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
    loaded["data_dir"] = Path(str(loaded["data_dir"])).expanduser()
    loaded["demo"] = Audience(str(loaded["demo"]))
    proxies = str(loaded["trusted_proxies"])
    loaded["trusted_proxies"] = tuple(ip_network(network.strip()) for network in proxies.split(",")) if proxies else ()
    loaded["disposable_domains"] = tuple(str(loaded["disposable_domains"]).replace(",", " ").split())
    loaded["hosts"] = frozenset(split_hosts(str(loaded["hosts"])))
    return Settings(**loaded)  # type: ignore[arg-type]


def _read_file(
    name: str, path: str, environment: Mapping[str, str], given: dict[str, str], mistakes: dict[str, list[str]]
) -> None:
    """Adds the text of the file at `path` to the given settings, or a message to the mistakes."""
    if PREFIX + name.upper() in environment:
        mistakes[name] = ["Set both directly and by file."]
        return
    try:
        given[name] = Path(path).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        mistakes[f"{name}_file"] = [f"Cannot be read: {error}"]
