"""What a moderator decides."""

from enum import StrEnum

from service.domain.comment import State


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"


STATE_OF_DECISION = {
    Decision.APPROVE: State.PUBLISHED,
    Decision.REJECT: State.REJECTED,
    Decision.SPAM: State.SPAM,
}
