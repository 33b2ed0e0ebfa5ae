"""A comment as it should be, whatever was done with it."""

from dataclasses import dataclass, field

DECISIONS = {"approve": "published", "reject": "rejected", "spam": "spam"}
"""A decision and the state that it leads to."""
STATES = ("held", "published", "rejected", "spam")


@dataclass(frozen=True, slots=True)
class Before:
    """What an undo brings back."""

    state: str
    decision: str
    reason: str
    published_ms: int | None
    is_queued: bool


@dataclass(slots=True)
class ModelledComment:
    """A comment, its claim and its history. `risk` is what the service scored, the one thing that no model foresees."""

    comment_id: str
    thread: str
    email: str
    submitted_ms: int
    risk: float
    text: str
    """What it says, and by whom."""
    verdict: str
    codes: frozenset[str]
    """Of the machine's reasons."""
    rules: frozenset[str]
    """The names of the rules that it met."""
    state: str
    is_queued: bool
    published_ms: int | None = None
    decision: str = ""
    reason: str = ""
    """The code of the standing decision's."""
    holder: str = ""
    expires_ms: int = 0
    escalated_by: list[str] = field(default_factory=list)
    escalated_ms: int = 0
    """When that was first."""
    previous: list[Before] = field(default_factory=list)
    acted_ms: int = 0
    """When somebody decided on it last, or took that back."""
    history: list[tuple[str, str, str]] = field(default_factory=list)
    """Of each act: what it was, the state before and the one after."""

    @property
    def revision(self) -> int:
        return 1 + len(self.history)

    def holder_at(self, now: int) -> str:
        return self.holder if self.expires_ms > now else ""

    def lease(self, holder: str, expires_ms: int) -> None:
        self.holder, self.expires_ms = holder, expires_ms

    def free(self) -> None:
        self.holder, self.expires_ms = "", 0

    def is_free_for(self, actor: str, now: int) -> bool:
        return not self.holder_at(now) and actor not in self.escalated_by

    def escalate(self, by: str, *, ends_claims: bool, now: int) -> str:
        """Gives the code of the refusal, or "" where it is escalated by the moderator afterwards."""
        if not self.is_queued:
            return "not_queued"
        if self.holder_at(now) not in {"", by} and not ends_claims:
            return "claimed_by_another"
        if by not in self.escalated_by:
            self.escalated_ms = self.escalated_ms or now
            self.escalated_by.append(by)
            self.free()
        return ""

    def decide(self, decision: str, reason: str, by: str, revision: int | None, *, ends_claims: bool, now: int) -> str:
        """Gives the code of the refusal, or "" where the decision stands afterwards."""
        if decision == self.decision:
            return ""
        if self.holder_at(now) not in {"", by} and not ends_claims:
            return "claimed_by_another"
        if revision not in {None, self.revision}:
            return "stale_revision"
        self.previous.append(Before(self.state, self.decision, self.reason, self.published_ms, self.is_queued))
        self._move(decision, DECISIONS[decision], self.published_ms, now)
        self.decision, self.reason, self.is_queued = decision, reason, False
        self.escalated_by, self.escalated_ms = [], 0
        self.free()
        return ""

    def undo(self, revision: int | None, now: int) -> str:
        """Gives the code of the refusal, or ""."""
        if revision not in {None, self.revision}:
            return "stale_revision"
        if not self.previous:
            return "nothing_to_undo"
        before = self.previous.pop()
        self._move("undo", before.state, before.published_ms, now)
        self.decision, self.reason = before.decision, before.reason
        self.is_queued = self.is_queued or before.is_queued
        return ""

    def _move(self, act: str, state: str, published_ms: int | None, now: int) -> None:
        self.history.append((act, self.state, state))
        self.acted_ms = now
        self.state = state
        self.published_ms = (now if published_ms is None else published_ms) if state == "published" else None
