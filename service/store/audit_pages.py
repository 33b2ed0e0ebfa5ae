"""Reads an audit log from its newest entry back, a segment at a time."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from service.audit.line import entry_of
from service.audit.segment import LINES, split, unpack_segment
from service.domain.audit_entry import AuditEntry, OwnKind
from service.domain.event import MACHINE
from service.link.link import Link
from service.store import audit

CLOCKS_MS = 60_000
"""By so much the clocks of processes may differ: entries are in the order of the stream, not of their times."""


class Part(NamedTuple):
    """Entries that follow each other, the newest first, and the number of the oldest of them."""

    first: int
    entries: list[AuditEntry]

    def is_all_before(self, at_ms: int) -> bool:
        """Whether nothing older than the part can be of that time or later."""
        return bool(self.entries) and self.entries[-1].at_ms < at_ms - CLOCKS_MS


async def read_back(link: Link, site: str, before: int | None, until_ms: int | None) -> AsyncIterator[Part]:
    """The entries with numbers below `before`, or all; those of a time from `until_ms` on may be left out."""
    found = await audit.read_end(link, site)
    if found is None:
        return
    state, _ = found
    end = state.entries if before is None else min(before, state.entries)
    in_segments = state.segments * LINES
    if end > in_segments:
        yield _part(in_segments, split(state.tail), end)
    last = (min(end, in_segments) - 1) // LINES
    if until_ms is not None:
        last = await _last_before(link, site, range(state.first_segment, last + 1), until_ms)
    for number in range(last, state.first_segment - 1, -1):
        lines = await _read_lines(link, site, number)
        if lines:  # else it was dropped meanwhile, or is broken, which verification tells
            yield _part(number * LINES, lines, end)


async def _last_before(link: Link, site: str, segments: range, until_ms: int) -> int:
    """The last of the segments that begins before that time, found by halves."""
    low, high = segments.start, segments.stop - 1
    while low < high:
        middle = (low + high + 1) // 2
        lines = await _read_lines(link, site, middle)
        if not lines or _entry(middle * LINES, lines[0]).at_ms < until_ms + CLOCKS_MS:
            low = middle
        else:
            high = middle - 1
    return high


async def _read_lines(link: Link, site: str, number: int) -> list[bytes]:
    packed = await audit.read_segment(link, site, number)
    try:
        return unpack_segment(packed) if packed else []
    except ValueError:
        return []


def _part(first: int, lines: Sequence[bytes], end: int) -> Part:
    wanted = lines[: max(0, end - first)]
    return Part(first, [_entry(first + place, line) for place, line in enumerate(wanted)][::-1])


def _entry(number: int, line: bytes) -> AuditEntry:
    try:
        return entry_of(number, line)
    except ValueError:
        return AuditEntry(number, 0, (OwnKind.UNREADABLE,), MACHINE)
