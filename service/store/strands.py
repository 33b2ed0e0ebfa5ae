"""The ordinals of a thread's comments and of an author's, read a block at a time."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from service.domain.selection import Selection
from service.link.link import Link
from service.lists.planes import Ordinals
from service.lists.strand import BLOCK, ORDINAL_BYTES, Place, Strand, common, joined, ordinals_in
from service.store import keys, scripts


class Block(NamedTuple):
    """The newest ordinals below another one: all that are at `floor` or above it."""

    ordinals: Ordinals
    floor: int


class Wanted(NamedTuple):
    """The newest ordinals below `high`, so many that a block of so many strings has."""

    high: int
    block: int = BLOCK


async def read_block(link: Link, site: str, selection: Selection, wanted: Wanted) -> Block:
    """The newest comments of the selection's thread and author, one of which it has at least; of both where it has
    both."""
    blocks = []
    if selection.author is not None:
        blocks.append(await _of_author(link, site, selection.author, wanted))
    if selection.thread is not None:
        blocks.append(await _of_thread(link, site, selection.thread, wanted))
    if len(blocks) == 1:
        return blocks[0]
    floor = max(block.floor for block in blocks)
    both = common(blocks[0].ordinals, blocks[1].ordinals)
    return Block(both[np.searchsorted(both, floor) :], floor)


async def _of_thread(link: Link, site: str, thread: str, wanted: Wanted) -> Block:
    names = (keys.list_thread(site, thread), keys.list_thread_below(site, thread))
    return await _newest(link, names, b"", wanted)


async def _of_author(link: Link, site: str, author: str, wanted: Wanted) -> Block:
    """His newest are moved from his record to the string: asked for first, none is missed in between."""
    newest = link.call("HGET", keys.author(site, author), "ordinals")
    names = (keys.list_author(site, author), keys.list_author_below(site, author))
    return await _newest(link, names, await newest or b"", wanted)


async def _newest(link: Link, names: tuple[str, str], newest: bytes, wanted: Wanted) -> Block:
    """Of strings of which the first ascends and the second descends from below that."""
    lengths = [await length for length in [link.call("STRLEN", name) for name in names]]
    parts, floor = [ordinals_in(newest)], 0
    for name, length, is_ascending in zip(names, lengths, (True, False), strict=True):
        strand = Strand(length // ORDINAL_BYTES, is_ascending)
        place = await _place_below(link, name, strand, wanted)
        if not strand.length:
            continue
        raw = await link.call("GETRANGE", name, *strand.bytes_from(place, wanted.block))
        parts.append(ordinals_in(raw, is_ascending=is_ascending))
        if place + wanted.block < strand.length:
            floor = int(parts[-1][0])
            break
    return Block(joined(parts, wanted.high), floor)


async def _place_below(link: Link, name: str, strand: Strand, wanted: Wanted) -> int:
    """A place from which a block has the newest ordinal below `high`."""
    found = Place(0, strand.length)
    while not found.is_near(wanted.block):
        places = found.probes()
        found = found.after(places, await _ordinals_at(link, name, strand, places), wanted.high)
    return found.low


async def _ordinals_at(link: Link, name: str, strand: Strand, places: Sequence[int]) -> list[int]:
    ends = [end for place in places for end in strand.bytes_from(place, 1)]
    found = await scripts.READ_PIECES.run(link, [name] * len(places), *ends)
    return [int.from_bytes(raw) for raw in found]
