"""A site as it should be: what a few lines of Python make of the acts that the service is asked for."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.model.comment import STATES, ModelledComment

HOUR_MS = 3_600_000
RECENT = 20
"""So many of the newest decisions on an author's comments are remembered."""
ORDERS = ("oldest", "newest", "riskiest", "uncertain")


class Sent(NamedTuple):
    """What a reader sends by way of the website."""

    thread: str
    email: str
    body: str
    website: str
    ip: str
    is_verified: bool = False
    """Whether the website says that the email is its reader's."""

    @property
    def words(self) -> tuple[str, str, str, str]:
        """What makes a repeat of it."""
        return self.thread, self.email, self.body, self.ip


@dataclass(slots=True)
class Author:
    """What a site remembers of an author besides his comments. `banned_until_ms` is 0 where he is not."""

    author_id: str = ""
    banned_until_ms: int = 0
    ban_reason: str = ""
    is_trusted: bool = False
    outcomes: list[str] = field(default_factory=list)
    """The standing decisions on his newest comments, the newest last."""

    def change_outcome(self, before: str, after: str) -> None:
        if before in self.outcomes:
            del self.outcomes[len(self.outcomes) - 1 - self.outcomes[::-1].index(before)]
        self.outcomes = [*self.outcomes, *([after] if after else [])][-RECENT:]


@dataclass(slots=True)
class ModelledSite:
    """All that a site is asked about. Times are in ms since 1970."""

    mode: str = "premoderate"
    publish_below: float = 0.05
    reject_above: float = 0.98
    rules: Sequence[str] = ()
    """The names of the rules in force, in their order; see RULES."""
    thread_modes: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    comments: dict[str, ModelledComment] = field(default_factory=dict)
    authors: dict[str, Author] = field(default_factory=dict)
    _first: dict[tuple[str, str, str, str], str] = field(default_factory=dict)
    """The comment that each submission was first, by its words."""
    _said: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    """When an author said something last while a rule asked for that, and in which thread."""

    def of(self, email: str) -> Author:
        return self.authors.setdefault(email, Author())

    def first_of(self, sent: Sent) -> ModelledComment | None:
        """The comment of which this would be a repeat."""
        return self.comments.get(self._first.get(sent.words, ""))

    def rules_met(self, sent: Sent, now: int) -> list[str]:
        return [name for name in self.rules if RULES[name].is_met(self, sent, now)]

    def is_banned(self, email: str, now: int) -> bool:
        return self.of(email).banned_until_ms > now

    def is_trusted(self, sent: Sent, risk: float) -> bool:
        return sent.is_verified and self.of(sent.email).is_trusted and risk <= self.reject_above

    def route(self, sent: Sent, risk: float, met: Sequence[str], now: int) -> tuple[str, bool]:
        """The machine's verdict, and whether a moderator is to look at it."""
        if self.is_banned(sent.email, now):
            return "reject", False
        verdict, is_listed = self._routed(self.thread_modes.get(sent.thread, self.mode), risk)
        if self.is_trusted(sent, risk):
            verdict, is_listed = "publish", False
        actions = {RULES[name].action for name in met}
        if "reject" in actions:
            return "reject", False
        if "hold" in actions and verdict == "publish":
            return "hold", True
        return verdict, is_listed

    def _routed(self, mode: str, risk: float) -> tuple[str, bool]:
        if mode == "premoderate":
            return "hold", True
        if mode == "postmoderate":
            return "publish", True
        if risk < self.publish_below:
            return "publish", False
        return ("reject", False) if risk > self.reject_above else ("hold", True)

    def add(self, sent: Sent, comment: ModelledComment) -> None:
        self.comments[comment.comment_id] = comment
        self._first[sent.words] = comment.comment_id
        if "elsewhere" in self.rules:
            self._said[sent.email, sent.body] = (comment.submitted_ms, sent.thread)

    def said_elsewhere(self, sent: Sent, now: int) -> bool:
        at, thread = self._said.get((sent.email, sent.body), (0, sent.thread))
        return thread != sent.thread and now - at <= HOUR_MS

    def of_author(self, email: str) -> list[ModelledComment]:
        return [each for each in self.comments.values() if each.email == email]

    def of_thread(self, thread: str) -> list[ModelledComment]:
        return [each for each in self.comments.values() if each.thread == thread]

    def queued(self, order: str = "oldest", thread: str | None = None) -> list[ModelledComment]:
        waiting = [each for each in self.comments.values() if each.is_queued and thread in {None, each.thread}]
        return sorted(waiting, key=_KEYS[order], reverse=order in {"newest", "riskiest"})

    def claimable(self, actor: str, order: str, thread: str | None, now: int) -> list[ModelledComment]:
        """What a moderator can be leased: first what others escalated, in the order in which they did."""
        free = [each for each in self.queued(order, thread) if each.is_free_for(actor, now)]
        escalated = [each for each in free if each.escalated_by]
        first = sorted(escalated, key=lambda each: (each.escalated_ms, each.comment_id))
        return first + [each for each in free if not each.escalated_by]

    def shown(self, thread: str) -> list[str]:
        """The ids of what readers see, in the order of writing."""
        published = [each for each in self.of_thread(thread) if each.state == "published"]
        return [each.comment_id for each in sorted(published, key=_by_time)]

    def change(self, comment: ModelledComment, act: Callable[[], str]) -> str:
        """Decides or undoes, and remembers what became of its author's comment."""
        before = comment.decision
        refused = act()
        if not refused and before != comment.decision:
            self.of(comment.email).change_outcome(before, comment.decision)
        return refused


def counts(comments: Sequence[ModelledComment]) -> dict[str, int]:
    found = Counter(each.state for each in comments)
    return {state: found[state] for state in STATES}


def approved(comments: Sequence[ModelledComment]) -> int:
    """How many of them a person's standing decision approved."""
    return sum(each.decision == "approve" for each in comments)


def _by_time(comment: ModelledComment) -> tuple[float, str]:
    return comment.submitted_ms, comment.comment_id


def _by_risk(comment: ModelledComment) -> tuple[float, str]:
    return comment.risk, comment.comment_id


def _by_uncertainty(comment: ModelledComment) -> tuple[float, str]:
    return round(abs(comment.risk - 0.5), 6), comment.comment_id


_KEYS = {"oldest": _by_time, "newest": _by_time, "riskiest": _by_risk, "uncertain": _by_uncertainty}


class ModelledRule(NamedTuple):
    """A rule as the policy has it, and what it should do."""

    action: str
    when: dict[str, object]
    is_met: Callable[[ModelledSite, Sent, int], bool]


def _is_newcomer(site: ModelledSite, sent: Sent, _: int) -> bool:
    return approved(site.of_author(sent.email)) < 1


def _is_often_rejected(site: ModelledSite, sent: Sent, _: int) -> bool:
    newest = site.of(sent.email).outcomes[-4:]
    return bool(newest) and sum(each != "approve" for each in newest) / len(newest) > 0.5


RULES = {
    "river": ModelledRule("hold", {"words": {"phrases": ["river"]}}, lambda _, sent, __: "river" in sent.body),
    "links": ModelledRule("reject", {"links": {"more_than": 0}}, lambda _, sent, __: bool(sent.website)),
    "newcomer": ModelledRule("hold", {"author": {"approved_fewer_than": 1}}, _is_newcomer),
    "rejected": ModelledRule("reject", {"author": {"rejected_share_above": 0.5, "of_last": 4}}, _is_often_rejected),
    "elsewhere": ModelledRule(
        "note", {"repeated": {"elsewhere_within_hours": 1}}, lambda site, sent, now: site.said_elsewhere(sent, now)
    ),
}
"""Rules of a site by their names: one of each kind that looks at something else."""
