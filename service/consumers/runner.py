"""Runs one consumer on the streams of all sites and of the installation, for as long as the process lasts.

The position moves when events were handled, in a script that looks at the lease, so that a process that was cut off for
a while can move nothing any more. A stream that is slow, or whose events fail, keeps no other one waiting.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog

from service.consumers.consumer import Consumer
from service.consumers.rounds import LeaseLostError, RoundsOfSites
from service.errors import UnavailableError
from service.link.link import Link
from service.store import consumers
from service.store.consumers import DeadLetter, Entry, Errand, Outlook
from service.store.events import unpack_event

LOOK_SECONDS = 0.5
"""Between two looks for something to do: about 25 µs of the server's time for each stream."""
EVENTS_AT_ONCE = 100
STREAMS_AT_ONCE = 8
"""So many streams are worked in at once by one process."""
MOVE_SECONDS = 1.0
"""After so long the position moves though not all of a batch is handled: all that would come again after a crash."""

log = structlog.get_logger(__name__)


class Runner(RoundsOfSites):
    """A consumer at work. `streams` gives the sites that there are now, and INSTALLATION."""

    def __init__(
        self, link: Link, consumer: Consumer, streams: Callable[[], Iterable[str]], now_ms: Callable[[], int]
    ) -> None:
        super().__init__(link, f"consumer {consumer.name}", streams, at_once=STREAMS_AT_ONCE)
        self._consumer = consumer
        self._now_ms = now_ms

    async def rest(self) -> None:
        await asyncio.sleep(LOOK_SECONDS)

    async def is_due(self, place: str) -> bool:
        """Whether the consumer is behind in a stream."""
        outlook = await consumers.peek(self._link, place, self._consumer.name)
        if outlook is Outlook.NEW:
            await consumers.register(self._link, place, self._consumer.name, self._consumer.start)
        return outlook is Outlook.BEHIND

    def lease_key(self, place: str) -> str:
        return self._errand(place).lease_key

    async def work(self, place: str, renewing: asyncio.Task[None]) -> None:
        await Work(self._link, self._consumer, self._errand(place), self._now_ms, renewing).do_all()

    def _errand(self, place: str) -> Errand:
        return Errand(place, self._consumer.name, self._holder)


class Work:
    """The work of a consumer in one stream under a lease, which `renewing` keeps."""

    def __init__(
        self,
        link: Link,
        consumer: Consumer,
        errand: Errand,
        now_ms: Callable[[], int],
        renewing: asyncio.Task[None],
    ) -> None:
        self._link = link
        self._consumer = consumer
        self._errand = errand
        self._now_ms = now_ms
        self._renewing = renewing
        self._last: Entry | None = None
        self._handled = 0
        self._moved_at = time.monotonic()

    async def do_all(self) -> None:
        """Handles all that is after the position. LeaseLostError; RequestError when the store is away."""
        while batch := await consumers.read_next(self._link, self._errand, EVENTS_AT_ONCE):
            try:
                for entry in batch:
                    await self._do(entry)
            finally:
                await self._move()

    async def _do(self, entry: Entry) -> None:
        if self._renewing.done():
            self._renewing.result()
        letter = await self._deliver(entry)
        if letter:
            await self._move_behind(entry, self._handled + 1, letter)
            return
        self._last = entry
        self._handled += 1
        if time.monotonic() - self._moved_at > MOVE_SECONDS:
            await self._move()

    async def _deliver(self, entry: Entry) -> DeadLetter | None:
        """Has an event handled, in as many attempts as it takes; a dead letter when it takes more than there are."""
        try:
            event = unpack_event(*entry)
        except ValueError as error:
            return self._give_up(entry, error, 0)
        wait = self._consumer.first_wait_seconds
        for attempt in range(1, self._consumer.attempts + 1):
            try:
                await self._consumer.handle(self._errand.site, event)
            except UnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 a consumer may fail in any way
                failure = error
            else:
                return None
            if attempt < self._consumer.attempts:
                await asyncio.sleep(min(wait, self._consumer.most_wait_seconds))
                wait *= 2
        return self._give_up(entry, failure, self._consumer.attempts)

    def _give_up(self, entry: Entry, error: Exception, attempts: int) -> DeadLetter:
        name = type(error).__name__
        log.error(
            "event_given_up",
            consumer=self._consumer.name,
            site=self._errand.site,
            event_id=entry.event_id.decode(),
            error=name,
        )
        return DeadLetter(entry, name, attempts, self._now_ms())

    async def _move(self) -> None:
        if self._last is not None:
            await self._move_behind(self._last, self._handled, None)

    async def _move_behind(self, entry: Entry, handled: int, letter: DeadLetter | None) -> None:
        if not await consumers.move(self._link, self._errand, entry.event_id, handled, letter):
            raise LeaseLostError
        self._last, self._handled, self._moved_at = None, 0, time.monotonic()
