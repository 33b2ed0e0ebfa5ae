"""Reads and repairs for the doctor: each comment, and each record of counters, in one atomic step."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from service.domain.times import DAY_MS
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL
from service.store import format_4, key_kinds, keys, scripts
from service.store.comments import comment_keys, pairs
from service.store.format_1 import THREAD_FIELD
from service.store.homes import HOME_FIELDS, CommentHome
from service.store.record import tallied

MEMBERS_A_STEP = 500
LIFETIME_MS = DAY_MS
"""The lifetime that a repair gives to a key that should have one: the longest that any of these keys has."""
HASHES = ("claim-holders", "escalations", "thread-comments")
_PUBLISHED = ("thread-published", "thread-published-later")
SORTED_SETS = ("queue", "queue-risk", "queue-uncertainty", "claims", "escalated", *_PUBLISHED, "thread-queue")


class Examined(NamedTuple):
    """A comment at one instant: what counters it is part of, how often each act was done with it, and its faults."""

    home: CommentHome
    state: str
    verdict: str
    acts: dict[str, int]
    faults: tuple[str, ...]


async def examine(link: Link, site: str, ids: Sequence[str]) -> list[Examined]:
    """Returns these comments in order; one whose home cannot be read has the fault `record`."""
    found = await asyncio.gather(
        *(link.call("HMGET", keys.comment(site, comment_id), *HOME_FIELDS) for comment_id in ids)
    )
    homes = [CommentHome.of(*parts) for parts in found]
    return await asyncio.gather(
        *(_examine(link, site, comment_id, home=home) for comment_id, home in zip(ids, homes, strict=True))
    )


async def _examine(link: Link, site: str, comment_id: str, home: CommentHome) -> Examined:
    state, verdict, acts, faults = await scripts.EXAMINE_COMMENT.run(
        link, _keys_with_lists(site, comment_id, home), comment_id
    )
    acts_done = tallied(acts.decode())
    return Examined(home, state.decode(), verdict.decode(), acts=acts_done, faults=_texts(faults))


async def repair(link: Link, site: str, comment_id: str, *, home: CommentHome, now_ms: int) -> tuple[str, ...]:
    """Repairs what can be repaired, and returns the names of the faults that remain."""
    if home.ordinal is None:
        await format_4.rewrite(link, [keys.comment(site, comment_id).encode()])
        parts = await link.call("HMGET", keys.comment(site, comment_id), *HOME_FIELDS)
        home = CommentHome.of(*parts)
    _, after = await scripts.REPAIR_COMMENT.run(link, _keys_with_lists(site, comment_id, home), comment_id, now_ms)
    return _texts(after)


def _keys_with_lists(site: str, comment_id: str, home: CommentHome) -> list[str]:
    ordinal = FIRST_ORDINAL if home.ordinal is None else home.ordinal
    is_below = ordinal < FIRST_ORDINAL
    of_thread, of_author = (
        (keys.list_thread_below, keys.list_author_below) if is_below else (keys.list_thread, keys.list_author)
    )
    return [
        *comment_keys(site, comment_id, home),
        keys.list_keys(site, ordinal).rows,
        of_thread(site, home.thread),
        of_author(site, home.author),
    ]


def _texts(raw: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(text.decode() for text in raw)


async def read_records(link: Link, names: Sequence[bytes]) -> list[dict[str, str]]:
    """Returns the fields of these hashes in order; {} for one that does not exist."""
    return [pairs(flat) for flat in await asyncio.gather(*(link.call("HGETALL", name) for name in names))]


async def adjust(link: Link, key: bytes, differences: dict[str, int]) -> None:
    """Adds the difference to each counter of a record."""
    await scripts.ADJUST_COUNTERS.run(link, [key], *(part for pair in differences.items() for part in pair))


async def complete_thread(link: Link, key: bytes, now_ms: int) -> None:
    """Adds the fields that every record of a thread must have."""
    await asyncio.gather(link.call("HSETNX", key, "created_ms", now_ms), link.call("HSETNX", key, "version", 0))


async def are_for_ever(link: Link, names: Sequence[bytes]) -> list[bool]:
    """Returns for each key whether it exists and has no lifetime."""
    return [left == -1 for left in await asyncio.gather(*(link.call("PTTL", name) for name in names))]


async def limit_lifetime(link: Link, key: bytes) -> None:
    """Gives a key the lifetime LIFETIME_MS unless it has one."""
    await link.call("PEXPIRE", key, LIFETIME_MS, "NX")


async def members(link: Link, key: bytes) -> AsyncIterator[list[str]]:
    """Yields the comment_ids of one of HASHES or SORTED_SETS in batches; an id may come twice."""
    command = "HSCAN" if key_kinds.parts_of(key).kind in HASHES else "ZSCAN"
    cursor = b"0"
    while True:
        cursor, flat = await link.call(command, key, cursor, "COUNT", MEMBERS_A_STEP)
        yield [member.decode() for member in flat[::2]]
        if cursor == b"0":
            return


async def find_orphans(link: Link, key: bytes, ids: Sequence[str]) -> list[str]:
    """Returns the members of a key that have no comment, or a comment of another thread.

    A comment is written together with its places and is never removed, so a member without a comment never had one. A
    damaged comment of format 1, which could not be rewritten, keeps its places too.
    """
    site, kind, name = key_kinds.parts_of(key)
    fields = (HOME_FIELDS[0], THREAD_FIELD)
    found = await asyncio.gather(*(link.call("HMGET", keys.comment(site, comment_id), *fields) for comment_id in ids))
    threads = [thread if thread is not None else in_format_1 for thread, in_format_1 in found]
    is_of_thread = kind.startswith("thread-")
    return [
        comment_id
        for comment_id, thread in zip(ids, threads, strict=True)
        if thread is None or (is_of_thread and thread.decode() != name)
    ]


async def remove_orphan(link: Link, key: bytes, comment_id: str) -> None:
    """Removes a member from a place; the version of a thread whose list it was in changes."""
    site, kind, name = key_kinds.parts_of(key)
    await link.call("HDEL" if kind in HASHES else "ZREM", key, comment_id)
    if kind in _PUBLISHED:
        await link.call("HINCRBY", keys.thread_keys(site, name).thread, "version", 1)
