"""No password and no token in a command line or in what is said, of any process of ours; a data folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import REPOSITORY, RedisServer, ServiceProcess
from tests.workers.conftest import WORKERS, children, workers

MakeService = Callable[..., ServiceProcess]
PASSWORD = "s3cret-of-the-store"


class GuardedServer(RedisServer):
    """A server that asks for a password."""

    @property
    def url(self) -> str:
        return super().url.replace("unix://", f"unix://:{PASSWORD}@")

    def _command(self) -> list[str]:
        return [*super()._command(), "--requirepass", PASSWORD]


@pytest.fixture
def guarded_server() -> Iterator[RedisServer]:
    server = GuardedServer("valkey-single")
    server.start()
    yield server
    server.stop()


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def command(*arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=REPOSITORY,
        env=environment | {f"COMMENTDESK_{name}": value for name, value in settings.items()},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_command_line_tells_a_secret(make_service: MakeService, guarded_server: RedisServer) -> None:
    service = make_service(redis_url=guarded_server.url, settings=WORKERS)
    service.start()
    secrets = (PASSWORD, service.admin_token, (service.data_dir / "secret-key").read_text().strip())
    assert len(workers(service)) == 2
    for pid in (service.pid, *children(service)):
        assert not [each for each in secrets if each in command_line(pid)]
    assert not [each for each in secrets if each in service.said()]
    service.stop()
    assert not [each for each in secrets if each in service.said()]


def test_the_embedded_server_knows_no_secret(make_service: MakeService) -> None:
    service = make_service(settings=WORKERS)
    service.start()
    (server,) = set(children(service)) - workers(service)
    secrets = (service.admin_token, (service.data_dir / "secret-key").read_text().strip())
    told = command_line(server) + Path(f"/proc/{server}/environ").read_text()
    assert not [each for each in secrets if each in told]


def test_a_command_takes_the_address_without_a_command_line(guarded_server: RedisServer, tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text(guarded_server.url + "\n")
    said = [
        command("doctor", "--redis-url", "-", typed=guarded_server.url + "\n"),
        command("doctor", REDIS_URL_FILE=str(file)),
        command("doctor", "--redis-url", guarded_server.url),
    ]
    assert [each.returncode for each in said] == [0, 0, 0]
    assert ["Warning" in each.stderr for each in said] == [False, False, True]
    assert not [each for each in said if PASSWORD in each.stdout + each.stderr]
    nothing = command("doctor", "--redis-url", "-")
    assert nothing.returncode == 1
    assert "there is none" in nothing.stderr
    assert "Traceback" not in nothing.stderr


def test_a_command_takes_the_token_without_a_command_line(make_service: MakeService, tmp_path: Path) -> None:
    service = make_service()
    service.start()
    file = tmp_path / "token"
    file.write_text(service.admin_token + "\n")
    ask = ("token", "list", "--url", service.url)
    said = [
        command(*ask, "--token", "-", typed=service.admin_token + "\n"),
        command(*ask, "--token-file", str(file)),
        command(*ask, ADMIN_TOKEN_FILE=str(file)),
        command(*ask, ADMIN_TOKEN=service.admin_token),
        command(*ask, "--token", service.admin_token),
    ]
    assert [each.returncode for each in said] == [0] * 5, said
    assert ["Warning" in each.stderr for each in said] == [False] * 4 + [True]
    assert command(*ask, "--token-file", str(file), "--token", "-").returncode == 2
    assert "cannot be read" in command(*ask, "--token-file", str(tmp_path / "absent")).stderr
    for name in ("token create", "site list", "demo", "doctor", "backup", "restore"):
        assert "readable by every user" in " ".join(command(*name.split(), "--help").stdout.split())


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:{}/x@h:6379",
        "redis://:{}#x@h",
        "redis://:1?{}=1@h",
        "redis://h:6379/0?db={}",
        "redis://h?{}=1",
        "redis+cluster://user:{}/x@h:1",
        "redis+cluster://:{}@h,h:{}",
        "redis+cluster://:1?{}=1@h:1",
        "redis+sentinel://:{}/x@h/main",
        "redis+sentinel://:{}@h:26379",
        "{}@h",
    ],
)
def test_what_is_wrong_with_an_address_is_told_without_its_password(url: str, tmp_path: Path) -> None:
    assert_told_without_password(url, tmp_path, workers="1")


def test_workers_tell_it_without_the_password_too(tmp_path: Path) -> None:
    assert_told_without_password("redis://user:{}/x@h:6379", tmp_path, workers="2")


def assert_told_without_password(url: str, tmp_path: Path, *, workers: str) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "PORT": "0", "WORKERS": workers}
    done = command("serve", REDIS_URL=url.format(*[PASSWORD] * 2), **settings)
    assert done.returncode == 1
    assert "COMMENTDESK_REDIS_URL" in done.stderr
    assert PASSWORD not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_others_may_use_is_closed_to_them(make_service: MakeService, redis_server: RedisServer) -> None:
    """Also where the store is elsewhere; and what the commands read there is ours alone, whatever the umask."""
    service = make_service(redis_url=redis_server.url)
    service.data_dir.mkdir()
    service.data_dir.chmod(0o777)
    before = os.umask(0)
    try:
        service.start()
    finally:
        os.umask(before)
    assert service.data_dir.stat().st_mode & 0o777 == 0o700
    address = service.data_dir / "service.json"
    assert {each.stat().st_mode & 0o777 for each in service.data_dir.iterdir()} == {0o600}
    ask = ("token", "list")
    settings = {"DATA_DIR": str(service.data_dir), "ADMIN_TOKEN": service.admin_token}
    assert command(*ask, **settings).returncode == 0
    address.chmod(0o622)
    refused = command(*ask, **settings)
    assert refused.returncode == 1
    assert "not believed" in refused.stderr
