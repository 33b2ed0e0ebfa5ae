"""The queues of several sites in one order. The sites may lie on different masters: each is asked by itself."""

import asyncio
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import NamedTuple

from service.domain.queue import (
    HIGHEST_FIRST,
    START,
    Position,
    QueueDepth,
    QueueOrder,
    QueueView,
    SiteComment,
    SitesQueuePage,
)
from service.link.link import Link
from service.store import keys, scripts
from service.store.comments import Comments
from service.store.queue import view_key


class _Head(NamedTuple):
    """A comment of a site's queue, and its score in the order as Redis told it."""

    site: str
    comment_id: str
    score: bytes


class _Heads(NamedTuple):
    """What one site has: how many in all, when the oldest of them was submitted, and the first behind the place."""

    total: int
    oldest_ms: int | None
    heads: Sequence[_Head]


class SiteQueues:
    """The queues of any sites, as one."""

    def __init__(self, link: Link, comments: Comments) -> None:
        self._link = link
        self._comments = comments

    async def depths(self, sites: Sequence[str]) -> list[QueueDepth]:
        """Reads how much waits on each of these sites."""
        found = await asyncio.gather(*(self._read_heads(site, QueueOrder.OLDEST, 0, START) for site in sites))
        return [QueueDepth(site, each.total, each.oldest_ms) for site, each in zip(sites, found, strict=True)]

    async def read_page(
        self, sites: Sequence[str], order: QueueOrder, *, limit: int, after: Position, now_ms: int
    ) -> SitesQueuePage:
        """Reads one page. It has as many comments as were asked for where there are so many, but for those that were
        decided while they were read."""
        found = await asyncio.gather(*(self._read_heads(site, order, limit + 1, after) for site in sites))
        heads = list(islice(_merged([each.heads for each in found], order), limit + 1))
        page, more = heads[:limit], heads[limit:]
        position = Position(page[-1].score.decode(), page[-1].comment_id) if more else None
        ages = [each.oldest_ms for each in found if each.oldest_ms is not None]
        return SitesQueuePage(
            await self._read_all(page, now_ms),
            sum(each.total for each in found),
            min(ages) if ages else None,
            last=position,
        )

    async def _read_heads(self, site: str, order: QueueOrder, limit: int, after: Position) -> _Heads:
        names = [view_key(site, QueueView(order)), keys.queue_keys(site).queue]
        total, oldest, flat = await scripts.LIST_HEADS.run(
            self._link, names, int(order in HIGHEST_FIRST), limit, *after
        )
        heads = [_Head(site, each.decode(), score) for each, score in zip(flat[::2], flat[1::2], strict=True)]
        return _Heads(total, int(float(oldest)) if oldest else None, heads)

    async def _read_all(self, page: Sequence[_Head], now_ms: int) -> list[SiteComment]:
        ids: dict[str, list[str]] = {}
        for head in page:
            ids.setdefault(head.site, []).append(head.comment_id)
        read = await asyncio.gather(*(self._comments.read_some(site, each, now_ms) for site, each in ids.items()))
        known = {
            (site, comment.comment_id): comment for site, found in zip(ids, read, strict=True) for comment in found
        }
        places = ((head.site, head.comment_id) for head in page)
        return [SiteComment(place[0], known[place]) for place in places if place in known]


def _merged(queues: Sequence[Sequence[_Head]], order: QueueOrder) -> Iterator[_Head]:
    """The heads of all in one order, as each is in it: by score and comment_id. Ids of comments are of no two sites."""
    return merge(*queues, key=lambda head: (float(head.score), head.comment_id), reverse=order in HIGHEST_FIRST)
