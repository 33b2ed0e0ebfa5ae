"""The queue in Redis: listed in four orders, claimed under leases."""

from typing import NamedTuple

from service.domain.queue import QueueOrder
from service.domain.replay import Replay
from service.link.link import Link
from service.store import comments, keys, scripts
from service.store.comments import StoredComment

MOST_HELD = 500
"""So many comments of a site one moderator may hold at once: more than anybody decides within a lease."""
_HIGHEST_FIRST = {QueueOrder.NEWEST, QueueOrder.RISKIEST}


class Position(NamedTuple):
    """The last comment of a page, and its score in the page's order; ("", "") before the first page."""

    score: str = ""
    comment_id: str = ""


class QueuePage(NamedTuple):
    comments: list[StoredComment]
    total: int
    oldest_ms: int | None
    last: Position | None


class Claimed(NamedTuple):
    comments: list[StoredComment]
    expires_ms: int


def _view(site: str, order: QueueOrder, thread: str | None) -> str:
    queue = keys.queue_keys(site)
    if order is QueueOrder.RISKIEST:
        return queue.risk
    if order is QueueOrder.UNCERTAIN:
        return queue.uncertainty
    return queue.queue if thread is None else keys.thread_keys(site, thread).queue


async def list_queue(
    link: Link, site: str, order: QueueOrder, thread: str | None, limit: int, after: Position, now_ms: int
) -> QueuePage:
    """One page of the queue; `last` is None when there is no page after it. Of a long thread, in an order that is not
    its own, a page may hold fewer than `limit` though there is one after it."""
    queue = keys.queue_keys(site)
    total, oldest, ids, last = await scripts.LIST_QUEUE.run(
        link,
        [_view(site, order, thread), queue.queue, keys.thread_keys(site, thread or "").queue],
        int(order in _HIGHEST_FIRST),
        int(thread is not None),
        limit,
        *after,
    )
    found = await comments.read_some(link, site, [each.decode() for each in ids], now_ms)
    position = Position(*(each.decode() for each in last)) if last else None
    return QueuePage(found, total, int(float(oldest)) if oldest else None, position)


async def claim(
    link: Link,
    site: str,
    order: QueueOrder,
    thread: str | None,
    *,
    limit: int,
    holder: str,
    expires_ms: int,
    replay: Replay,
    now_ms: int,
) -> Claimed:
    """The next free comments, leased until `expires_ms` to one holder (token_id, a newline, the name), who never holds
    more than `MOST_HELD`."""
    queue = keys.queue_keys(site)
    ids, expires = await scripts.CLAIM.run(
        link,
        [
            _view(site, order, thread),
            queue.claims,
            queue.holders,
            keys.thread_keys(site, thread or "").queue,
            *keys.stream_keys(site)[:2],
            keys.idempotency(site, replay.digest),
        ],
        now_ms,
        expires_ms,
        holder,
        limit,
        int(order in _HIGHEST_FIRST),
        int(thread is not None),
        replay.fingerprint,
        MOST_HELD,
    )
    found = await comments.read_some(link, site, [each.decode() for each in ids], now_ms)
    return Claimed(found, int(expires))


async def release(link: Link, site: str, comment_id: str, token_id: str, now_ms: int) -> None:
    """Hands one claim back; nothing happens when there is none. CommentNotFoundError, ClaimedByAnotherError."""
    queue = keys.queue_keys(site)
    script_keys = [queue.claims, queue.holders, keys.comment(site, comment_id), *keys.stream_keys(site)[:2]]
    await scripts.RELEASE.run(link, script_keys, now_ms, comment_id, token_id)


async def release_all(link: Link, site: str, token_id: str, now_ms: int) -> None:
    """Hands all claims of a moderator back."""
    queue = keys.queue_keys(site)
    script_keys = [queue.claims, queue.holders, *keys.stream_keys(site)[:2]]
    await scripts.RELEASE_ALL.run(link, script_keys, token_id, now_ms)
