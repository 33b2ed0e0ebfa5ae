"""Escalations: a moderator hands a queued comment to the others."""

from typing import NamedTuple


class Escalation(NamedTuple):
    """Who handed a comment to the others, when, and what they should know; `note` is "" where he said nothing."""

    member_id: str
    moderator: str
    at_ms: int
    note: str = ""
