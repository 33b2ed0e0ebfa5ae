"""What the doctor reads and puts right of streams of events, beside `examination.py`."""

import re

from service.link.link import Link
from service.store import consumers, keys
from service.store.consumers import INSTALLATION, Start
from service.store.events import unpack_event
from service.store.keys import parts_of

EVENTS = ("events", "changes")
CONSUMERS = ("consumers", "change-consumers")
DEAD_LETTERS = ("dead-letters", "change-dead-letters")
_EVENTS_A_STEP = 1000
_SPARE_LETTERS = 200
"""Redis trims a stream by whole nodes, of a hundred entries at most."""
_POSITION = re.compile(rb"(\d+)-(\d+) \d+ \d+")


async def find_unreadable(link: Link, key: bytes) -> tuple[int, list[str]]:
    """How many events are in the stream, and the ids of those that cannot be read."""
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
    """Takes an event out of its stream: a consumer could only give it up."""
    await link.call("XDEL", key, event_id)


async def find_misplaced(link: Link, key: bytes) -> tuple[int, list[str]]:
    """How many consumers there are, and the names of those whose position is none, or past the end of their stream. It
    is read before the stream, which only grows."""
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
    """Has a consumer begin with the oldest event that is there: what it handled comes again, nothing is left out."""
    site = _site_of(key)
    await consumers.forget(link, site, consumer)
    await consumers.register(link, site, consumer, Start.OLDEST)


async def count_letters(link: Link, key: bytes) -> int:
    """How many dead letters are kept."""
    count: int = await link.call("XLEN", key)
    return count


def are_too_many(letters: int) -> bool:
    return letters > keys.NEWEST_DEAD_LETTERS + _SPARE_LETTERS


async def trim_letters(link: Link, key: bytes) -> None:
    """Keeps the newest dead letters alone."""
    await link.call("XTRIM", key, "MAXLEN", keys.NEWEST_DEAD_LETTERS)


def _site_of(key: bytes) -> str:
    site, kind, _ = parts_of(key)
    return INSTALLATION if kind.startswith("change") else site
