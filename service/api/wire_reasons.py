"""How a site's reasons for decisions look on the wire."""

from collections.abc import Sequence
from typing import Any

from service.domain.decision_reason import DecisionReason


def reasons_json(reasons: Sequence[DecisionReason]) -> dict[str, Any]:
    """The reasons as `schemas.reasons.DecisionReasonsSchema` has them."""
    return {"reasons": [{"code": reason.code, "title": reason.title, "public": reason.is_public} for reason in reasons]}
