"""Reads whole audit logs, and verifies them while they grow."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from service.audit.chain import extended, origin_of
from service.audit.checkpoint import Checkpoint
from service.audit.export import Record, checkpoint_record, entry_record, start_record
from service.audit.line import entry_of
from service.audit.segment import LINES, split, unpack_segment
from service.audit.signer import Signer
from service.audit.verification import LogState, Verification
from service.link.link import Link
from service.store import audit, keys
from service.store.json_records import read_all

SEGMENTS_AT_ONCE = 64
"""Asked for at a time: about 300 KB."""


@dataclass(slots=True)
class Verified:
    """What was found of a log: how many entries it has, how many of them were dropped as they were old, how many a
    signature covers, what is wrong, in words, and from which entry on; None where nothing is, or none is known."""

    entries: int
    dropped: int
    signed: int
    faults: list[str] = field(default_factory=list)
    first_in_doubt: int | None = None


async def read_segments(link: Link, site: str, state: LogState) -> AsyncIterator[tuple[int, bytes | None]]:
    """The number and the content of each segment that is kept, in order."""
    for first in range(state.first_segment, state.segments, SEGMENTS_AT_ONCE):
        numbers = range(first, min(first + SEGMENTS_AT_ONCE, state.segments))
        found = await asyncio.gather(*(audit.read_segment(link, site, number) for number in numbers))
        for number, packed in zip(numbers, found, strict=True):
            yield number, packed


async def verify(
    link: Link, site: str, signers: Mapping[str, Signer], kept: Mapping[int, bytes] = MappingProxyType({})
) -> Verified | None:
    """Verifies the log of a site, or of the installation; None where there is none yet. `kept` has heads that somebody
    kept elsewhere, by the number of entries before them."""
    state = await audit.read_log(link, site)
    if state is None:
        return None
    verification = Verification(site, state, signers, kept)
    async for number, packed in read_segments(link, site, state):
        if packed is None and await _is_dropped(link, site, number):
            return await verify(link, site, signers, kept)
        verification.add_segment(number, packed)
        await asyncio.sleep(0)  # what waits comes between two segments
    verification.end()
    dropped = state.first_segment * LINES
    return Verified(
        state.entries, dropped, verification.signed, verification.faults, first_in_doubt=verification.first_in_doubt
    )


async def _is_dropped(link: Link, site: str, number: int) -> bool:
    """Whether a segment was dropped, perhaps since the log's state was read."""
    now = await audit.read_end(link, site)
    return now is not None and now[0].first_segment > number


async def sites_of(link: Link) -> list[str]:
    """The names of all sites, by the store, in the order of the alphabet."""
    return sorted(await read_all(link, keys.SITES))


async def records_of(link: Link, site: str, since_ms: int | None, until_ms: int | None) -> AsyncIterator[Record]:
    """The log of a site as `audit/export.py` has it: from the first entry of a time from `since_ms` on, to the first
    checkpoint after those before `until_ms`, so that all of it can be verified."""
    state = await audit.read_log(link, site)
    if state is None:
        return
    is_begun = False
    async for first, lines, head, checkpoint in _parts(link, site, state):
        for number, line in enumerate(lines, first):
            if not is_begun and (since_ms is None or _at_ms(number, line) >= since_ms):
                is_begun = True
                yield start_record(site, number, extended(head, lines[: number - first]))
            if is_begun:
                yield entry_record(site, number, line)
            if checkpoint and checkpoint.entries == number + 1 and is_begun:
                yield checkpoint_record(site, checkpoint)
        if until_ms is not None and lines and _at_ms(first, lines[-1]) >= until_ms:
            return


async def _parts(
    link: Link, site: str, state: LogState
) -> AsyncIterator[tuple[int, list[bytes], bytes, Checkpoint | None]]:
    """Segments and then the tail: the number of the first entry, the lines, the head before them, and the checkpoint
    within or after them. A segment that is missing or broken is left out, which its checkpoint shows."""
    before = state.checkpoint(state.first_segment - 1) if state.first_segment else None
    head = before.head if before else origin_of(site)
    async for number, packed in read_segments(link, site, state):
        checkpoint = state.checkpoint(number)
        with suppress(ValueError):
            yield number * LINES, unpack_segment(packed or b""), head, checkpoint
        head = checkpoint.head if checkpoint else head
    newest = Checkpoint.unpacked(state.newest_checkpoint) if state.newest_checkpoint else None
    yield state.segments * LINES, split(state.tail), head, newest


def _at_ms(number: int, line: bytes) -> int:
    """The time of an entry; 0 of one that cannot be read."""
    try:
        return entry_of(number, line).at_ms
    except ValueError:
        return 0
