"""A process that consumes is killed between handling an event and saying so; another one goes on."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.link.link import Link
from service.store import keys
from tests.servers import REPOSITORY, RedisServer, client_of, wait_until
from tests.store.desk import Store, read_events

Start = Callable[[], subprocess.Popen[bytes]]
PATIENCE_SECONDS = 40
"""A process starts in about two seconds, and a lease lasts for ten."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events"


@pytest.fixture
def start(redis_server: RedisServer, file: Path) -> Iterator[Start]:
    begun: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.consumers.process", redis_server.url, str(file)]
        begun.append(subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()


def lines(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


async def test_another_process_goes_on_when_the_one_at_work_is_killed(
    store: Store, link: Link, start: Start, file: Path, redis_server: RedisServer
) -> None:
    for _ in range(3):
        await store.submit()
    ids = [event.event_id for event in await read_events(link, keys.events("default"))]
    stuck = file.with_name("stuck")
    stuck.touch()
    first = start()
    wait_until(lambda: lines(file) == ids[:1], "the first event", PATIENCE_SECONDS)
    start()
    first.kill()
    first.wait()
    with client_of(redis_server.url) as client:
        assert client.hget(keys.stream_keys("default").consumers, "writer") == b"0-0 0 0"
    stuck.unlink()
    wait_until(lambda: lines(file)[-1] == ids[-1], "the last event", PATIENCE_SECONDS)
    assert lines(file) == [ids[0], *ids], "the first, which was handled and not said to be, came again"
