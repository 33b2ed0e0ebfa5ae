"""The news of one site: read once for all of its listeners in this process."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from service.domain.news import NOWHERE, News, NewsType, Place, begin_at, news_of, with_progress
from service.link.link import Link
from service.live.listener import Listener
from service.store import event_feed

Encode = Callable[[Sequence[News]], Awaitable[bytes]]
"""Makes of news what is sent to every listener."""
PAGES_AT_ONCE = 4
"""What a listener missed is told while it is so much; beyond that he reads anew, which is less."""


class Feed:
    """Reads the events of a site and gives them to `listeners`. Its place moves under a lock, so that whoever joins is
    told what is behind the place at which he joined, all of it and once."""

    def __init__(self, link: Link, site: str, encode: Encode, now_ms: Callable[[], int]) -> None:
        self._link = link
        self._site = site
        self._encode = encode
        self._now_ms = now_ms
        self._last: str | None = None
        self._moving = asyncio.Lock()
        self.listeners: set[Listener] = set()

    async def step(self) -> None:
        """Reads what is new, and gives it to all who listen. Raises what a `Link` may."""
        async with self._moving:
            await self._move()

    async def join(self, listener: Listener, since: Place | None) -> None:
        """Adds a listener, from what he was told last on; `reset` is the first that he is told where that is no more,
        and `open` where there was nothing. Raises what a `Link` may."""
        async with self._moving:
            joined_at = await self._move()
            told = None if since is None else await self._missed(since, joined_at)
            if told is None:
                kind = NewsType.OPEN if since is None else NewsType.RESET
                told = [begin_at(joined_at, kind, self._now_ms())]
            if told:
                listener.put(await self._encode(told))
            self.listeners.add(listener)

    async def _move(self) -> str:
        """Reads all that is new; the id of the last event."""
        if self._last is None:
            self._last = await event_feed.newest_event_id(self._link, self._site)
        has_more = True
        while has_more:
            before = self._last
            events, last, has_more = await event_feed.read_page(self._link, self._site, before)
            if has_more and before != event_feed.BEGINNING and not await self._is_there(before):
                self._last = await event_feed.newest_event_id(self._link, self._site)
                await self._give([begin_at(self._last, NewsType.RESET, self._now_ms())])
                break
            self._last = last
            await self._give(with_progress(events))
        return self._last

    async def _is_there(self, event_id: str) -> bool:
        return await event_feed.is_there(self._link, self._site, event_id)

    async def _give(self, news: Sequence[News]) -> None:
        if news and self.listeners:
            chunk = await self._encode(news)
            for listener in self.listeners:
                listener.put(chunk)

    async def _missed(self, since: Place, until: str) -> list[News] | None:
        """What came after a place up to an event; None where that is not known, or too much."""
        if since == NOWHERE:
            return None
        if since.event_id == event_feed.BEGINNING:
            return [] if until == event_feed.BEGINNING else None
        event = await event_feed.read_event(self._link, self._site, since.event_id)
        if event is None:
            return None
        missed = [each for each in news_of(event) if each.place.part > since.part]
        last, has_more = since.event_id, since.event_id != until
        for _ in range(PAGES_AT_ONCE):
            if not has_more:
                return missed
            events, last, has_more = await event_feed.read_page(self._link, self._site, last, until)
            missed += with_progress(events)
        return None if has_more else missed
