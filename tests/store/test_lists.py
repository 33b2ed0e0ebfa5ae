"""Lists and search against a plain model, on real servers: whatever comes, goes and changes."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, rule, run_state_machine_as_test

from service.desk import new_id
from service.domain.decision import Decision, Ruling
from service.domain.policy import MODES, Mode
from service.domain.reason import Reason
from service.domain.replay import NO_REPLAY
from service.domain.routing import Routing, Verdict
from service.domain.selection import Selection
from service.domain.state import State
from service.domain.submission import Submission
from service.lists.ordinals import BITS_A_CHUNK
from service.lists.query import query_of
from service.store import keys, scripts
from service.use_cases.lists import list_comments
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, STATES, Store, connected, moderator, new_comment, site_in
from tests.store.listing import desk_of

T = TypeVar("T")
FIRST_STATES = {Verdict.PUBLISH: "published", Verdict.HOLD: "held", Verdict.REJECT: "rejected"}
THREADS, AUTHORS, RULES = ("t1", "t2"), ("a1", "a2", "a3"), ("links", "words")
CODES = ("risk_between", "score_high", "rude", "off_topic")
WORDS = ("river", "Rivers", "cafés")
TIMES = st.none() | st.integers(-1, 40).map(lambda minutes: NOW + 60_000 * minutes)


def one_of(*values: str) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


SELECTIONS = st.builds(
    Selection,
    state=st.none() | st.sampled_from([State.HELD, State.PUBLISHED, State.REJECTED, State.SPAM]),
    verdict=st.none() | st.sampled_from(Verdict),
    reason=one_of(*CODES),
    rule=one_of(*RULES),
    thread=one_of(*THREADS, "unknown"),
    author=one_of(*AUTHORS, "unknown"),
    since_ms=TIMES,
    until_ms=TIMES,
    risk_above=st.sampled_from([None, None, 0.0, 0.25, 0.5]),
    risk_below=st.sampled_from([None, None, 1.0, 0.5]),
    query=st.sampled_from(["", "", "", "river", "RIVER*", "cafes", "river cafes"]),
    like=st.none(),
    revisions=st.none(),
)


@dataclass(slots=True)
class Modelled:
    """A comment as it should be; `decided` has a decision's state and reason for each that stands, the newest last."""

    comment_id: str
    thread: str
    author: str
    verdict: Verdict
    codes: tuple[str, ...]
    rules: tuple[str, ...]
    risk: float
    submitted_ms: int
    body: str
    decided: list[tuple[str, str]] = field(default_factory=list)

    @property
    def state(self) -> str:
        return self.decided[-1][0] if self.decided else FIRST_STATES[self.verdict]

    def passes(self, wanted: Selection) -> bool:
        reasons = {*self.codes, self.decided[-1][1] if self.decided else ""}
        return (
            wanted.state in {None, self.state}
            and wanted.verdict in {None, self.verdict}
            and (wanted.reason is None or wanted.reason in reasons)
            and (wanted.rule is None or wanted.rule in self.rules)
            and wanted.thread in {None, self.thread}
            and wanted.author in {None, self.author}
            and (wanted.since_ms is None or self.submitted_ms >= wanted.since_ms)
            and (wanted.until_ms is None or self.submitted_ms < wanted.until_ms)
            and (wanted.risk_above is None or self.risk > wanted.risk_above)
            and (wanted.risk_below is None or self.risk < wanted.risk_below)
            and (not wanted.query or query_of(wanted.query).matches("", self.body))
        )


class ListsOfASite(RuleBasedStateMachine):
    """The site's first comments lie on both sides of the end of a chunk."""

    server: RedisServer
    made: Bundle[str] = Bundle("made")

    def __init__(self) -> None:
        super().__init__()
        with client_of(self.server.url) as client:
            client.flushall()
            client.hset(keys.totals("default"), "ordinals", BITS_A_CHUNK - 5)
        self._loop = asyncio.new_event_loop()
        self._store = Store(self._run(connected(self.server.url, scripts.ALL)), site_in(Mode.AUTO))
        self._all: dict[str, Modelled] = {}

    def teardown(self) -> None:
        self._run(self._store.link.close())
        self._loop.close()

    def _run(self, awaitable: Awaitable[T]) -> T:
        async def run() -> T:
            return await awaitable

        return self._loop.run_until_complete(run())

    @rule(
        target=made,
        place=st.tuples(st.sampled_from(THREADS), st.sampled_from(AUTHORS)),
        verdict=st.sampled_from(Verdict),
        codes=st.sets(st.sampled_from(CODES), max_size=2).map(sorted),
        rules=st.sets(st.sampled_from(RULES)).map(sorted),
        words=st.lists(st.sampled_from(WORDS), max_size=2),
        risk=st.sampled_from([0.0, 0.25, 0.4999, 0.5, 1.0]),
    )
    def submit(
        self,
        place: tuple[str, str],
        verdict: Verdict,
        codes: list[str],
        rules: list[str],
        words: list[str],
        risk: float,
    ) -> str:
        reasons = [*(Reason("rule", {"rule": each, "matched": []}) for each in rules), *map(Reason, codes)]
        routing = Routing(verdict, reasons, is_listed=verdict is Verdict.HOLD)
        comment_id, body = new_id(self._store.now), f"{len(self._all)}: {' '.join(words)}"
        new = new_comment(*place, comment_id=comment_id, risk=risk, routings=dict.fromkeys(MODES, routing))
        new = new._replace(submission=Submission("Ann", "ann@mail.example", body))
        self._run(self._store.submit(new))
        self._all[comment_id] = Modelled(
            comment_id, *place, verdict, tuple(codes), tuple(rules), risk, self._store.now, body
        )
        return comment_id

    @rule(comment_id=made, decision=st.sampled_from(sorted(STATES)), code=st.sampled_from(["", *CODES]))
    def decide(self, comment_id: str, decision: str, code: str) -> None:
        ruling = Ruling(comment_id, Decision(decision), reason=code or None, reason_code=code)
        decided = self._store.comments.decide(
            "default", ruling, moderator("ann"), replay=NO_REPLAY, now_ms=self._store.now
        )
        stood, modelled = self._run(self._standing(comment_id)), self._all[comment_id]
        self._run(decided)
        if stood != decision:
            modelled.decided.append((STATES[decision], code))

    async def _standing(self, comment_id: str) -> str:
        return (await self._store.record(comment_id)).get("decision", "")

    @rule(comment_id=made)
    def undo(self, comment_id: str) -> None:
        modelled = self._all[comment_id]
        if modelled.decided:
            self._run(self._store.undo(comment_id))
            modelled.decided.pop()

    @rule(minutes=st.sampled_from([1, 10]))
    def wait(self, minutes: int) -> None:
        self._store.now += 60_000 * minutes

    @rule(selection=SELECTIONS, limit=st.integers(1, 4))
    def ask(self, selection: Selection, limit: int) -> None:
        found: list[str] = []
        below: int | None = None
        while True:
            page = self._run(list_comments(desk_of(self._store), "default", selection, limit=limit, below=below))
            found += [each.comment_id for each in page.comments]
            assert len(page.comments) <= limit
            below = page.below
            if below is None:
                break
        assert found == [each.comment_id for each in reversed(self._all.values()) if each.passes(selection)]


def test_lists_are_as_the_model_has_them(every_redis_server: RedisServer) -> None:
    class OnThisServer(ListsOfASite):
        server = every_redis_server

    # Not shortened when it fails: that takes minutes on a real server.
    limits = settings(
        max_examples=25,
        stateful_step_count=40,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(OnThisServer, settings=limits)
