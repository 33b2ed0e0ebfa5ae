"""The feeds of this process: one for each site that somebody listens to, none for the others."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import structlog

from service.domain.news import Place
from service.errors import RequestError, StreamsFullError, TooManyStreamsError
from service.link.link import Link
from service.live.feed import Encode, Feed
from service.live.listener import Listener
from service.metrics import EVENT_LISTENERS
from service.platform.counters import Counters
from service.texts.sentence import sentence

TICK_SECONDS = 0.25
"""A listener is written to four times a second at most, and hears of an event a quarter of a second late at most. To
ask in vain costs a few µs a tick and site; nothing is asked for a site that nobody listens to. One connection does for
all sites, as nothing waits on it: a blocking read would need one for each master of a cluster."""
RETRY_SECONDS = 10

log = structlog.get_logger(__name__)


class ListenerLimits(NamedTuple):
    """How many may listen at once in this process: of one token, of one address, and all together."""

    of_token: int
    of_address: int
    of_all: int


class Audience(NamedTuple):
    """Who listens: whose token it is, and from which address ("" is not known, and not counted)."""

    token_id: str
    address: str


class Feeds:
    """Opens and closes listeners, and has their feeds read while there are any."""

    def __init__(
        self,
        link: Link,
        encode: Encode,
        now_ms: Callable[[], int],
        *,
        counts: Counters,
        limits: ListenerLimits,
    ) -> None:
        self._link = link
        self._encode = encode
        self._now_ms = now_ms
        self._limits = limits
        self._feeds: dict[str, Feed] = {}
        self._joined: dict[Listener, Sequence[str]] = {}
        self._of_token: Counter[str] = Counter()
        self._of_address: Counter[str] = Counter()
        self._ticker: asyncio.Task[None] | None = None
        self._counts, self._slot = counts, counts.slot(EVENT_LISTENERS)
        self._open = 0
        self._count(0)

    async def open(self, sites: Sequence[str], audience: Audience, since: Place | None) -> Listener:
        """A listener to the news of some sites, which the caller closes; `since` is a place in those of one site.
        TooManyStreamsError, StreamsFullError, and what a `Link` may raise."""
        self._admit(audience)
        listener = Listener()
        self._joined[listener] = sites
        for site in sites:
            if site not in self._feeds:
                self._feeds[site] = Feed(self._link, site, self._encode, self._now_ms)
        try:
            joins = [self._feeds[site].join(listener, since) for site in sites]
            failures = await asyncio.gather(*joins, return_exceptions=True)
            _raise_first(failures)
        except BaseException:
            self.close(listener, audience)
            raise
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick_for_ever())
        return listener

    def close(self, listener: Listener, audience: Audience) -> None:
        """Lets a listener go; with the last of a site its feed ends."""
        listener.end()
        sites = self._joined.pop(listener)
        followed = {site for each in self._joined.values() for site in each}
        for site in sites:
            self._feeds[site].listeners.discard(listener)
            if site not in followed:
                del self._feeds[site]
        self._count(-1)
        for held, name in ((self._of_token, audience.token_id), (self._of_address, audience.address)):
            held[name] -= 1
            if held[name] <= 0:
                del held[name]

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens, and so nothing is read."""
        return not self._feeds and self._ticker is None

    async def end(self) -> None:
        """Stops to read, and ends all listeners."""
        for listener in self._joined:
            listener.end()
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None

    def _admit(self, audience: Audience) -> None:
        limits = self._limits
        if self._of_token[audience.token_id] >= limits.of_token:
            detail = sentence("At most %(most)s streams of events are open for a token.", most=limits.of_token)
            raise TooManyStreamsError(detail, retry_after_seconds=RETRY_SECONDS)
        if audience.address and self._of_address[audience.address] >= limits.of_address:
            detail = sentence("At most %(most)s streams of events are open for an address.", most=limits.of_address)
            raise TooManyStreamsError(detail, retry_after_seconds=RETRY_SECONDS)
        if self._open >= limits.of_all:
            raise StreamsFullError(retry_after_seconds=RETRY_SECONDS)
        self._of_token[audience.token_id] += 1
        self._of_address[audience.address] += 1
        self._count(1)

    def _count(self, by: int) -> None:
        self._open += by
        self._counts.values[self._slot] = self._open

    async def _tick_for_ever(self) -> None:
        """Reads all feeds at once, again and again, for as long as somebody listens."""
        while self._feeds:
            await asyncio.sleep(TICK_SECONDS)
            outcomes = await asyncio.gather(*(feed.step() for feed in self._feeds.values()), return_exceptions=True)
            for failure in outcomes:
                if isinstance(failure, Exception) and not isinstance(failure, RequestError):
                    log.error("feed_failed", exc_info=failure)
        self._ticker = None


def _raise_first(failures: Iterable[BaseException | None]) -> None:
    for failure in failures:
        if failure is not None:
            raise failure
