"""Events as they are stored."""

from collections.abc import Sequence

from service.domain.event import Event
from service.store import keys

_NAMES = {short.encode(): name for name, short in keys.EVENT_FIELDS.items()}
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
    values = dict(zip(flat[::2], flat[1::2], strict=True))
    names = _NAMES if b"k" in values else _OLDER_NAMES
    fields = {names[name]: value.decode() for name, value in values.items() if name in names}
    if not fields.get("kinds") and b"member" not in values:
        raise ValueError(f"the event {event_id!r} has no kind")
    return Event(
        event_id.decode(),
        tuple(fields.get("kinds", "").split()),
        fields.get("actor", ""),
        int(fields.get("at_ms") or event_id.partition(b"-")[0]),
        subject=fields.get("subject", ""),
        thread=fields.get("thread", ""),
        revision=int(fields["revision"]) if fields.get("revision") else None,
        before=fields.get("before", ""),
        after=fields.get("after", ""),
        detail=fields.get("detail", ""),
    )
