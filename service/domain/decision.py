"""What moderators decide, and what was done with a comment."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.domain.state import State

UNDO = "undo"
"""The act that takes a decision back."""


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"


STATE_OF_DECISION = {
    Decision.APPROVE: State.PUBLISHED,
    Decision.REJECT: State.REJECTED,
    Decision.SPAM: State.SPAM,
}


class Ruling(NamedTuple):
    """A decision as a moderator sends it; `revision` is the one seen, None for whatever is there. `reason_code` is the
    reason where it is a code of the site's, "" for free words."""

    comment_id: str
    decision: Decision
    reason: str | None = None
    note: str | None = None
    revision: int | None = None
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did with a comment: a decision or an undo. `revision` is the comment's after it, `moderator` the
    member's name at the time; `bulk_id` of the bulk by which it was done, None where it was done to this comment
    alone."""

    revision: int
    before: State
    after: State
    act: str
    at_ms: int
    member_id: str
    token_id: str | None
    moderator: str
    reason: str | None
    note: str | None
    bulk_id: str | None = None
