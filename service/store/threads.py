"""Threads in Redis: what readers see, and how an article's comments are set."""

from collections.abc import Sequence
from typing import Any

from service.domain.policy import Mode
from service.domain.queue import START, Position
from service.domain.state import State
from service.domain.thread import (
    NO_CLOSING,
    Closing,
    PublishedComment,
    SitesOwn,
    Thread,
    ThreadChange,
    ThreadOrder,
    ThreadPage,
)
from service.errors import ThreadNotFoundError
from service.link.link import Link
from service.store import keys, scripts
from service.store.comments import pairs
from service.store.record import unpack_public


async def read_page(
    link: Link,
    site: str,
    thread: str,
    *,
    order: ThreadOrder = ThreadOrder.OLDEST,
    known_version: str = "",
    limit: int,
    after: Position = START,
    closing: Closing = NO_CLOSING,
) -> ThreadPage:
    """Reads one page of a thread in one call; no comments when it is of the version given, which is another one from
    the moment on at which it closes. An unknown thread is an empty one."""
    names = [*keys.thread_keys(site, thread)[:3], keys.published_later(site, thread)]
    reply = await scripts.READ_THREAD.run(link, names, known_version, order, limit, *after, *closing)
    return ThreadPage(reply[0].decode(), "", "", 0, None) if len(reply) == 1 else _page(reply)


def _page(reply: list[Any]) -> ThreadPage:
    version, title, url, closed, total, *columns, score, comment_id = reply
    return ThreadPage(
        version.decode(),
        title.decode(),
        url.decode(),
        total=total,
        comments=[_published(*row) for row in zip(*columns, strict=True)],
        is_closed=closed == b"1",
        last=Position(score.decode(), comment_id.decode()) if comment_id else None,
    )


def _published(comment_id: bytes, submitted_ms: bytes, published_ms: bytes, packed: bytes) -> PublishedComment:
    public = unpack_public(packed)
    return PublishedComment(
        comment_id.decode(),
        public.parent_id,
        public.name,
        website=public.website,
        body=public.body,
        submitted_ms=int(submitted_ms),
        published_ms=int(published_ms),
    )


async def count_published(link: Link, site: str, threads: Sequence[str]) -> list[int]:
    """How many comments are published in each thread; 0 for an unknown one. One write to Redis for all."""
    calls = [link.call("ZCARD", keys.thread_keys(site, thread).published) for thread in threads]
    return [await call for call in calls]


async def read_settings(link: Link, site: str, thread: str) -> Thread:
    """Reads how a thread is set. ThreadNotFoundError."""
    fields = pairs(await link.call("HGETALL", keys.thread_keys(site, thread).thread))
    if not fields:
        raise ThreadNotFoundError
    return _thread(thread, fields)


async def set_settings(link: Link, site: str, thread: str, change: ThreadChange, *, actor: str, now_ms: int) -> Thread:
    """Makes the thread, or changes what is given of it."""
    flat = [part for pair in _packed(change).items() for part in pair]
    script_keys = [keys.thread_keys(site, thread).thread, keys.events(site)]
    (fields,) = await scripts.SET_THREAD.run(link, script_keys, now_ms, thread, actor, *flat)
    return _thread(thread, pairs(fields))


def _packed(change: ThreadChange) -> dict[str, str]:
    packed: dict[str, str] = {}
    if change.title is not None:
        packed["title"] = change.title
    if change.url is not None:
        packed["url"] = change.url
    if change.closed is not None:
        packed["closed"] = str(int(change.closed))
    if change.mode is not None:
        packed["mode"] = "" if isinstance(change.mode, SitesOwn) else change.mode
    if change.closes_ms is not None:
        packed["closes_ms"] = "" if isinstance(change.closes_ms, SitesOwn) else str(change.closes_ms)
    return packed


def _thread(thread: str, fields: dict[str, str]) -> Thread:
    mode, closes_ms = fields.get("mode"), fields.get("closes_ms")
    first_ms = fields.get("first_ms", fields.get("created_ms"))
    return Thread(
        thread,
        fields.get("title", ""),
        fields.get("url", ""),
        closed=fields.get("closed") == "1",
        mode=Mode(mode) if mode else None,
        closes_ms=int(closes_ms) if closes_ms else None,
        first_ms=int(first_ms) if first_ms else None,
        counts={state: int(fields.get(state, 0)) for state in State if state is not State.ERASED},
    )
