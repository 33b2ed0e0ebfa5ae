"""Search: comments are looked through in steps, so short that neither Redis nor this process keeps others waiting."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import NamedTuple

from service.domain.selection import Listed, Selection
from service.link.link import Link
from service.lists.query import Query
from service.store import keys, scripts
from service.store.lists import Lists
from service.store.record import unpack_public


class Budget(NamedTuple):
    """How many comments one call looks at, and for how long."""

    comments: int
    seconds: float


ONE_CALL = Budget(2000, 0.04)
"""What it finds is read afterwards."""
COMMENTS_AT_ONCE = 500
"""So many are taken from the lists at once."""
COMMENTS_A_STEP = 100
"""So many comments' words are read at once: less than a millisecond of the server's time."""
_TURN_SECONDS = 0.002
"""How long this process looks at words before others have their turn."""


class Searched(NamedTuple):
    """What a search found, newest first. It goes on below `below`, and the last one that it looked at was submitted at
    `scanned_ms`: both None where it has looked at all."""

    found: Sequence[Listed]
    below: int | None
    scanned_ms: int | None


class Search:
    """Looks through the comments of any site that a selection leaves."""

    def __init__(self, link: Link, lists: Lists) -> None:
        self._link = link
        self._lists = lists

    async def find(
        self,
        site: str,
        selection: Selection,
        query: Query,
        *,
        below: int | None,
        most: int,
        budget: Budget = ONE_CALL,
    ) -> Searched:
        """Finds the newest comments, at most so many, that pass the filters, say what the query asks for, and have
        ordinals below `below`, where one is given. One at least is looked at, however long it takes."""
        ends_at = time.perf_counter() + budget.seconds
        found: list[Listed] = []
        left, scanned_ms = budget.comments, None
        while True:
            page = await self._lists.find(site, selection, below=below, most=min(left, COMMENTS_AT_ONCE))
            async with aclosing(self._look_at(site, page.found, selection.thread, query)) as looked_at:
                async for each, is_found in looked_at:
                    below, scanned_ms, left = each.ordinal, each.submitted_ms, left - 1
                    if is_found:
                        found.append(each)
                    if len(found) == most or not left or time.perf_counter() > ends_at:
                        is_last = page.below is None and each is page.found[-1]
                        return Searched(found, None if is_last else below, None if is_last else scanned_ms)
            below = page.below
            if below is None or not page.found:
                return Searched(found, below, scanned_ms if below else None)

    async def _look_at(
        self, site: str, listed: Sequence[Listed], thread: str | None, query: Query
    ) -> AsyncGenerator[tuple[Listed, bool]]:
        """Each of some comments, of one thread where that is named, and whether it says what the query asks for."""
        turn_ends_at = time.perf_counter() + _TURN_SECONDS
        for start in range(0, len(listed), COMMENTS_A_STEP):
            step = listed[start : start + COMMENTS_A_STEP]
            ids = [each.comment_id for each in step]
            threads = await self._threads_of(site, ids) if thread is None else [thread] * len(ids)
            names = [keys.thread_keys(site, each).comments for each in threads]
            for each, packed in zip(step, await scripts.READ_PUBLIC.run(self._link, names, *ids), strict=True):
                yield each, bool(packed) and _says(query, packed)
                if time.perf_counter() > turn_ends_at:
                    await asyncio.sleep(0)
                    turn_ends_at = time.perf_counter() + _TURN_SECONDS

    async def _threads_of(self, site: str, ids: Sequence[str]) -> list[str]:
        """The thread of each comment, "" of one that is gone."""
        found = await scripts.READ_HOMES.run(self._link, [keys.comment(site, each) for each in ids])
        return [(thread or b"").decode() for thread, *_ in found]


def _says(query: Query, packed: bytes) -> bool:
    public = unpack_public(packed)
    return query.matches(public.name, public.body)
