"""Lines of an audit log: an entry is one line of JSON, an array of its fields without those at the end that are empty.

    [at_ms, kinds with spaces between, actor, subject, thread, revision, before, after, detail]

The chain is made over the bytes of the line, so that nobody has to write JSON as we do to verify it. A number is not in
it: an entry's place in the chain is its number.
"""

from typing import Any

import orjson

from service.audit.told import detail_told, value_told
from service.domain.audit_entry import AuditEntry
from service.domain.event import Event

_TYPES = (int, str, str, str, str, int | None, str | dict, str | dict, dict)
_EMPTY: tuple[Any, ...] = ("", None, {})


def line_of(event: Event) -> bytes:
    """The line of an event, of any kind."""
    return packed(
        event.at_ms,
        " ".join(event.kinds),
        event.actor,
        event.subject,
        event.thread,
        event.revision,
        value_told(event.before),
        value_told(event.after),
        detail_told(event.detail),
    )


def packed(at_ms: int, kinds: str, *rest: Any) -> bytes:
    """A line of its fields in their order."""
    fields = [at_ms, kinds, *rest]
    while fields[-1] in _EMPTY:
        fields.pop()
    return orjson.dumps(fields)


def entry_of(number: int, line: bytes) -> AuditEntry:
    """The entry of a line; ValueError when it is none."""
    fields = orjson.loads(line)
    if not isinstance(fields, list) or not 2 <= len(fields) <= len(_TYPES):
        raise ValueError(f"entry {number} is no line of an audit log")
    fields += ["", "", "", None, "", "", {}][len(fields) - 2 :]
    if not all(map(isinstance, fields, _TYPES)):
        raise ValueError(f"entry {number} is no line of an audit log")
    at_ms, kinds, actor, subject, thread, revision, before, after, detail = fields
    return AuditEntry(
        number,
        at_ms,
        tuple(kinds.split()),
        actor,
        subject=subject,
        thread=thread,
        revision=revision,
        before=before,
        after=after,
        detail=detail,
    )
