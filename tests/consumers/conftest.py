"""A link to an empty Valkey, and consumers that write down what they are given."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from service.consumers.consumer import Consumer
from service.consumers.runner import Runner
from service.domain.event import Event
from service.link.link import Link
from service.store import consumers, scripts
from service.store.consumers import Outlook
from tests.servers import RedisServer
from tests.store.desk import NOW, Store, connected

TOO_LONG_SECONDS = 30


class Recorder(Consumer):
    """Remembers every event; `failures` says what is to go wrong with the next attempts on a subject."""

    name = "recorder"
    attempts = 3
    first_wait_seconds = 0.01

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.failures: dict[str, list[Exception]] = {}
        self.attempted: list[str] = []

    async def handle(self, site: str, event: Event) -> None:
        self.attempted.append(event.subject)
        if self.failures.get(event.subject):
            raise self.failures[event.subject].pop(0)
        self.seen.append((site, " ".join(event.kinds), event.subject))


@pytest.fixture
async def link(redis_server: RedisServer) -> AsyncIterator[Link]:
    link = await connected(redis_server.url, scripts.ALL)
    yield link
    await link.close()


@pytest.fixture
def store(link: Link) -> Store:
    return Store(link)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TOO_LONG_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def until_done(link: Link, site: str, consumer: Consumer) -> None:
    """Returns when the consumer's position is at the end of the stream."""
    async with asyncio.timeout(TOO_LONG_SECONDS):
        while await consumers.peek(link, site, consumer.name) is not Outlook.DONE:
            await asyncio.sleep(0.01)


def runner_of(link: Link, consumer: Consumer, *streams: str) -> Runner:
    return Runner(link, consumer, lambda: streams, lambda: NOW)
