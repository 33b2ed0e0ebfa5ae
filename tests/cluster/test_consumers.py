"""A consumer goes on from its position when another master takes over."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.errors import UnavailableError
from service.link.address import make_link
from service.link.link import Link
from service.store import keys, scripts
from tests.consumers.conftest import Recorder, runner_of
from tests.store.desk import Store, key, new_comment, read_events
from tests.topology import Watched

PATIENCE_SECONDS = 60.0


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    try:
        watched.start()
        yield watched
    finally:
        watched.stop()


@pytest.fixture
async def link(watched: Watched) -> AsyncIterator[Link]:
    link = make_link(watched.url, scripts.ALL, wait_replicas=0)
    link.open()
    assert await link.wait_up(PATIENCE_SECONDS), link.reason
    yield link
    await link.close()


async def test_after_a_failover_a_consumer_goes_on_and_misses_nothing(watched: Watched, link: Link) -> None:
    recorder, store = Recorder(), Store(link)
    running = runner_of(link, recorder, "default")
    running.open()
    before = [(await store.submit()).comment_id for _ in range(5)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while {subject for *_, subject in recorder.seen} != set(before):
            await asyncio.sleep(0.02)
    assert await link.call("WAIT", 1, 5000) == 1
    watched.master.kill()
    number, after = 0, ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not after:
            try:
                after = (await store.submit(new_comment(), key(f"k{number}"))).comment_id
            except UnavailableError:
                number += 1
                await asyncio.sleep(0.02)
        while after not in {subject for *_, subject in recorder.seen}:
            await asyncio.sleep(0.02)
    await running.close()
    told = [event.subject for event in await read_events(link, keys.events("default"))]
    seen = [subject for *_, subject in recorder.seen]
    assert number
    assert list(dict.fromkeys(seen)) == told, "each of them, in order; one may have come again"
    assert seen[:5] == before
