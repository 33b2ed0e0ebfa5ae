"""Reads and repairs streams of events, their consumers and dead letters for the doctor."""

import re

from service.link.link import Link
from service.store import consumers, keys
from service.store.consumers import INSTALLATION, Start
from service.store.events import unpack_event
from service.store.key_kinds import parts_of

EVENTS = ("events", "changes")
CONSUMERS = ("consumers", "change-consumers")
DEAD_LETTERS = ("dead-letters", "change-dead-letters")
_EVENTS_A_STEP = 1000
_SPARE_LETTERS = 200
"""A stream may have so many letters too many, as Redis trims it by whole nodes, of a hundred entries at most."""
_POSITION = re.compile(rb"(\d+)-(\d+) \d+ \d+")


async def find_unreadable(link: Link, key: bytes) -> tuple[int, list[str]]:
    """Returns how many events are in the stream, and the ids of those that cannot be read."""
    count, unreadable, after = 0, [], "-"
    while entries := await link.call("XRANGE", key, after, "+", "COUNT", _EVENTS_A_STEP):
        count += len(entries)
        after = "(" + entries[-1][0].decode()
        for event_id, flat in entries:
            try:
                unpack_event(event_id, flat)
            except ValueError:
                unreadable.append(event_id.decode())
    return count, unreadable


async def remove_event(link: Link, key: bytes, event_id: str) -> None:
    """Removes an event that no consumer could handle from its stream."""
    await link.call("XDEL", key, event_id)


async def find_misplaced(link: Link, key: bytes) -> tuple[int, list[str]]:
    """Returns how many consumers there are, and the names of those with a position that is not valid or is past the end
    of their stream.

    Positions are read before the stream, which only grows.
    """
    flat = await link.call("HGETALL", key)
    newest = await _newest_id(link, consumers.stream_of(_site_of(key)).events)
    positions = dict(zip(flat[::2], flat[1::2], strict=True))
    return len(positions), [name.decode() for name, value in positions.items() if not _is_within(value, newest)]


async def _newest_id(link: Link, stream: str) -> tuple[int, int]:
    if not await link.call("EXISTS", stream):
        return 0, 0
    flat = await link.call("XINFO", "STREAM", stream)
    ms, _, number = dict(zip(flat[::2], flat[1::2], strict=True))[b"last-generated-id"].partition(b"-")
    return int(ms), int(number)


def _is_within(value: bytes, newest: tuple[int, int]) -> bool:
    found = _POSITION.fullmatch(value)
    return found is not None and (int(found[1]), int(found[2])) <= newest


async def begin_anew(link: Link, key: bytes, consumer: str) -> None:
    """Moves a consumer to the oldest event of its stream: it gets handled events again, and misses none."""
    site = _site_of(key)
    await consumers.forget(link, site, consumer)
    await consumers.register(link, site, consumer, Start.OLDEST)


async def count_letters(link: Link, key: bytes) -> int:
    """Returns how many dead letters the stream has."""
    count: int = await link.call("XLEN", key)
    return count


def are_too_many(letters: int) -> bool:
    """Returns whether a stream has more dead letters than trimming leaves."""
    return letters > keys.NEWEST_DEAD_LETTERS + _SPARE_LETTERS


async def trim_letters(link: Link, key: bytes) -> None:
    """Removes all but the newest dead letters."""
    await link.call("XTRIM", key, "MAXLEN", keys.NEWEST_DEAD_LETTERS)


def _site_of(key: bytes) -> str:
    site, kind, _ = parts_of(key)
    return INSTALLATION if kind.startswith("change") else site
