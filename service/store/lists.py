"""The lists of a site in Redis, as moderators read them: newest first, in the order of arrival."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from service.domain.selection import Listed, ListPage, Selection
from service.link.link import Link
from service.lists.ordinals import BITS_A_CHUNK, FIRST_ORDINAL
from service.lists.planes import Bits, Ordinals, asked_of_planes, chunks_of, is_set, newest_set, passing
from service.lists.rows import Rows, chosen, listed, pieces_of, rows_of, times_of
from service.lists.strand import BLOCK
from service.store import keys, scripts
from service.store.strands import Wanted, read_block

MOST_AT_ONCE = 1000
"""Comments that one call finds at most, and rows that one step reads: half a millisecond of the server's time."""
CHUNKS_A_STEP = 64
"""Half a million comments: about half a millisecond of the server's time."""
MOST_STEPS = 16
"""So many steps are made for one page; then it tells where the next one goes on."""
_PROBES = 15
_NARROW = 512
"""A place in time is searched until so few ordinals are left."""
_OUT_OF_ORDER_MS = 10_000
"""Comments arrive in the order of their ids but for so long: each process has a clock, and takes its time to score."""
_WINDOW = 8
"""So many rows are looked at for the time of a place, as any of them may be empty; a place where all are tells none."""
_FIRST_BLOCK = 1024
"""So many ordinals of a thread or author are looked at first, and a whole block where these are not enough."""
_SPARE = 14
"""So many more are taken than are wanted, as rows may be empty."""


class _Stretch(NamedTuple):
    """What a step is made on: the ordinals from `low` on and below `high`, `chunks` of them at most where planes are
    read, until so many are found."""

    low: int
    high: int
    chunks: int
    most: int


class _Step(NamedTuple):
    """Comments that pass, ascending: all that are at `floor` or above it."""

    ordinals: Ordinals
    floor: int
    was_cut: bool


class Lists:
    """The lists of all sites. What they find passed the filters a moment ago: its record tells what is true now."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def find(self, site: str, selection: Selection, *, below: int | None, most: int) -> ListPage:
        """Finds the newest comments that pass, at most so many and never more than `MOST_AT_ONCE`, whose ordinals are
        below `below`, or the newest of all. `query` and `like` are not asked."""
        most = min(most, MOST_AT_ONCE - 1)
        low, high = await self._bounds(site, selection, below)
        found: list[Listed] = []
        chunks = 1
        for _ in range(MOST_STEPS):
            if low >= high or len(found) > most:
                break
            wanted = MOST_AT_ONCE if selection.is_of_rows else most + _SPARE - len(found)
            step = await self._step(site, selection, _Stretch(low, high, chunks, min(wanted, MOST_AT_ONCE)))
            found += await self._read(site, selection, step.ordinals)
            high, chunks = step.floor, 1 if step.was_cut else CHUNKS_A_STEP
        if len(found) > most:
            return ListPage(found[:most], found[most - 1].ordinal)
        return ListPage(found, high if low < high else None)

    async def comment_ids(self, site: str, ordinals: Ordinals) -> list[Listed]:
        """The comments of some ordinals, at most `MOST_AT_ONCE`, ascending, without those that are gone."""
        rows = await self._rows(site, ordinals)
        is_there = chosen(rows, Selection())
        return listed(ordinals[is_there], rows[is_there])

    async def since(self, site: str, at_ms: int) -> tuple[int, int]:
        """The ordinal of the first comment that was submitted at a time or after it, as nearly as the order of arrival
        is that of time, and the one after the newest."""
        low, high = await self._bounds(site, Selection(), None)
        first, end = await self._around(site, at_ms, low, high)
        if end - first > _NARROW + _WINDOW:  # rows without comments, which tell no time
            return first, high
        later = np.flatnonzero(times_of(await self._rows(site, np.arange(first, end))) >= at_ms)
        return first + int(later[0]) if len(later) else min(end, high), high

    async def _bounds(self, site: str, selection: Selection, below: int | None) -> tuple[int, int]:
        """Between which ordinals, the second one excluded, all comments are that may pass."""
        counts = await self._link.call("HMGET", keys.totals(site), "ordinals", "ordinals_below")
        above, under = (int(count or 0) for count in counts)
        low, high = FIRST_ORDINAL - under, FIRST_ORDINAL + above
        if below is not None:
            high = min(high, below)
        first, end = low, high
        if selection.since_ms is not None:
            first, _ = await self._around(site, selection.since_ms - _OUT_OF_ORDER_MS, low, high)
        if selection.until_ms is not None:
            _, end = await self._around(site, selection.until_ms + _OUT_OF_ORDER_MS, low, high)
        return first, end

    async def _around(self, site: str, at_ms: int, low: int, high: int) -> tuple[int, int]:
        """Narrows [low, high) to where the first comment at a time or after it is."""
        while high - low > _NARROW:
            places = np.linspace(low, high, _PROBES + 2)[1:-1].astype(np.int64)
            windows = (places[:, None] + np.arange(_WINDOW)).ravel()
            latest = times_of(await self._rows(site, windows)).reshape(-1, _WINDOW).max(axis=1)
            places, latest = places[latest > 0], latest[latest > 0]
            if not len(places):
                break
            before = int((latest < at_ms).sum())
            low = int(places[before - 1]) if before else low
            high = int(places[before]) + _WINDOW if before < len(places) else high
        return low, high

    async def _step(self, site: str, selection: Selection, stretch: _Stretch) -> _Step:
        if selection.thread is not None or selection.author is not None:
            return await self._step_of_strands(site, selection, stretch)
        low, high, chunks, most = stretch
        groups = asked_of_planes(selection)
        if not groups:
            floor = max(low, high - most)
            return _Step(np.arange(floor, high), floor, was_cut=True)
        last = (high - 1) // BITS_A_CHUNK
        first = max(low // BITS_A_CHUNK, last - chunks + 1)
        bits = await self._bits(site, groups, range(first, last + 1))
        ordinals = newest_set(bits, first * BITS_A_CHUNK, low=low, high=high, most=most)
        return _cut(ordinals, max(low, first * BITS_A_CHUNK), most)

    async def _step_of_strands(self, site: str, selection: Selection, stretch: _Stretch) -> _Step:
        """What passes of a block; of the planes no more chunks are read than in any step."""
        wanted = Wanted(stretch.high, BLOCK if stretch.chunks > 1 else _FIRST_BLOCK)
        block = await read_block(self._link, site, selection, wanted)
        floor = max(stretch.low, block.floor)
        ordinals = block.ordinals[np.searchsorted(block.ordinals, floor) :]
        groups = asked_of_planes(selection)
        if groups and len(ordinals):
            chunks = chunks_of(ordinals)
            if len(chunks) > CHUNKS_A_STEP:
                chunks = chunks[-CHUNKS_A_STEP:]
                floor = int(chunks[0]) * BITS_A_CHUNK
                ordinals = ordinals[np.searchsorted(ordinals, floor) :]
            bits = await self._bits(site, groups, chunks.tolist())
            places = np.searchsorted(chunks, ordinals // BITS_A_CHUNK) * BITS_A_CHUNK + ordinals % BITS_A_CHUNK
            ordinals = ordinals[is_set(bits, places)]
        return _cut(ordinals, floor, stretch.most)

    async def _bits(self, site: str, groups: list[list[str]], chunks: Iterable[int]) -> Bits:
        """The bits of some chunks, one after the other, of comments that pass."""
        names = [name for chunk in chunks for name in keys.list_keys(site, chunk * BITS_A_CHUNK)[1:]]
        found = await scripts.READ_PLANES.run(self._link, names, *(what for group in groups for what in group))
        return passing(groups, found)

    async def _read(self, site: str, selection: Selection, ordinals: Ordinals) -> list[Listed]:
        """Those that pass by what their rows tell, newest first."""
        rows = await self._rows(site, ordinals)
        is_chosen = chosen(rows, selection)
        return listed(ordinals[is_chosen][::-1], rows[is_chosen][::-1])

    async def _rows(self, site: str, ordinals: Ordinals) -> Rows:
        pieces = pieces_of(ordinals)
        if not pieces:
            return rows_of(ordinals, [], [])
        names = [keys.list_keys(site, piece.first).rows for piece in pieces]
        ends = [end for piece in pieces for end in (piece.first_byte, piece.last_byte)]
        return rows_of(ordinals, pieces, await scripts.READ_PIECES.run(self._link, names, *ends))


def _cut(ordinals: Ordinals, floor: int, most: int) -> _Step:
    if len(ordinals) < most:
        return _Step(ordinals, floor, was_cut=False)
    newest = ordinals[-most:]
    return _Step(newest, int(newest[0]), was_cut=True)
