"""Reads whole audit logs, and verifies them while they grow."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from service.audit.segment import LINES
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
    signature covers, and what is wrong, in words."""

    entries: int
    dropped: int
    signed: int
    faults: list[str] = field(default_factory=list)


async def read_segments(link: Link, site: str, state: LogState) -> AsyncIterator[tuple[int, bytes | None]]:
    """The number and the content of each segment that is kept, in order."""
    for first in range(state.first_segment, state.segments, SEGMENTS_AT_ONCE):
        numbers = range(first, min(first + SEGMENTS_AT_ONCE, state.segments))
        found = await asyncio.gather(*(audit.read_segment(link, site, number) for number in numbers))
        for number, packed in zip(numbers, found, strict=True):
            yield number, packed


async def verify(link: Link, site: str, signers: Mapping[str, Signer]) -> Verified | None:
    """Verifies the log of a site, or of the installation; None where there is none yet."""
    state = await audit.read_log(link, site)
    if state is None:
        return None
    verification = Verification(site, state, signers)
    async for number, packed in read_segments(link, site, state):
        verification.add_segment(number, packed)
    verification.end()
    dropped = state.first_segment * LINES
    return Verified(state.entries, dropped, verification.signed, verification.faults)


async def sites_of(link: Link) -> list[str]:
    """The names of all sites, by the store, in the order of the alphabet."""
    return sorted(await read_all(link, keys.SITES))
