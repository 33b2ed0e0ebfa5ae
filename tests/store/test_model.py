"""Any sequence of submissions, claims, decisions, undos and time: the store does what a few lines of Python do."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from service.domain.bulk import BulkOrder
from service.domain.decision import Decision
from service.domain.policy import Mode
from service.domain.queue import QueueOrder
from service.domain.state import State
from service.errors import ClaimedByAnotherError, NothingToUndoError, RequestError, StaleRevisionError
from service.store import bulk_steps, keys, scripts
from service.store.bulk_steps import decide_next, undo_next
from service.store.bulks import Bulks
from tests.servers import RedisServer, client_of
from tests.store.desk import LEASE, NOW, STATES, Store, connected, ids_of, moderator, new_comment, site_in
from tests.store.recount import check_standing, recount

T = TypeVar("T")
STEP = 2
"""So many comments of a bulk are decided on at once here."""
MODERATORS = st.sampled_from(["ann", "bob"])
REVISIONS = st.sampled_from([None, None, 0, -1])
"""What a moderator says of the revision: nothing, the newest, or the one before it."""


@dataclass(slots=True)
class Before:
    state: str
    decision: str
    published_ms: int | None
    is_queued: bool


@dataclass(slots=True)
class Modelled:
    """A comment as it should be."""

    comment_id: str
    thread: str
    author: str
    submitted_ms: int
    risk: float
    state: str
    published_ms: int | None
    is_queued: bool
    decision: str = ""
    holder: str = ""
    expires_ms: int = 0
    previous: list[Before] = field(default_factory=list)
    history: list[tuple[str, str]] = field(default_factory=list)
    acted_ms: int = -1
    """When somebody decided on it last, or took that back."""
    bulk_id: str = ""
    """Of the bulk by which the last decision was made, while nobody acted since."""

    @property
    def revision(self) -> int:
        return 1 + len(self.history)

    def holder_at(self, now: int) -> str:
        return self.holder if self.expires_ms > now else ""

    def decide(self, decision: str, by: str, revision: int | None, now: int) -> type[RequestError] | None:
        if decision == self.decision:
            return None
        if self.holder_at(now) not in {"", by}:
            return ClaimedByAnotherError
        if revision not in {None, self.revision}:
            return StaleRevisionError
        self.previous.append(Before(self.state, self.decision, self.published_ms, self.is_queued))
        self._move(STATES[decision], self.published_ms, now)
        self.decision, self.is_queued, self.holder, self.expires_ms = decision, False, "", 0
        return None

    def undo(self, revision: int | None, now: int) -> type[RequestError] | None:
        if revision not in {None, self.revision}:
            return StaleRevisionError
        if not self.previous:
            return NothingToUndoError
        before = self.previous.pop()
        self._move(before.state, before.published_ms, now)
        self.decision = before.decision
        self.is_queued = self.is_queued or before.is_queued
        return None

    def _move(self, state: str, published_ms: int | None, now: int) -> None:
        self.history.append((self.state, state))
        self.state, self.acted_ms, self.bulk_id = state, now, ""
        self.published_ms = (now if published_ms is None else published_ms) if state == "published" else None


@dataclass(slots=True)
class ModelledBulk:
    """A bulk as it should be carried out."""

    bulk_id: str
    comments: list[Modelled]
    asked: str
    decision: str
    by: str
    previewed_ms: int
    place: int = 0
    changed: int = 0
    undo_place: int | None = None
    undone: int = 0

    @property
    def is_running(self) -> bool:
        return self.place < len(self.comments) if self.undo_place is None else self.undo_place < self.place

    def step(self, now: int) -> None:
        if self.undo_place is None:
            following = self.comments[self.place : self.place + STEP]
            self.changed += sum(self._decide(each, now) for each in following)
            self.place += len(following)
        else:
            following = self.comments[self.undo_place : min(self.undo_place + STEP, self.place)]
            self.undone += sum(self._undo(each, now) for each in following)
            self.undo_place += len(following)

    def _decide(self, comment: Modelled, now: int) -> bool:
        is_other = self.asked not in {"", comment.state} or comment.acted_ms >= self.previewed_ms
        if is_other or comment.decision == self.decision or comment.decide(self.decision, self.by, None, now):
            return False
        comment.bulk_id = self.bulk_id
        return True

    def _undo(self, comment: Modelled, now: int) -> bool:
        return comment.bulk_id == self.bulk_id and comment.undo(None, now) is None


class Moderation(RuleBasedStateMachine):
    """The store and the model side by side."""

    server: RedisServer
    made: Bundle[str] = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        self._client = client_of(self.server.url)
        self._client.flushall()
        self._loop = asyncio.new_event_loop()
        self._store = Store(self._run(connected(self.server.url, scripts.ALL)))
        self._all: dict[str, Modelled] = {}
        self._now = NOW
        self._bulks: list[ModelledBulk] = []

    def teardown(self) -> None:
        try:
            self._check_all()
        finally:
            self._run(self._store.link.close())
            self._loop.close()
            self._client.close()

    def _run(self, awaitable: Awaitable[T]) -> T:
        async def run() -> T:
            return await awaitable

        return self._loop.run_until_complete(run())

    def _same(self, awaitable: Awaitable[object], wanted: type[RequestError] | None) -> None:
        """The call is refused as the model refuses it, or not at all."""
        refused: type[BaseException] | None = None
        try:
            self._run(awaitable)
        except RequestError as error:
            refused = type(error)
        assert refused is wanted

    @rule(
        target=made,
        thread=st.sampled_from(["article-1", "article-2"]),
        author=st.sampled_from(["author-1", "author-2"]),
        mode=st.sampled_from(Mode),
        risk=st.sampled_from([0.0, 0.5, 0.501, 1.0]),
    )
    def submit(self, thread: str, author: str, mode: Mode, risk: float) -> str:
        self._store.site = site_in(mode)
        new = new_comment(thread, author, risk=risk)
        receipt = self._run(self._store.submit(new))
        state = "held" if mode is Mode.PREMODERATE else "published"
        assert receipt.state == state
        published_ms = self._now if state == "published" else None
        is_queued = mode is not Mode.AUTO
        self._all[new.comment_id] = Modelled(
            new.comment_id, thread, author, self._now, risk, state, published_ms, is_queued
        )
        return new.comment_id

    @rule(comment_id=made, decision=st.sampled_from(sorted(STATES)), by=MODERATORS, back=REVISIONS)
    def decide(self, comment_id: str, decision: str, by: str, back: int | None) -> None:
        modelled = self._all[comment_id]
        revision = None if back is None else modelled.revision + back
        wanted = modelled.decide(decision, by, revision, self._now)
        self._same(self._store.decide(comment_id, decision, by=by, revision=revision), wanted)

    @rule(comment_id=made, back=REVISIONS)
    def undo(self, comment_id: str, back: int | None) -> None:
        modelled = self._all[comment_id]
        revision = None if back is None else modelled.revision + back
        wanted = modelled.undo(revision, self._now)
        self._same(self._store.undo(comment_id, revision=revision), wanted)

    @rule(by=MODERATORS, limit=st.integers(1, 3), thread=st.sampled_from([None, "article-1"]))
    def claim(self, by: str, limit: int, thread: str | None) -> None:
        free = [each for each in self._queued(thread) if not each.holder_at(self._now)][:limit]
        claimed = self._run(self._store.claim(by, limit, thread=thread))
        assert ids_of(claimed.comments) == [each.comment_id for each in free]
        for each in free:
            each.holder, each.expires_ms = by, self._now + LEASE

    @rule(comment_id=made, by=MODERATORS)
    def release(self, comment_id: str, by: str) -> None:
        modelled = self._all[comment_id]
        is_others = modelled.holder_at(self._now) not in {"", by}
        if not is_others:
            modelled.holder = ""
        self._same(self._store.release(comment_id, by), ClaimedByAnotherError if is_others else None)

    @rule(by=MODERATORS)
    def release_all(self, by: str) -> None:
        for each in self._all.values():
            if each.holder == by:
                each.holder = ""
        self._run(self._store.release_all(by))

    @rule(decision=st.sampled_from(sorted(STATES)), by=MODERATORS, asked=st.sampled_from(["", "held", "published"]))
    def begin_bulk(self, decision: str, by: str, asked: str) -> None:
        """On all that there is, or on all in a state, as of now."""
        chosen = [each for each in self._all.values() if asked in {"", each.state}]
        bulk = ModelledBulk(f"b{len(self._bulks)}", chosen, asked, decision, by, self._now)
        self._bulks.append(bulk)
        bulks, ids = Bulks(self._store.link), [each.comment_id for each in chosen]
        state = State(asked) if asked else None
        self._run(bulks.keep_preview("default", bulk.bulk_id, ids, state, now_ms=self._now))
        order = BulkOrder(bulk.bulk_id, Decision(decision))
        self._run(bulks.start("default", order, moderator(by), now_ms=self._now))

    @rule(which=st.integers(0, 3), by=MODERATORS)
    def undo_bulk(self, which: int, by: str) -> None:
        if which < len(self._bulks):
            bulk = self._bulks[which]
            bulk.undo_place = bulk.undo_place or 0
            self._run(Bulks(self._store.link).begin_undo("default", bulk.bulk_id, moderator(by), now_ms=self._now))

    @rule()
    def carry_bulks_on(self) -> None:
        """A step of each, as if several processes had one."""
        for bulk in self._bulks:
            work = self._run(Bulks(self._store.link).read_work("default", bulk.bulk_id))
            if work is None:  # what was taken back is done with
                continue
            undo = work.bulk.undo
            step, place = (undo_next, undo.done) if undo else (decide_next, work.bulk.done)
            self._run(step(self._store.link, self._store.comments, "default", work, place, self._now))
            bulk.step(self._now)

    @rule(ms=st.sampled_from([1, LEASE // 2, LEASE]))
    def wait(self, ms: int) -> None:
        self._now += ms
        self._store.now = self._now

    @invariant()
    def the_queue_and_the_threads_are_as_they_should_be(self) -> None:
        assert self._run(self._store.queued()) == [each.comment_id for each in self._queued(None)]
        for thread in {each.thread for each in self._all.values()}:
            shown = self._run(self._store.page(thread))
            assert shown == [comment_id for _, comment_id in sorted(self._published(thread))]

    def _queued(self, thread: str | None) -> list[Modelled]:
        waiting = [each for each in self._all.values() if each.is_queued and thread in {None, each.thread}]
        return sorted(waiting, key=lambda each: (each.submitted_ms, each.comment_id))

    def _published(self, thread: str) -> list[tuple[int, str]]:
        mine = [each for each in self._all.values() if each.thread == thread]
        return [(each.submitted_ms, each.comment_id) for each in mine if each.published_ms is not None]

    def _check_all(self) -> None:
        """Every comment, its history and its claim; every counter, from the comments alone."""
        counted = recount(self._client)
        check_standing(self._client, counted)
        found = counted.comments
        assert found.keys() == self._all.keys()
        for comment_id, modelled in self._all.items():
            stored = self._run(self._store.read(comment_id))
            assert stored.state == modelled.state
            assert self._run(self._store.record(comment_id)).get("decision", "") == modelled.decision
            assert stored.revision == modelled.revision
            assert stored.published_ms == modelled.published_ms
            history = self._run(self._store.history(comment_id))
            assert [(act.before, act.after) for act in history] == modelled.history
            assert (stored.claim.token_id if stored.claim else "") == modelled.holder_at(self._now)
        for bulk in self._bulks:
            told = self._run(Bulks(self._store.link).read("default", bulk.bulk_id))
            assert (told.total, told.done, told.skipped) == (
                *(len(bulk.comments), bulk.place, bulk.place - bulk.changed),
            )
            if told.undo:
                assert (told.undo.done, told.undo.skipped) == (bulk.undo_place, (bulk.undo_place or 0) - bulk.undone)
        if found:
            queued = [QueueOrder.RISKIEST, QueueOrder.UNCERTAIN, QueueOrder.NEWEST]
            for order in queued:
                assert set(self._run(self._store.queued(order))) == {each.comment_id for each in self._queued(None)}
            assert self._client.exists(keys.totals("default"))


def test_the_store_does_what_the_model_does(every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_steps, "COMMENTS_A_STEP", STEP)

    class OnThisServer(Moderation):
        server = every_redis_server

    # Not shortened when it fails: that takes minutes on a real server, and thirty steps can be read.
    limits = settings(
        max_examples=60,
        stateful_step_count=30,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(OnThisServer, settings=limits)
