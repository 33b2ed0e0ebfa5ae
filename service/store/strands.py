"""The ordinals of a thread's comments and of an author's, read a block at a time."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from service.domain.selection import Selection
from service.link.link import Link
from service.lists.planes import Ordinals
from service.lists.strand import BLOCK, ORDINAL_BYTES, Place, Strand, ordinals_in
from service.store import keys, scripts


class Block(NamedTuple):
    """The newest ordinals below another one: all that are at `floor` or above it."""

    ordinals: Ordinals
    floor: int


async def read_block(link: Link, site: str, selection: Selection, high: int) -> Block:
    """The newest comments below `high` of the selection's thread and author, one of which it has at least; of both
    where it has both."""
    blocks = []
    if selection.author is not None:
        blocks.append(await _of_author(link, site, selection.author, high))
    if selection.thread is not None:
        blocks.append(await _of_thread(link, site, selection.thread, high))
    if len(blocks) == 1:
        return blocks[0]
    floor = max(block.floor for block in blocks)
    common = np.intersect1d(blocks[0].ordinals, blocks[1].ordinals, assume_unique=True)
    return Block(common[common >= floor], floor)


async def _of_thread(link: Link, site: str, thread: str, high: int) -> Block:
    return await _newest(link, keys.list_thread(site, thread), keys.list_thread_below(site, thread), b"", high)


async def _of_author(link: Link, site: str, author: str, high: int) -> Block:
    """His newest are moved from his record to the string: asked for first, none is missed in between."""
    newest = await link.call("HGET", keys.author(site, author), "ordinals")
    return await _newest(
        link, keys.list_author(site, author), keys.list_author_below(site, author), newest or b"", high
    )


async def _newest(link: Link, ascending: str, descending: str, newest: bytes, high: int) -> Block:
    names = (ascending, descending)
    lengths = await asyncio.gather(*(link.call("STRLEN", name) for name in names))
    parts, floor = [ordinals_in(newest)], 0
    for name, length in zip(names, lengths, strict=True):
        strand = Strand(length // ORDINAL_BYTES, name == ascending)
        place = await _place_below(link, name, strand, high)
        parts.append(ordinals_in(await link.call("GETRANGE", name, *strand.bytes_from(place, BLOCK))))
        if place + BLOCK < strand.length:
            floor = int(parts[-1][0])
            break
    found = np.unique(np.concatenate(parts))
    return Block(found[found < high], floor)


async def _place_below(link: Link, name: str, strand: Strand, high: int) -> int:
    """A place from which a block has the newest ordinal below `high`."""
    found = Place(0, strand.length)
    while not found.is_near:
        places = found.probes()
        found = found.after(places, await _ordinals_at(link, name, strand, places), high)
    return found.low


async def _ordinals_at(link: Link, name: str, strand: Strand, places: Sequence[int]) -> list[int]:
    ends = [end for place in places for end in strand.bytes_from(place, 1)]
    found = await scripts.READ_PIECES.run(link, [name] * len(places), *ends)
    return [int.from_bytes(raw) for raw in found]
