"""Processes that seal are killed at any moment, and the server too: nothing is left out, sealed twice, or forked."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from service.audit.line import entry_of
from service.audit.verification import Verification
from service.errors import RequestError
from service.link.link import Link
from service.store import audit, keys
from service.upkeep import audit_logs
from tests.servers import REPOSITORY, RedisServer
from tests.store.desk import Store

Start = Callable[[], subprocess.Popen[bytes]]
SITE = "default"
PATIENCE_SECONDS = 60
ROUNDS = 4


@pytest.fixture
def start(redis_server: RedisServer) -> Iterator[Start]:
    begun: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.consumers.sealing_process", redis_server.url]
        begun.append(subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()


async def count_of(link: Link) -> int:
    state = await audit.read_log(link, SITE)
    return state.entries if state else 0


async def events_ever(link: Link) -> int:
    """How many there were, those included that were trimmed when they were sealed."""
    about = await link.call("XINFO", "STREAM", keys.events(SITE))
    return int(about[about.index(b"entries-added") + 1])


async def until_sealed(link: Link, more_than: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await count_of(link) <= more_than:
            await asyncio.sleep(0.01)


async def test_sealers_that_are_killed_leave_nothing_out_and_seal_nothing_twice(
    store: Store, link: Link, start: Start
) -> None:
    chance = random.Random(1)
    told: list[str] = []

    async def act() -> None:
        while True:
            told.append((await store.submit()).comment_id)
            await asyncio.sleep(0)

    acting = asyncio.create_task(act())
    sealing = start()
    for _ in range(ROUNDS):
        await until_sealed(link, await count_of(link))
        await asyncio.sleep(chance.random() / 20)  # anywhere between two lines of it
        sealing.kill()
        sealing.wait()
        sealing = start()
    acting.cancel()
    await asyncio.gather(acting, return_exceptions=True)
    await until_sealed(link, await events_ever(link))
    state = await audit.read_log(link, SITE)
    assert state is not None
    verification = Verification(SITE, state, await audit.read_signers(link))
    lines = []
    async for number, packed in audit_logs.read_segments(link, SITE, state):
        lines += verification.add_segment(number, packed)
    lines += verification.end()
    assert verification.faults == []
    entries = [entry_of(number, line) for number, line in enumerate(lines)]
    submitted = [entry.subject for entry in entries if entry.act == "submitted"]
    assert submitted[: len(told)] == told
    assert len(submitted) - len(told) in (0, 1), "the last one may have been cut off before it was answered"


async def test_what_was_done_while_the_server_was_away_is_sealed_when_it_is_back(
    store: Store, link: Link, start: Start, redis_server: RedisServer
) -> None:
    await store.submit()
    start()
    await until_sealed(link, 1)
    redis_server.kill()
    redis_server.start()

    async def submitted() -> bool:
        try:
            await store.submit()
        except RequestError:
            return False
        return True

    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await submitted():
            await asyncio.sleep(0.05)
    await until_sealed(link, 2)
    verified = await audit_logs.verify(link, SITE, await audit.read_signers(link))
    assert verified is not None
    assert verified.faults == []
