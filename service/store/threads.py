"""Threads in Redis: what readers see, and how an article's comments are set."""

from collections.abc import Sequence
from typing import NamedTuple

from service.errors import ThreadNotFoundError
from service.link.link import Link
from service.store import keys, scripts
from service.store.comments import pairs


class Published(NamedTuple):
    comment_id: str
    published_ms: int
    public: bytes


class ThreadPage(NamedTuple):
    """A page of published comments in order; `total` of them are in the thread;
    `comments` is None when it is of the version that was known already."""

    version: str
    title: str
    url: str
    total: int
    comments: list[Published] | None


async def read_page(
    link: Link, site: str, thread: str, known_version: str, limit: int, after_ms: str, after_id: str
) -> ThreadPage:
    """One page of a thread in one call; no comments when it is of the version given. An unknown thread is an empty
    one."""
    thread_keys = keys.thread_keys(site, thread)
    reply = await scripts.READ_THREAD.run(link, thread_keys[:3], known_version, limit, after_ms, after_id)
    version = reply[0].decode()
    if len(reply) == 1:
        return ThreadPage(version, "", "", 0, None)
    _, title, url, count, order, blobs = reply
    found = [
        Published(comment_id.decode(), int(published_ms), public)
        for comment_id, published_ms, public in zip(order[::2], order[1::2], blobs, strict=True)
    ]
    return ThreadPage(version, title.decode(), url.decode(), count, found)


async def counts(link: Link, site: str, threads: Sequence[str]) -> list[int]:
    """How many comments are published in each thread; 0 for an unknown one. One write to Redis for all."""
    calls = [link.call("ZCARD", keys.thread_keys(site, thread).published) for thread in threads]
    return [await call for call in calls]


async def read_settings(link: Link, site: str, thread: str) -> dict[str, str]:
    """The fields of a thread, see `keys.py`, or ThreadNotFoundError."""
    fields = pairs(await link.call("HGETALL", keys.thread_keys(site, thread).thread))
    if not fields:
        raise ThreadNotFoundError
    return fields


async def set_settings(
    link: Link, site: str, thread: str, changes: dict[str, str], *, actor: str, now_ms: int
) -> dict[str, str]:
    """Makes the thread or changes it; its fields after that."""
    flat = [part for pair in changes.items() for part in pair]
    script_keys = [keys.thread_keys(site, thread).thread, *keys.stream_keys(site)[:2]]
    (fields,) = await scripts.SET_THREAD.run(link, script_keys, now_ms, thread, actor, *flat)
    return pairs(fields)
