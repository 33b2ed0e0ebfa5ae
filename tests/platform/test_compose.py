"""docker-compose.yml and the Dockerfile agree with the code; what they run is run here, without Docker."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import redis
import yaml

from schemas.settings import PREFIX, SettingsSchema
from service.settings import read_settings
from tests.servers import REPOSITORY, RedisServer, ServiceProcess, skip_or_fail, wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICE: dict[str, Any] = COMPOSE["services"]["service"]
REDIS: dict[str, Any] = COMPOSE["services"]["redis"]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
A_SECRET = "a secret of more than sixteen characters"


class Instruction(NamedTuple):
    """One line of the Dockerfile, continued lines joined."""

    name: str
    value: str


def read_dockerfile() -> list[Instruction]:
    text = (REPOSITORY / "service" / "Dockerfile").read_text()
    lines = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ").splitlines()
    return [Instruction(*line.split(None, 1)) for line in lines if line.strip()]


DOCKERFILE = read_dockerfile()


def values(name: str) -> list[str]:
    return [instruction.value for instruction in DOCKERFILE if instruction.name == name]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for value in values("ENV") for pair in shlex.split(value))


def image_command() -> list[str]:
    [command] = values("CMD")
    parts: list[str] = json.loads(command)
    assert parts[0] == "python"
    return [sys.executable, *parts[1:]]


def health_command() -> list[str]:
    [health] = values("HEALTHCHECK")
    parts: list[str] = json.loads(health.split("CMD", 1)[1])
    assert parts[0] == "python"
    return [sys.executable, *parts[1:]]


def compose_environment() -> dict[str, str]:
    """What the container gets from compose: each variable its default, or a secret where one is asked for."""

    def replaced(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        assert kind == ":-" or name in (f"{PREFIX}ADMIN_TOKEN", f"{PREFIX}SECRET_KEY")
        return A_SECRET if kind == ":?" else str(rest)

    return {
        name: re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", replaced, value) for name, value in SERVICE["environment"].items()
    }


def test_the_images_are_named_with_their_versions() -> None:
    assert REDIS["image"] == "redis:8-alpine"
    assert SERVICE["image"] == f"{PROJECT['name']}:{PROJECT['version']}"


def test_the_image_is_built_from_the_dockerfile_beside_the_code() -> None:
    context = REPOSITORY / SERVICE["build"]["context"]
    assert (context / SERVICE["build"]["dockerfile"]).samefile(REPOSITORY / "service" / "Dockerfile")


def test_the_images_python_is_one_that_the_project_supports() -> None:
    minimum = re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"])
    assert minimum is not None
    for image in values("FROM"):
        version = re.match(r"python:3\.(\d+)-slim", image)
        assert version is not None
        assert int(version[1]) >= int(minimum[1])


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    sent = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source for value in values("COPY") if not value.startswith("--from") for source in shlex.split(value)[:-1]
    }
    assert copied == sent
    assert all((REPOSITORY / source).exists() for source in copied)


def test_the_image_does_not_run_as_root() -> None:
    [user] = values("USER")
    assert any(
        f"useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin {user} " in run
        for run in values("RUN")
    )
    assert [instruction.name for instruction in DOCKERFILE].index("USER") > [
        position for position, instruction in enumerate(DOCKERFILE) if instruction.name == "RUN"
    ][-1]


def test_every_variable_is_a_setting_and_every_value_is_accepted() -> None:
    environment = {**image_environment(), **compose_environment()}
    ours = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    assert {name.removeprefix(PREFIX).lower() for name in ours} <= set(SettingsSchema().fields)
    settings = read_settings(ours)
    assert settings.host == "0.0.0.0"  # noqa: S104 - inside a container that is the container's own network
    assert settings.redis_url == compose_environment()[f"{PREFIX}REDIS_URL"]
    assert settings.admin_token == settings.secret_key == A_SECRET
    assert settings.trusted_proxies == ()


def test_the_secrets_have_no_default() -> None:
    for name in ("ADMIN_TOKEN", "SECRET_KEY"):
        assert SERVICE["environment"][f"{PREFIX}{name}"].startswith(f"${{{PREFIX}{name}:?")


def test_the_redis_that_the_service_asks_for_is_the_one_beside_it() -> None:
    url = urlsplit(compose_environment()[f"{PREFIX}REDIS_URL"])
    assert (url.scheme, url.hostname, url.port) == ("redis", "redis", 6379)
    assert SERVICE["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert "ports" not in REDIS


def test_the_port_is_the_services_and_open_to_this_machine_alone() -> None:
    port = image_environment()[f"{PREFIX}PORT"]
    assert SERVICE["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert values("EXPOSE") == [port]
    assert f":{port}/readyz" in health_command()[-1]


def test_the_volumes_are_declared_and_hold_the_data() -> None:
    folder = image_environment()[f"{PREFIX}DATA_DIR"]
    assert values("VOLUME") == [folder]
    assert SERVICE["volumes"] == [f"service-data:{folder}"]
    assert REDIS["volumes"] == ["redis-data:/data"]
    assert set(COMPOSE["volumes"]) == {"service-data", "redis-data"}


@pytest.fixture
def image_service(tmp_path: Path, redis_server: RedisServer) -> Iterator[ServiceProcess]:
    """The image's own command with the image's and compose's own environment, but for what Docker would map."""
    environment = {
        **{name: value for name, value in image_environment().items() if name.startswith(PREFIX)},
        **compose_environment(),
        f"{PREFIX}PORT": "0",
        f"{PREFIX}DATA_DIR": str(tmp_path / "data"),
        f"{PREFIX}REDIS_URL": redis_server.url,
    }
    service = ServiceProcess(tmp_path / "data", settings=environment, command=image_command())
    yield service
    service.kill()


def test_the_images_command_serves_and_its_health_check_tells(image_service: ServiceProcess) -> None:
    image_service.start()
    address = urlsplit(image_service.url)
    assert address.hostname == "0.0.0.0"  # noqa: S104
    assert address.port is not None
    port = image_environment()[f"{PREFIX}PORT"]
    check = [part.replace(f":{port}/", f":{address.port}/") for part in health_command()]
    assert subprocess.run(check, capture_output=True).returncode == 0
    assert image_service.stop() == 0
    assert subprocess.run(check, capture_output=True).returncode != 0


def test_the_redis_command_is_durable_and_its_health_check_tells(tmp_path: Path) -> None:
    for tool in ("redis-server", "redis-cli"):
        if shutil.which(tool) is None:
            skip_or_fail(f"{tool} is not on PATH (Debian: apt install redis-server)")
    socket = tmp_path / "redis.sock"
    here = ["--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    kind, *check = REDIS["healthcheck"]["test"]
    assert kind == "CMD"
    check = [check[0], "-s", str(socket), *check[1:]]
    server = subprocess.Popen([*REDIS["command"], *here], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: subprocess.run(check, capture_output=True).returncode == 0, "the health check", 10)
        with redis.Redis(unix_socket_path=str(socket)) as client:
            wanted = {"appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory-policy": "noeviction"}
            wanted |= {"hash-max-listpack-value": "1024", "hash-max-listpack-entries": "32"}
            assert {name: client.config_get(name)[name] for name in wanted} == wanted
    finally:
        server.terminate()
        server.wait(20)
    assert subprocess.run(check, capture_output=True).returncode != 0
