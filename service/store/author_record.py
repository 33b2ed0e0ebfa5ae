"""How the record of an author is packed, see `keys.py`."""

from collections.abc import Mapping

from service.domain.author import FOR_EVER_MS, AuthorRecord, Ban, Trust
from service.domain.decision import Decision
from service.domain.state import State

_COUNTED_STATES = tuple(state for state in State if state is not State.ERASED)
_OUTCOMES = {decision[0]: decision for decision in Decision}
"""A decision by its letter in `recent`."""


def unpack_author(fields: Mapping[str, str], now_ms: int) -> AuthorRecord:
    """The record of an author who has an author_id; a ban that is over by now is none."""
    first_ms, last_ms = fields.get("first_ms"), fields.get("last_ms")
    return AuthorRecord(
        fields["author_id"],
        int(first_ms) if first_ms else None,
        int(last_ms) if last_ms else None,
        submitted=int(fields.get("submitted", 0)),
        counts={state: int(fields.get(state, 0)) for state in _COUNTED_STATES},
        approved=int(fields.get("approved", fields.get(State.PUBLISHED, "0"))),
        ban=_ban(fields.get("banned"), now_ms),
        trust=_trust(fields.get("trusted")),
        outcomes=[_OUTCOMES[letter] for letter in reversed(fields.get("recent", ""))],
    )


def _ban(packed: str | None, now_ms: int) -> Ban | None:
    if packed is None:
        return None
    until, at_ms, actor, reason = packed.split(" ", 3)
    if int(until) <= now_ms:
        return None
    return Ban(None if int(until) == FOR_EVER_MS else int(until), int(at_ms), actor, reason)


def _trust(packed: str | None) -> Trust | None:
    if packed is None:
        return None
    at_ms, actor = packed.split(" ", 1)
    return Trust(int(at_ms), actor)
