"""Events as they are stored."""

from collections.abc import Sequence

from service.domain.event import Event
from service.store import keys

_NAMES = {short.encode(): name for name, short in keys.EVENT_FIELDS.items()}
_REST = ("subject", "thread", "revision", "before", "after", "detail")
_WHOLE = tuple(_NAMES)
"""An event as it is written today has all its fields, in their order."""
_OLDER_NAMES = {
    b"event": "kinds",
    b"comment_id": "subject",
    b"member": "subject",
    b"thread": "thread",
    b"state": "after",
    b"at_ms": "at_ms",
}


def unpack_event(event_id: bytes, flat: Sequence[bytes]) -> Event:
    """An event of its id, and its fields and values in turn; ValueError when it is none of ours.

    One that an older version wrote has no actor, and no kind when it told of a site, a token or the secret.
    """
    if tuple(flat[::2]) == _WHOLE:
        kinds, actor, at_ms, *rest = [value.decode() for value in flat[1::2]]
        if kinds and at_ms:
            return _event(event_id.decode(), kinds, actor, int(at_ms), *rest)
    values = dict(zip(flat[::2], flat[1::2], strict=True))
    names = _NAMES if b"k" in values else _OLDER_NAMES
    fields = {names[name]: value.decode() for name, value in values.items() if name in names}
    if not fields.get("kinds") and b"member" not in values:
        raise ValueError(f"the event {event_id!r} has no kind")
    return _event(
        event_id.decode(),
        fields.get("kinds", ""),
        fields.get("actor", ""),
        int(fields.get("at_ms") or event_id.partition(b"-")[0]),
        *(fields.get(name, "") for name in _REST),
    )


def _event(event_id: str, kinds: str, actor: str, at_ms: int, *rest: str) -> Event:
    subject, thread, revision, before, after, detail = rest
    number = int(revision) if revision else None
    return Event(event_id, tuple(kinds.split()), actor, at_ms, subject, thread, number, before, after, detail)
