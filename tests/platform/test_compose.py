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
from service.domain.site import Audience
from service.settings import read_settings
from tests.servers import REPOSITORY, RedisServer, ServiceProcess, skip_or_fail, wait_until

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICE: dict[str, Any] = COMPOSE["services"]["service"]
REDIS: dict[str, Any] = COMPOSE["services"]["redis"]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]


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
    assert PROJECT["scripts"][parts[0]] == "service.__main__:main"
    return [sys.executable, "-m", "service", *parts[1:]]


def health_command() -> list[str]:
    [health] = values("HEALTHCHECK")
    parts: list[str] = json.loads(health.split("CMD", 1)[1])
    assert parts[0] == "python"
    return [sys.executable, *parts[1:]]


def interpolated(text: str) -> str:
    """What compose makes of a text: each variable its default, `$$` a dollar."""

    def replaced(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else str(match[2])

    return re.sub(r"\$\$|\$\{(\w+):-([^}]*)\}", replaced, text)


def compose_environment() -> dict[str, str]:
    """What the container gets from compose; where its secrets lie is told by `_FILE`."""
    return {name: interpolated(value) for name, value in SERVICE["environment"].items()}


def with_secrets(text: str, folder: Path) -> str:
    """A command or an address of a file, with the secrets lying elsewhere."""
    return text.replace("/run/secrets/", f"{folder}/")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder of secrets, made by the lines at the head of the file."""
    head = (REPOSITORY / "docker-compose.yml").read_text().split("name: commentdesk")[0]
    lines = [line.removeprefix("#     ") for line in head.splitlines() if line.startswith("#     ")]
    done = subprocess.run(["sh", "-euc", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tmp_path / "secrets"


def test_the_images_are_named_with_their_versions() -> None:
    assert interpolated(REDIS["image"]) == "redis:8-alpine"
    assert SERVICE["image"] == f"{PROJECT['name']}:{PROJECT['version']}"


def test_the_image_is_built_from_the_dockerfile_beside_the_code() -> None:
    context = REPOSITORY / SERVICE["build"]["context"]
    assert (context / SERVICE["build"]["dockerfile"]).samefile(REPOSITORY / "service" / "Dockerfile")


def test_the_images_python_is_one_that_the_project_supports() -> None:
    minimum = re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"])
    assert minimum is not None
    [argument] = values("ARG")
    version = re.fullmatch(r"PYTHON_IMAGE=(python:3\.(\d+)-slim)", argument)
    assert version is not None
    assert int(version[2]) >= int(minimum[1])
    assert interpolated(SERVICE["build"]["args"]["PYTHON_IMAGE"]) == version[1]
    assert all(value.startswith("${PYTHON_IMAGE}") for value in values("FROM"))


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


def own_settings(secrets: Path) -> dict[str, str]:
    """The variables of ours that the container has."""
    environment = {**image_environment(), **compose_environment()}
    return {name: with_secrets(value, secrets) for name, value in environment.items() if name.startswith(PREFIX)}


def test_every_variable_is_a_setting_and_every_value_is_accepted(secrets: Path) -> None:
    ours = own_settings(secrets)
    names = {name.removeprefix(PREFIX).removesuffix("_FILE").lower() for name in ours}
    assert names <= set(SettingsSchema().fields)
    settings = read_settings(ours)
    assert settings.host == "0.0.0.0"  # noqa: S104 - inside a container that is the container's own network
    assert settings.admin_token == (secrets / "admin-token").read_text().strip()
    assert settings.secret_key == (secrets / "secret-key").read_text().strip()
    assert settings.admin_token != settings.secret_key
    assert settings.trusted_proxies == ()
    assert settings.demo is Audience.NOBODY


def test_secrets_come_from_files_alone() -> None:
    """An environment is seen by whoever may ask Docker, and by every child process."""
    declared = {name: each["file"] for name, each in COMPOSE["secrets"].items()}
    assert declared == {name: f"./secrets/{name}" for name in declared}
    assert set(declared) == {*REDIS["secrets"], *SERVICE["secrets"]}
    for name in ("ADMIN_TOKEN", "SECRET_KEY", "REDIS_URL"):
        assert f"{PREFIX}{name}" not in SERVICE["environment"]
        folder, _, secret = SERVICE["environment"][f"{PREFIX}{name}_FILE"].rpartition("/")
        assert (folder, secret in SERVICE["secrets"]) == ("/run/secrets", True)
    assert "/secrets/" in (REPOSITORY / ".gitignore").read_text().splitlines()


def test_the_folder_of_secrets_keeps_others_out_and_lets_containers_read(secrets: Path) -> None:
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in secrets.iterdir()} == set(COMPOSE["secrets"])
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o444}


@pytest.mark.parametrize("container", [REDIS, SERVICE], ids=["redis", "service"])
def test_a_container_may_do_what_it_needs_and_no_more(container: dict[str, Any]) -> None:
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["tmpfs"] == ["/tmp"]
    assert container["pids_limit"] <= 128
    assert "privileged" not in container
    assert "cap_add" not in container
    assert REDIS["user"].partition(":")[0] != "0"


@pytest.mark.parametrize("container", [REDIS, SERVICE], ids=["redis", "service"])
def test_its_log_has_an_end(container: dict[str, Any]) -> None:
    assert container["logging"]["driver"] == "local"
    assert set(container["logging"]["options"]) == {"max-size", "max-file"}


def test_memory_has_an_end_below_the_containers() -> None:
    assert SERVICE["mem_limit"]
    units = {"k": 2**10, "m": 2**20, "g": 2**30}
    limit, command = interpolated(REDIS["mem_limit"]), redis_command()
    most = command[command.index("--maxmemory") + 1].removesuffix("b")
    container_bytes = int(limit[:-1]) * units[limit[-1]]
    assert 0.5 < int(most[:-1]) * units[most[-1]] / container_bytes <= 0.6


def test_the_redis_that_the_service_asks_for_is_the_one_beside_it(secrets: Path) -> None:
    url = urlsplit((secrets / "redis-url").read_text().strip())
    assert (url.scheme, url.hostname, url.port) == ("redis", "redis", 6379)
    assert url.password == (secrets / "redis-password").read_text().strip()
    assert SERVICE["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert "ports" not in REDIS
    assert REDIS["networks"] == ["store"]
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert "store" in SERVICE["networks"]


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
def image_service(tmp_path: Path, redis_server: RedisServer, secrets: Path) -> Iterator[ServiceProcess]:
    """The image's own command with the image's and compose's own environment, but for what Docker would map."""
    (secrets / "redis-url").chmod(0o600)
    (secrets / "redis-url").write_text(redis_server.url)
    environment = own_settings(secrets) | {f"{PREFIX}PORT": "0", f"{PREFIX}DATA_DIR": str(tmp_path / "data")}
    token = (secrets / "admin-token").read_text().strip()
    service = ServiceProcess(tmp_path / "data", admin_token=token, settings=environment, command=image_command())
    del service._environment[f"{PREFIX}ADMIN_TOKEN"]
    yield service
    service.kill()


def test_the_images_command_serves_and_its_health_check_tells(image_service: ServiceProcess) -> None:
    image_service.start()
    address = urlsplit(image_service.url)
    assert address.hostname == "127.0.0.1"
    assert "(0.0.0.0)" in image_service.said()
    assert address.port is not None
    port = image_environment()[f"{PREFIX}PORT"]
    check = [part.replace(f":{port}/", f":{address.port}/") for part in health_command()]
    assert subprocess.run(check, capture_output=True).returncode == 0
    assert image_service.stop() == 0
    assert subprocess.run(check, capture_output=True).returncode != 0


def redis_command() -> list[str]:
    return [interpolated(part) for part in REDIS["command"]]


def health_check_of_redis() -> str:
    kind, check = REDIS["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    return interpolated(check)


def test_the_redis_command_is_durable_and_its_health_check_tells(tmp_path: Path, secrets: Path) -> None:
    for tool in ("redis-server", "redis-cli"):
        if shutil.which(tool) is None:
            skip_or_fail(f"{tool} is not on PATH (Debian: apt install redis-server)")
    socket = tmp_path / "redis.sock"
    here = ["--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    command = [with_secrets(part, secrets) for part in redis_command()] + here
    check = with_secrets(health_check_of_redis(), secrets).replace("redis-cli ", f"redis-cli -s {socket} ")
    password = (secrets / "redis-password").read_text().strip()

    def is_well() -> bool:
        return subprocess.run(["sh", "-c", check], capture_output=True).returncode == 0

    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until(is_well, "the health check", 10)
        with redis.Redis(unix_socket_path=str(socket)) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis(unix_socket_path=str(socket), password=password) as client:
            wanted = {"appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory-policy": "noeviction"}
            wanted |= {"hash-max-listpack-value": "1024", "hash-max-listpack-entries": "32"}
            wanted |= {"maxmemory": str(600 * 1024 * 1024)}
            assert {name: client.config_get(name)[name] for name in wanted} == wanted
        # The shell became the server, so that it hears when Docker stops it; and no list of processes has the password.
        assert Path(f"/proc/{server.pid}/exe").resolve().name.startswith("redis-")
        assert password.encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()
        (secrets / "redis-password").chmod(0o600)
        (secrets / "redis-password").write_text("another")
        assert not is_well()
    finally:
        server.terminate()
        server.wait(20)
    assert not is_well()
