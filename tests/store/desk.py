"""What tests of the store make and ask: short ways to submit, claim and decide at a pinned time."""

import hashlib
import itertools
from dataclasses import dataclass, field, replace

from service.domain.event import EventKind
from service.domain.policy import Mode, Policy, RateLimit
from service.domain.queue import QueueOrder
from service.domain.replay import NO_REPLAY, Replay
from service.domain.routing import Routing, Verdict
from service.domain.site import Site
from service.link.address import make_link
from service.link.link import Link
from service.store import comments, keys, queue, threads, totals
from service.store.comments import CommentHome, StoredComment
from service.store.json_records import Change
from service.store.queue import Claimed
from service.store.record import Act, Private, pack_act, pack_private, pack_public, unpack_history
from service.store.submissions import NewComment, Receipt, Submissions, Traces
from service.store.totals import SiteMeasures

NOW = 1_770_000_000_000
"""A Monday in February 2026, in ms."""
MINUTE = 60_000
LEASE = 5 * MINUTE
NO_LIMIT = RateLimit()
CHANGE = Change(EventKind.SITE_CHANGED, "root", NOW)
SITE = Site("default", policy=Policy(reader_rate=NO_LIMIT, stranger_rate=NO_LIMIT))
STATES = {"approve": "published", "reject": "rejected", "spam": "spam"}
ROUTINGS = {
    Mode.PREMODERATE: Routing(Verdict.HOLD, [{"code": "premoderated"}]),
    Mode.POSTMODERATE: Routing(Verdict.PUBLISH, [{"code": "postmoderated"}]),
    Mode.AUTO: Routing(Verdict.PUBLISH, [{"code": "risk_below", "threshold": 0.05}], is_listed=False),
}
_numbers = itertools.count(1)


async def connected(url: str, sources: tuple[str, ...]) -> Link:
    link = make_link(url, sources)
    link.open()
    assert await link.wait_whole(10), link.reason
    return link


def key(name: str, body: str = "the same body") -> Replay:
    """An Idempotency-Key that was sent with a body."""
    return Replay(name, hashlib.sha256(body.encode()).hexdigest())


def new_comment(
    thread: str = "article-1",
    author: str = "author-1",
    *,
    comment_id: str | None = None,
    risk: float = 0.5,
    parent_id: str = "",
    reader: str = "",
    repeat: str | None = None,
    before: Traces | None = None,
    is_stranger: bool = False,
    routings: dict[Mode, Routing] | None = None,
) -> NewComment:
    """A comment that nobody sent before; one that may be a repeat has a reader."""
    number = next(_numbers)
    comment_id = comment_id or f"c{number:015d}"
    return NewComment(
        comment_id,
        CommentHome(thread, author),
        parent_id,
        pack_public("Ann", f"Comment {number}.", "", parent_id),
        pack_private(Private(b"sealed", {"spam": 0.1}, 0.1)),
        risk=risk,
        is_unscored=False,
        routings=routings or ROUTINGS,
        traces=Traces(reader or ("a reader" if repeat else ""), repeat or f"repeat-{comment_id}"),
        traces_before=before,
        is_stranger=is_stranger,
    )


def site_in(mode: Mode) -> Site:
    return replace(SITE, policy=replace(SITE.policy, mode=mode))


@dataclass(slots=True)
class Store:
    """The store's functions on one site, at `now` unless told otherwise."""

    link: Link
    site: Site = SITE
    now: int = field(default=NOW)
    submissions: Submissions = field(init=False)

    def __post_init__(self) -> None:
        self.submissions = Submissions(self.link)

    async def submit(
        self, new: NewComment | None = None, replay: Replay = NO_REPLAY, now: int | None = None
    ) -> Receipt:
        at = self.now if now is None else now
        return await self.submissions.submit(self.site, new or new_comment(), replay, at)

    async def decide(
        self,
        comment_id: str,
        decision: str = "approve",
        *,
        by: str = "ann",
        revision: int | None = None,
        replay: Replay = NO_REPLAY,
        now: int | None = None,
    ) -> StoredComment:
        return await comments.decide(
            self.link,
            self.site.site,
            comment_id,
            token_id=by,
            decision=decision,
            state=STATES[decision],
            revision=revision,
            act=self._act(decision, by),
            replay=replay,
            now_ms=self.now if now is None else now,
        )

    async def undo(
        self, comment_id: str, *, by: str = "ann", revision: int | None = None, replay: Replay = NO_REPLAY
    ) -> StoredComment:
        return await comments.undo(
            self.link,
            self.site.site,
            comment_id,
            token_id=by,
            revision=revision,
            act=self._act("undo", by),
            replay=replay,
            now_ms=self.now,
        )

    def _act(self, act: str, by: str) -> bytes:
        return pack_act(act, self.now, by, by.title(), None, None)

    async def claim(
        self,
        by: str = "ann",
        limit: int = 20,
        *,
        order: QueueOrder = QueueOrder.OLDEST,
        thread: str | None = None,
        lease: int = LEASE,
        replay: Replay = NO_REPLAY,
        now: int | None = None,
    ) -> Claimed:
        at = self.now if now is None else now
        return await queue.claim(
            self.link,
            self.site.site,
            order,
            thread,
            limit=limit,
            holder=f"{by}\n{by.title()}",
            expires_ms=at + lease,
            replay=replay,
            now_ms=at,
        )

    async def release(self, comment_id: str, by: str = "ann") -> None:
        await queue.release(self.link, self.site.site, comment_id, by, self.now)

    async def release_all(self, by: str = "ann") -> None:
        await queue.release_all(self.link, self.site.site, by, self.now)

    async def read(self, comment_id: str, now: int | None = None) -> StoredComment:
        return await comments.read(self.link, self.site.site, comment_id, self.now if now is None else now)

    async def page(self, thread: str = "article-1", limit: int = 1000) -> list[str]:
        """The ids of a thread's published comments, in order."""
        page = await threads.read_page(self.link, self.site.site, thread, "", limit, "", "")
        return [each.comment_id for each in page.comments or []]

    async def queued(self, order: QueueOrder = QueueOrder.OLDEST, thread: str | None = None) -> list[str]:
        """The ids of the queued comments, in order, read page by page."""
        found: list[str] = []
        after = queue.Position()
        while True:
            page = await queue.list_queue(self.link, self.site.site, order, thread, 50, after, self.now)
            found += ids_of(page.comments)
            if page.last is None:
                return found
            after = page.last

    async def measures(self, now: int | None = None) -> SiteMeasures:
        return await totals.measure_site(self.link, self.site.site, self.now if now is None else now)

    async def thread_fields(self, thread: str = "article-1") -> dict[str, str]:
        return await threads.read_settings(self.link, self.site.site, thread)

    async def author_fields(self, author: str = "author-1") -> dict[str, str]:
        return comments.pairs(await self.link.call("HGETALL", keys.author(self.site.site, author)))


def ids_of(found: list[StoredComment]) -> list[str]:
    return [each.comment_id for each in found]


def history_of(stored: StoredComment) -> list[Act]:
    return unpack_history(stored.record.get("history", ""))
