"""What tests of the store make and ask: short ways to submit, claim and decide at a pinned time."""

import asyncio
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.domain.assessed import Assessed
from service.domain.caller import EVERY_SITE, Caller, Role
from service.domain.comment import Comment
from service.domain.decision import Act, Decision, Ruling
from service.domain.event import READER, Event, EventKind
from service.domain.held import Claims
from service.domain.judged import Judged
from service.domain.policy import Mode, Policy, RateLimit
from service.domain.queue import START, Claimed, QueueOrder, QueueView
from service.domain.reason import Reason
from service.domain.replay import NO_REPLAY, Replay
from service.domain.routing import Routing, Verdict
from service.domain.site import Site
from service.domain.submission import Receipt, Submission
from service.domain.thread import ThreadOrder
from service.link.address import make_link
from service.link.link import Link
from service.store import comments, keys, threads, totals
from service.store.author_names import new_author_id
from service.store.comments import Comments
from service.store.events import unpack_event
from service.store.homes import CommentHome
from service.store.json_records import Change
from service.store.queue import Queue
from service.store.record import unpack_history
from service.store.submissions import NewComment, Submissions, Traces
from service.store.totals import SiteMeasures

NOW = 1_770_000_000_000
"""A Monday in February 2026, in ms."""
MINUTE = 60_000
LEASE = 5 * MINUTE
EVENTS_AT_ONCE = 50
NO_LIMIT = RateLimit()
CHANGE = Change(EventKind.SITE_CHANGED, "root", NOW)
SITE = Site("default", policy=Policy(reader_rate=NO_LIMIT, stranger_rate=NO_LIMIT))
STATES = {"approve": "published", "reject": "rejected", "spam": "spam"}
ROUTINGS = {
    Mode.PREMODERATE: Routing(Verdict.HOLD, [Reason("premoderated")]),
    Mode.POSTMODERATE: Routing(Verdict.PUBLISH, [Reason("postmoderated")]),
    Mode.AUTO: Routing(Verdict.PUBLISH, [Reason("risk_below", {"threshold": 0.05})], is_listed=False),
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
    article_title: str = "",
    article_url: str = "",
    actor: str = READER,
    routings: dict[Mode, Routing] | None = None,
    is_trust_counted: bool = False,
) -> NewComment:
    """A comment that nobody sent before; one that may be a repeat has a reader."""
    number = next(_numbers)
    comment_id = comment_id or f"c{number:015d}"
    return NewComment(
        comment_id,
        CommentHome(thread, author),
        Submission(
            "Ann",
            "ann@example.org",
            f"Comment {number}.",
            parent_id=parent_id,
            article_title=article_title,
            article_url=article_url,
            is_stranger=is_stranger,
            actor=actor,
        ),
        sealed_email=b"sealed",
        assessed=Assessed({"spam": 0.1}, risk, [], assessed=True, model=""),
        judged=Judged(routings or ROUTINGS, is_trust_counted=is_trust_counted),
        traces=Traces(reader or ("a reader" if repeat else ""), repeat or f"repeat-{comment_id}"),
        traces_before=before,
        author_id=new_author_id(),
    )


async def read_events(link: Link, stream: str) -> list[Event]:
    """All events of a stream, oldest first."""
    return [unpack_event(event_id, flat) for event_id, flat in await link.call("XRANGE", stream, "-", "+")]


def site_in(mode: Mode) -> Site:
    return replace(SITE, policy=replace(SITE.policy, mode=mode))


@dataclass(slots=True)
class Store:
    """The store's functions on one site, at `now` unless told otherwise."""

    link: Link
    site: Site = SITE
    now: int = field(default=NOW)
    comments: Comments = field(init=False)
    submissions: Submissions = field(init=False)
    queue: Queue = field(init=False)

    def __post_init__(self) -> None:
        self.comments = Comments(self.link)
        self.submissions = Submissions(self.link, self.comments)
        self.queue = Queue(self.link, self.comments)

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
        reason: str | None = None,
        replay: Replay = NO_REPLAY,
        now: int | None = None,
    ) -> Comment:
        code = reason if reason and " " not in reason else ""
        return await self.comments.decide(
            self.site.site,
            Ruling(comment_id, Decision(decision), reason, revision=revision, reason_code=code),
            moderator(by),
            replay=replay,
            now_ms=self.now if now is None else now,
        )

    async def undo(
        self, comment_id: str, *, by: str = "ann", revision: int | None = None, replay: Replay = NO_REPLAY
    ) -> Comment:
        return await self.comments.undo(
            self.site.site, comment_id, moderator(by), revision=revision, replay=replay, now_ms=self.now
        )

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
        return await self.queue.claim(
            self.site.site,
            QueueView(order, thread),
            moderator(by),
            limit=limit,
            lease_ms=lease,
            replay=replay,
            now_ms=at,
        )

    async def escalate(
        self, comment_id: str, by: str = "ann", note: str = "", *, replay: Replay = NO_REPLAY, now: int | None = None
    ) -> Comment:
        at = self.now if now is None else now
        return await self.queue.escalate(self.site.site, comment_id, moderator(by), note=note, replay=replay, now_ms=at)

    async def release(self, comment_id: str, by: str = "ann") -> None:
        await self.queue.release(self.site.site, comment_id, moderator(by), self.now)

    async def claim_one(self, comment_id: str, by: str = "ann", *, now: int | None = None) -> bool:
        at = self.now if now is None else now
        return await self.queue.claim_one(self.site.site, comment_id, moderator(by), lease_ms=LEASE, now_ms=at)

    async def renew(self, by: str = "ann", *, lease: int = LEASE, now: int | None = None) -> int:
        at = self.now if now is None else now
        return await self.queue.renew(self.site.site, moderator(by), lease_ms=lease, now_ms=at)

    async def claims(self, by: str = "ann", *, now: int | None = None) -> Claims:
        return await self.queue.claims(self.site.site, by, self.now if now is None else now)

    async def release_all(self, by: str = "ann") -> None:
        await self.queue.release_all(self.site.site, by, actor=by, now_ms=self.now)

    async def read(self, comment_id: str, now: int | None = None) -> Comment:
        await self.comments.find_home(self.site.site, comment_id)
        (found,) = await self.comments.read_some(self.site.site, [comment_id], self.now if now is None else now)
        return found

    async def record(self, comment_id: str) -> dict[str, str]:
        """The fields of a comment's record, see `keys.py`, but for `private`."""
        flat = await self.link.call("HGETALL", keys.comment(self.site.site, comment_id))
        fields = dict(zip(flat[::2], flat[1::2], strict=True))
        return {
            name: fields[short.encode()].decode()
            for name, short in keys.COMMENT_FIELDS.items()
            if name != "private" and short.encode() in fields
        }

    async def history(self, comment_id: str) -> list[Act]:
        record = await self.record(comment_id)
        return unpack_history(record.get("history", ""), record.get("forgotten", ""))

    async def page(
        self, thread: str = "article-1", limit: int = 1000, order: ThreadOrder = ThreadOrder.OLDEST
    ) -> list[str]:
        """The ids of a thread's published comments, in order."""
        page = await threads.read_page(self.link, self.site.site, thread, order=order, limit=limit)
        return [each.comment_id for each in page.comments or []]

    async def queued(self, order: QueueOrder = QueueOrder.OLDEST, thread: str | None = None) -> list[str]:
        """The ids of the queued comments, in order, read page by page."""
        found: list[str] = []
        after, view = START, QueueView(order, thread)
        while True:
            page = await self.queue.read_page(self.site.site, view, limit=50, after=after, now_ms=self.now)
            found += ids_of(page.comments)
            if page.last is None:
                return found
            after = page.last

    async def measures(self, now: int | None = None) -> SiteMeasures:
        return await totals.measure_site(self.link, self.site.site, self.now if now is None else now)

    async def thread_fields(self, thread: str = "article-1") -> dict[str, str]:
        return comments.pairs(await self.link.call("HGETALL", keys.thread_keys(self.site.site, thread).thread))

    async def author_fields(self, author: str = "author-1") -> dict[str, str]:
        return comments.pairs(await self.link.call("HGETALL", keys.author(self.site.site, author)))


def ids_of(found: Sequence[Comment]) -> list[str]:
    return [each.comment_id for each in found]


def moderator(token_id: str) -> Caller:
    return Caller(token_id, token_id, token_id.title(), frozenset({Role.MODERATOR}), frozenset({EVERY_SITE}))


async def add_events(link: Link, stream: str, events: Sequence[tuple[str, int]]) -> None:
    """Fills a stream with events of these ids and times, so few at once that a busy server keeps up."""
    for start in range(0, len(events), EVENTS_AT_ONCE):
        step = events[start : start + EVENTS_AT_ONCE]
        await asyncio.gather(*(link.call("XADD", stream, name, "k", "left", "m", at_ms) for name, at_ms in step))
