"""Comments as moderators see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.assessed import Span
from service.domain.author import AuthorRecord
from service.domain.decision import Act
from service.domain.escalation import Escalation
from service.domain.note import NO_NOTES, Notes
from service.domain.reason import Reason
from service.domain.routing import Verdict
from service.domain.state import State


class Claim(NamedTuple):
    """A moderator's lease on a comment: who holds it, by which of his tokens he claimed, and his name."""

    member_id: str
    token_id: str
    moderator: str
    expires_ms: int


class KnownComment(NamedTuple):
    """A comment as its author may know it: `state` is `published` or `held`. `published_ms` is None while it is not
    published, also when it once was."""

    comment_id: str
    thread: str
    state: State
    submitted_ms: int
    published_ms: int | None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment at one revision. `scores` and `risk` are None when it could not be scored; `escalations` are there
    while it is queued, oldest first."""

    comment_id: str
    thread: str
    parent_id: str | None
    name: str
    website: str | None
    body: str
    state: State
    scores: Mapping[str, float] | None
    risk: float | None
    verdict: Verdict
    reasons: Sequence[Reason]
    spans: Sequence[Span]
    submitted_ms: int
    published_ms: int | None
    revision: int
    claim: Claim | None
    escalations: Sequence[Escalation] = ()
    decision_reason: str | None = None
    """The code of the reason of the decision that stands, where that was given one."""


@dataclass(frozen=True, slots=True)
class FullComment:
    """Everything about a comment. `assessed` is False when the model does not know its language; `history` is oldest
    first, as far as it is kept."""

    comment: Comment
    email: str = field(repr=False)
    assessed: bool
    model: str
    user_agent: str
    referrer: str
    author: AuthorRecord
    history: Sequence[Act]
    notes: Notes = NO_NOTES


@dataclass(frozen=True, slots=True)
class FullAuthor:
    """Everything about an author. `comments` are his newest, at most 20, the newest first; `email` is that of the
    newest, None where none is kept."""

    record: AuthorRecord
    email: str | None = field(repr=False)
    comments: Sequence[Comment]
    notes: Notes
