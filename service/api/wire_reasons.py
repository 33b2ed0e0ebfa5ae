"""How a site's reasons for decisions look on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.decision_reason import DecisionReason


def reasons_json(reasons: Sequence[DecisionReason]) -> dict[str, Any]:
    """The reasons as `schemas.reasons.DecisionReasonsSchema` has them."""
    return {"reasons": [{"code": reason.code, "title": reason.title, "public": reason.is_public} for reason in reasons]}


def reason_of(given: Mapping[str, Any]) -> DecisionReason:
    """A reason as `schemas.reasons.DecisionReasonSchema` loads it."""
    return DecisionReason(given["code"], given["title"], given["public"])
