"""Runs one consumer on the streams of all sites and of the installation, for as long as the process lasts.

Every process that runs it looks for streams in which the consumer is behind; a lease says which one works in a stream.
The position moves when events were handled, in a script that looks at the lease, so that a process that was cut off for
a while can move nothing any more. A stream that is slow, or whose events fail, keeps no other one waiting.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from service.consumers.consumer import Consumer
from service.errors import RequestError, UnavailableError
from service.link.link import Link
from service.store import consumers
from service.store.consumers import DeadLetter, Entry, Errand, Outlook
from service.store.events import unpack_event
from service.upkeep import lease

LOOK_SECONDS = 0.5
"""Between two looks for something to do: about 25 µs of the server's time for each stream."""
EVENTS_AT_ONCE = 100
STREAMS_AT_ONCE = 8
"""So many streams are worked in at once by one process."""
MOVE_SECONDS = 1.0
"""After so long the position moves though not all of a batch is handled: all that would come again after a crash."""

log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Another process works in the stream by now."""


class Runner:
    """A consumer at work. `streams` gives the sites that there are now, and INSTALLATION."""

    def __init__(
        self, link: Link, consumer: Consumer, streams: Callable[[], Iterable[str]], now_ms: Callable[[], int]
    ) -> None:
        self._link = link
        self._consumer = consumer
        self._streams = streams
        self._now_ms = now_ms
        self._holder = lease.new_holder()
        self._working: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(STREAMS_AT_ONCE)
        self._looking: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._looking = asyncio.create_task(self._look_for_ever())

    async def close(self) -> None:
        """Stops at once; what was handled is behind the position, what was begun comes again."""
        tasks = [*self._working.values(), *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self.look()
            except RequestError as error:
                log.info("consumer_waits", consumer=self._consumer.name, reason=str(error))
            except Exception:  # whatever it is: were this to end, events would pile up in silence
                log.exception("consumer_failed", consumer=self._consumer.name)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Goes to work in every stream in which the consumer is behind and nobody of this process is at work."""
        idle = [site for site in self._streams() if site not in self._working]
        outlooks = await asyncio.gather(*(self._outlook(site) for site in idle))
        for site, outlook in zip(idle, outlooks, strict=True):
            if outlook is Outlook.BEHIND:
                self._working[site] = asyncio.create_task(self._work(site))

    async def _outlook(self, site: str) -> Outlook:
        outlook = await consumers.peek(self._link, site, self._consumer.name)
        if outlook is Outlook.NEW:
            await consumers.register(self._link, site, self._consumer.name, self._consumer.start)
        return outlook

    async def _work(self, site: str) -> None:
        errand = Errand(site, self._consumer.name, self._holder)
        try:
            async with self._slots:
                if await lease.hold(self._link, errand.lease_key, self._holder):
                    async with lease.renewed(self._link, errand.lease_key, self._holder, LeaseLostError()) as renewing:
                        await Work(self._link, self._consumer, errand, self._now_ms, renewing).do_all()
        except (LeaseLostError, RequestError) as error:
            log.info("consumer_stopped", consumer=self._consumer.name, site=site, reason=repr(error))
        except asyncio.CancelledError:  # perhaps between taking the lease and hearing of it
            with suppress(RequestError):
                await lease.hand_back(self._link, errand.lease_key, self._holder)
            raise
        except Exception:  # it begins anew at the next look
            log.exception("consumer_failed", consumer=self._consumer.name, site=site)
        finally:
            del self._working[site]


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
