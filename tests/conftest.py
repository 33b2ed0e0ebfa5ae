"""Fixtures for every test: real servers, emptied before each test, and the service as a process."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from service.link import server
from tests.servers import ONE_SERVER_KINDS, REDIS_SERVER_KINDS, RedisServer, ServiceProcess
from tests.topology import RedisServers

TESTS = Path(__file__).parent
# A busy machine is no bug: examples are limited in number, not in time.
settings.register_profile("commentdesk", deadline=None)
settings.load_profile("commentdesk")
PATIENCE_SECONDS = 30.0
LONGEST = ("faults", "pipeline", "upkeep", "workers", "link", "console", "cluster", "pages", "docs", "platform")
"""Folders whose files have few tests and take long. They go first: else all but one process wait at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {folder: place for place, folder in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.relative_to(TESTS).parts[0], len(LONGEST)))


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link in the test's own process waits for a server that a busy machine holds up; to be refused early is what
    the tests of overload are about."""
    if "overload" not in request.path.parts:
        for limit in ("BUSY_SECONDS", "LATE_SECONDS"):
            monkeypatch.setattr(server, limit, PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def redis_servers() -> Iterator[RedisServers]:
    """The servers of this run; ask for `redis_server` or `every_redis_server` instead."""
    servers = RedisServers()
    yield servers
    servers.stop()


@pytest.fixture
def redis_server(redis_servers: RedisServers) -> RedisServer:
    """An empty Valkey, for tests that do not depend on the kind of server."""
    return redis_servers.get("valkey-single")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every kind of server for `every_redis_server`; not three masters where a test says why they make no sense."""
    if "every_redis_server" in metafunc.fixturenames:
        is_for_one = metafunc.definition.get_closest_marker("one_server")
        kinds = ONE_SERVER_KINDS if is_for_one else REDIS_SERVER_KINDS
        metafunc.parametrize("every_redis_server", kinds, indirect=True)


@pytest.fixture
def every_redis_server(request: pytest.FixtureRequest, redis_servers: RedisServers) -> RedisServer:
    """An empty server, once of each kind: for tests of the store and its scripts."""
    kind: str = request.param
    return redis_servers.get(kind)


@pytest.fixture
def make_service(tmp_path: Path) -> Iterator[Callable[..., ServiceProcess]]:
    """Makes services that are not started yet, each on a data folder of its own; ended after the test."""
    made: list[ServiceProcess] = []

    def make(*, redis_url: str | None = None, settings: Mapping[str, str] | None = None) -> ServiceProcess:
        service = ServiceProcess(tmp_path / f"data-{len(made)}", redis_url=redis_url, settings=settings)
        made.append(service)
        return service

    yield make
    for service in made:
        service.kill()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB of its own, where the machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
