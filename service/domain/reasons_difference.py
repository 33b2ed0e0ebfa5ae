"""What is different between two lists of reasons for decisions."""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.decision_reason import DecisionReason


class ReasonsDifference(NamedTuple):
    """What came, went and changed; `changed` are pairs of what was and what is under one code. `is_reordered` where
    reasons that stayed have another order."""

    added: Sequence[DecisionReason]
    removed: Sequence[DecisionReason]
    changed: Sequence[tuple[DecisionReason, DecisionReason]]
    is_reordered: bool


def reasons_difference(before: Sequence[DecisionReason], after: Sequence[DecisionReason]) -> ReasonsDifference:
    """Reasons are told apart by their codes, which are unique in a site."""
    had, has = ({reason.code: reason for reason in reasons} for reasons in (before, after))
    return ReasonsDifference(
        added=[reason for code, reason in has.items() if code not in had],
        removed=[reason for code, reason in had.items() if code not in has],
        changed=[(had[code], reason) for code, reason in has.items() if code in had and had[code] != reason],
        is_reordered=[code for code in had if code in has] != [code for code in has if code in had],
    )
