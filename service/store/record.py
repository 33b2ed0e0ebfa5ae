"""What is stored of a comment in packed form, and how it is read again.

Public, for the thread's hash: a JSON array of name, body, website and parent_id, its empty end left out.
Reasons: a JSON array, of each its code, or an array of its code and values.
A line of history: a JSON array of the states before and after, the act, at_ms, who did it, the moderator's name,
reason, note and bulk_id, its empty end left out. Scripts put the states in front. Who did it is a member_id, a slash
and the token_id; or the member_id alone, in a bulk and where it is the token's too, as of all that are older than
members.
Private: one byte, twice the number of the set of attributes that was scored (0: it is none of ours) and one more when
assessed; of a set the scores and the risk as one number; the sealed email after its length in two bytes, whose highest
bit tells that it begins with the number of its secret, as all have since format 3 of the store; then a JSON array of
model, reader, user agent, referrer, spans, and where there is no set scores and risk, its empty end left out.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from service.domain.assessed import SCORE_DECIMALS
from service.domain.caller import Caller
from service.domain.decision import Act
from service.domain.reason import Reason
from service.domain.state import State
from service.vault import UNNUMBERED

ATTRIBUTE_SETS: tuple[tuple[str, ...], ...] = (
    (),
    ("toxicity", "severe_toxicity", "insult", "profanity", "identity_attack", "threat", "sexually_explicit", "spam"),
)
"""By their number in what is stored: sets may be added, and never changed."""
_SETS = {names: number for number, names in enumerate(ATTRIBUTE_SETS) if names}
_STEPS: int = 10**SCORE_DECIMALS
_BASE = _STEPS + 1
_LENGTHS = [((_BASE ** (len(names) + 1) - 1).bit_length() + 7) // 8 if names else 0 for names in ATTRIBUTE_SETS]
_LENGTH_BYTES = 2
_NUMBERED = 1 << 15
"""In the length of a sealed email: it begins with the number of its secret."""
_UNNUMBERED = bytes((UNNUMBERED,))
_EMPTY: tuple[Any, ...] = (None, "", [], ())
_REASON_VALUES = {
    "risk_below": ("threshold",),
    "risk_above": ("threshold",),
    "score_high": ("attribute", "score"),
    "rule": ("rule", "matched"),
    "near_duplicate": ("comment_id", "count"),
}


class Private(NamedTuple):
    """What readers never see. `email` is sealed, and begins with a number, see `vault.py`; `reader` is a keyed hash or
    "". Unscored, scores and risk are None."""

    email: bytes
    scores: Mapping[str, float] | None = None
    risk: float | None = None
    spans: Sequence[dict[str, Any]] = ()
    assessed: bool = True
    model: str = ""
    reader: str = ""
    user_agent: str = ""
    referrer: str = ""


def pack_private(private: Private) -> bytes:
    number = _set_of(private)
    rest: list[Any] = [private.model, private.reader, private.user_agent, private.referrer, private.spans]
    if not number:
        rest += [private.scores, private.risk]
    return b"".join(
        (
            bytes((2 * number + private.assessed,)),
            _pack_scores(private, _LENGTHS[number]) if number else b"",
            pack_email(private.email),
            _array(rest),
        )
    )


def pack_email(sealed: bytes) -> bytes:
    """A sealed email after its length."""
    if sealed.startswith(_UNNUMBERED):
        return (len(sealed) - 1).to_bytes(_LENGTH_BYTES) + sealed[1:]
    return (len(sealed) | _NUMBERED).to_bytes(_LENGTH_BYTES) + sealed


def email_span(raw: bytes) -> tuple[int, int]:
    """Where in packed private data the sealed email begins, its length included, and ends."""
    start = 1 + _LENGTHS[raw[0] // 2]
    length = int.from_bytes(raw[start : start + _LENGTH_BYTES]) & ~_NUMBERED
    return start, start + _LENGTH_BYTES + length


def unpack_email(packed: bytes) -> bytes:
    """A sealed email with its number, of what `pack_email` gave."""
    sealed = packed[_LENGTH_BYTES:]
    return sealed if int.from_bytes(packed[:_LENGTH_BYTES]) & _NUMBERED else _UNNUMBERED + sealed


def _set_of(private: Private) -> int:
    """The number of the set that these scores are of; 0 when they are of none, or not between 0 and 1."""
    scores, risk = private.scores, private.risk
    if scores is None or risk is None or not 0 <= risk <= 1:
        return 0
    number = _SETS.get(tuple(scores), 0)
    return number if number and min(scores.values()) >= 0 and max(scores.values()) <= 1 else 0


def _pack_scores(private: Private, length: int) -> bytes:
    number = round((private.risk or 0) * _STEPS)
    for score in reversed(tuple((private.scores or {}).values())):
        number = number * _BASE + round(score * _STEPS)
    return number.to_bytes(length, "big")


def unpack_private(raw: bytes) -> Private:
    number, assessed = divmod(raw[0], 2)
    start, end = email_span(raw)
    scores, risk = _unpack_scores(raw[1:start], ATTRIBUTE_SETS[number]) if number else (None, None)
    model, reader, user_agent, referrer, spans, *unset = _filled(orjson.loads(raw[end:]), ("", "", "", "", ()))
    if unset:
        scores, risk = _filled(unset, (None, None))
    return Private(
        unpack_email(raw[start:end]),
        scores,
        risk,
        spans=tuple(spans),
        assessed=bool(assessed),
        model=model,
        reader=reader,
        user_agent=user_agent,
        referrer=referrer,
    )


def _unpack_scores(raw: bytes, names: tuple[str, ...]) -> tuple[dict[str, float], float]:
    number = int.from_bytes(raw)
    scores: dict[str, float] = {}
    for name in names:
        number, score = divmod(number, _BASE)
        scores[name] = score / _STEPS
    return scores, number / _STEPS


def pack_public(name: str, body: str, website: str, parent_id: str) -> bytes:
    return _array([name, body, website, parent_id])


class Public(NamedTuple):
    """What readers see of a comment, but for the time of its publication."""

    name: str
    body: str
    website: str | None
    parent_id: str | None


def unpack_public(raw: bytes) -> Public:
    """The opposite of `pack_public`; in format 1 of the store it was an object."""
    packed: Any = orjson.loads(raw)
    if isinstance(packed, dict):
        packed = [packed[name] for name in Public._fields]
    name, body, website, parent_id = _filled(packed, ("", "", None, None))
    return Public(name, body, website or None, parent_id or None)


def pack_reasons(reasons: Sequence[Reason]) -> bytes:
    if len(reasons) == 1 and not reasons[0].values:  # as of most comments
        return _pack_code(reasons[0].code)
    return orjson.dumps([_pack_reason(reason) for reason in reasons])


@lru_cache(maxsize=64)
def _pack_code(code: str) -> bytes:
    return orjson.dumps([code])


def _pack_reason(reason: Reason) -> Any:
    if not reason.values:
        return reason.code
    if tuple(reason.values) != _REASON_VALUES.get(reason.code):
        return {"code": reason.code, **reason.values}
    return [reason.code, *reason.values.values()]


def unpack_reasons(raw: str | bytes) -> list[Reason]:
    return [_unpack_reason(each) for each in orjson.loads(raw)]


def _unpack_reason(packed: Any) -> Reason:
    if isinstance(packed, str):
        return Reason(packed)
    if isinstance(packed, list):
        return Reason(packed[0], dict(zip(_REASON_VALUES[packed[0]], packed[1:], strict=True)))
    return Reason(packed.pop("code"), packed)


def pack_act(
    act: str,
    at_ms: int,
    who: str,
    moderator: str,
    *,
    reason: str | None = None,
    note: str | None = None,
    bulk: str | None = None,
) -> bytes:
    """A line of history without the states before and after; `who` is of `pack_who`."""
    return _array([act, at_ms, who, moderator, reason, note, bulk])


def pack_who(caller: Caller) -> str:
    """Who acts, and by which token."""
    return pack_member(caller.member_id, caller.token_id)


def pack_member(member_id: str, token_id: str) -> str:
    return member_id if member_id == token_id else f"{member_id}/{token_id}"


def unpack_history(lines: str, forgotten: str = "") -> list[Act]:
    """Oldest first, but for those that were forgotten. `splitlines` would break at U+2028 within a note too."""
    found = [orjson.loads(line) for line in lines.split("\n") if line]
    first = 2 + sum(tallied(forgotten).values())
    return [_act(revision, *_filled(each, (None,) * 9)) for revision, each in enumerate(found, start=first)]


def _act(revision: int, before: str, after: str, act: str, at_ms: int, who: str, name: str, *rest: str | None) -> Act:
    member_id, _, token_id = who.partition("/")
    is_of_bulk = rest[-1] is not None
    token = token_id or (None if is_of_bulk else member_id)
    return Act(revision, State(before), State(after), act, at_ms, member_id, token, name, *rest)


def tallied(acts: str) -> dict[str, int]:
    """How often which act was done, of `approve:2 undo:1`."""
    return {name: int(times) for name, _, times in (each.partition(":") for each in acts.split())}


def _array(values: list[Any]) -> bytes:
    while values and values[-1] in _EMPTY:
        values.pop()
    return orjson.dumps(values)


def _filled(values: list[Any], whole: Sequence[Any]) -> list[Any]:
    """With the end that was left out."""
    return [*values, *whole[len(values) :]]
