"""How escalations look on the wire."""

from typing import Any

from service.domain.escalation import Escalation
from service.domain.times import rfc3339


def escalation_json(escalation: Escalation) -> dict[str, Any]:
    """An escalation as `schemas.comments.EscalationSchema` has it."""
    return {
        "member_id": escalation.member_id,
        "moderator": escalation.moderator,
        "at": rfc3339(escalation.at_ms),
        "note": escalation.note or None,
    }
