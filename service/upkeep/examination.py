"""What the doctor reads and puts right: each comment, and each record of counters, in one atomic step."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from service.domain.times import DAY_MS
from service.link.link import Link
from service.store import keys, scripts
from service.store.comments import HOME_FIELDS, CommentHome, comment_keys, pairs
from service.store.format_1 import THREAD_FIELD
from service.store.record import tallied

MEMBERS_A_STEP = 500
LIFETIME_MS = DAY_MS
"""What a key is given that should have a lifetime and has none: the longest that any of them has."""
HASHES = ("claim-holders", "thread-comments")
SORTED_SETS = ("queue", "queue-risk", "queue-uncertainty", "claims", "thread-published", "thread-queue")


class Examined(NamedTuple):
    """A comment at one instant: what it counts for (how often which act was done with it, too), and the names of what
    is wrong with it."""

    home: CommentHome
    state: str
    verdict: str
    acts: dict[str, int]
    faults: tuple[str, ...]


async def examine(link: Link, site: str, ids: Sequence[str]) -> list[Examined]:
    """These comments, in order. One whose home cannot be read has the fault `record`."""
    found = await asyncio.gather(*(link.call("HMGET", keys.comment(site, each), *HOME_FIELDS) for each in ids))
    homes = [CommentHome(*(part.decode() if part else "" for part in each)) for each in found]
    return await asyncio.gather(*(_examine(link, site, *each) for each in zip(ids, homes, strict=True)))


async def _examine(link: Link, site: str, comment_id: str, home: CommentHome) -> Examined:
    state, verdict, acts, faults = await scripts.EXAMINE_COMMENT.run(
        link, comment_keys(site, comment_id, home), comment_id
    )
    return Examined(home, state.decode(), verdict.decode(), tallied(acts.decode()), _texts(faults))


async def repair(link: Link, site: str, comment_id: str, home: CommentHome) -> tuple[str, ...]:
    """The names of what is still wrong with the comment after all was done that can be."""
    _, after = await scripts.REPAIR_COMMENT.run(link, comment_keys(site, comment_id, home), comment_id)
    return _texts(after)


def _texts(raw: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(each.decode() for each in raw)


async def read_records(link: Link, names: Sequence[bytes]) -> list[dict[str, str]]:
    """The fields of hashes, in order; {} for one that is not there."""
    return [pairs(each) for each in await asyncio.gather(*(link.call("HGETALL", name) for name in names))]


async def adjust(link: Link, key: bytes, differences: dict[str, int]) -> None:
    """Adds to each counter what it lacks."""
    await scripts.ADJUST_COUNTERS.run(link, [key], *(part for pair in differences.items() for part in pair))


async def complete_thread(link: Link, key: bytes, now_ms: int) -> None:
    """Gives a thread's record what it must have."""
    await asyncio.gather(link.call("HSETNX", key, "created_ms", now_ms), link.call("HSETNX", key, "version", 0))


async def are_for_ever(link: Link, names: Sequence[bytes]) -> list[bool]:
    """Whether each key is there and has no lifetime."""
    return [left == -1 for left in await asyncio.gather(*(link.call("PTTL", name) for name in names))]


async def limit_lifetime(link: Link, key: bytes) -> None:
    await link.call("PEXPIRE", key, LIFETIME_MS, "NX")


async def members(link: Link, key: bytes) -> AsyncIterator[list[str]]:
    """The comment_ids in one of HASHES or SORTED_SETS, some at a time, perhaps some twice."""
    command = "HSCAN" if keys.parts_of(key).kind in HASHES else "ZSCAN"
    cursor = b"0"
    while True:
        cursor, flat = await link.call(command, key, cursor, "COUNT", MEMBERS_A_STEP)
        yield [each.decode() for each in flat[::2]]
        if cursor == b"0":
            return


async def find_orphans(link: Link, key: bytes, ids: Sequence[str]) -> list[str]:
    """Those of these members of a key that have no comment, or one of another thread.

    A comment is written together with its places and never removed: what has none when it is asked for had none before.
    A damaged one of format 1, which could not be rewritten, keeps its places too.
    """
    site, kind, name = keys.parts_of(key)
    fields = (HOME_FIELDS[0], THREAD_FIELD)
    found = await asyncio.gather(*(link.call("HMGET", keys.comment(site, each), *fields) for each in ids))
    threads = [now if now is not None else in_format_1 for now, in_format_1 in found]
    is_of_thread = kind.startswith("thread-")
    return [
        comment_id
        for comment_id, thread in zip(ids, threads, strict=True)
        if thread is None or (is_of_thread and thread.decode() != name)
    ]


async def remove_orphan(link: Link, key: bytes, comment_id: str) -> None:
    """Out of the home; readers who know the thread are told that it changed."""
    site, kind, name = keys.parts_of(key)
    await link.call("HDEL" if kind in HASHES else "ZREM", key, comment_id)
    if kind == "thread-published":
        await link.call("HINCRBY", keys.thread_keys(site, name).thread, "version", 1)
