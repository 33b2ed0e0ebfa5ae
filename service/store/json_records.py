"""Sites, tokens and members as stored: records of JSON in hashes. Scripts change them and tell every process."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from service.domain.event import EventKind
from service.domain.replay import NO_REPLAY, Replay
from service.errors import RecordAbsentError, RecordChangedError
from service.link.link import Argument, Link
from service.store import keys, scripts

Record = dict[str, Any]
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
"""What is raised by reading a record that is of a newer version, or that nobody of ours wrote."""


MOST_VALUE_BYTES = 65_536
"""A field of a record that takes more than this as JSON is null in an event."""
_NEVER_TOLD = {"digest"}
"""No event has these fields."""


class Change(NamedTuple):
    """As what a change of a record is told: the kind of event, who did it, and when."""

    kind: EventKind
    actor: str
    now_ms: int


class _Action(StrEnum):
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


async def read_all(link: Link, key: str) -> dict[str, Record]:
    """Every record of such a hash; an empty one for what is none."""
    flat = await link.call("HGETALL", key)
    return {name.decode(errors="replace"): record_of(raw) for name, raw in zip(flat[::2], flat[1::2], strict=True)}


def record_of(raw: bytes) -> Record:
    """What is stored under a name; nothing when it is no object of JSON."""
    try:
        found: Any = orjson.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def create(
    link: Link, key: str, name: str, record: Record, *, change: Change, replay: Replay, answer: bytes = b""
) -> bytes:
    """Writes a new record; gives the answer, or the first answer to this Idempotency-Key. RecordExistsError."""
    event = _event(change, {}, record)
    written = orjson.dumps(record)
    return await _change(link, _Action.CREATE, key, name, record=written, event=event, replay=replay, answer=answer)


async def update(link: Link, key: str, name: str, wanted: Record, *, change: Change) -> Record:
    """Changes some fields of a record, and none that another changes at the same moment; nothing happens when all are
    so already. RecordAbsentError."""
    return await rewrite(link, key, name, lambda _: wanted, change=change)


async def rewrite(link: Link, key: str, name: str, make: Callable[[Record], Record], *, change: Change) -> Record:
    """As `update`, with fields that are made of the record as it is, anew when another changed it at the same moment.
    What `make` raises is raised."""
    while True:
        held = await link.call("HGET", key, name)
        if held is None:
            raise RecordAbsentError
        before: Record = orjson.loads(held)
        wanted = make(before)
        changed = before | wanted
        if changed == before:
            return changed
        names = [name for name in wanted if name not in before or before[name] != wanted[name]]
        event = _event(change, {name: before[name] for name in names if name in before}, {n: wanted[n] for n in names})
        with suppress(RecordChangedError):
            await _change(link, _Action.REPLACE, key, name, record=orjson.dumps(changed), event=event, held=held)
            return changed


async def remove(link: Link, key: str, name: str, *, change: Change) -> Record:
    """Removes a record, and returns what it was. RecordAbsentError."""
    held = record_of(await link.call("HGET", key, name) or b"")
    await _change(link, _Action.REMOVE, key, name, event=_event(change, held, {}))
    return held


def _event(change: Change, before: Record, after: Record) -> list[Argument]:
    return [*change, told(before), told(after)]


def told(record: Record) -> bytes:
    """A record as events have it."""
    return orjson.dumps({name: _bounded(value) for name, value in record.items() if name not in _NEVER_TOLD})


def _bounded(value: Any) -> Any:
    return value if len(orjson.dumps(value)) <= MOST_VALUE_BYTES else None


async def _change(
    link: Link,
    action: _Action,
    key: str,
    name: str,
    *,
    event: Sequence[Argument],
    record: bytes = b"",
    replay: Replay = NO_REPLAY,
    answer: bytes = b"",
    held: bytes = b"",
) -> bytes:
    reply = await scripts.CHANGE_REGISTRY.run(
        link,
        [key, keys.CHANGES, keys.installation_idempotency(replay.digest)],
        action,
        name,
        record,
        replay.fingerprint,
        answer,
        held,
        *event,
    )
    kept: bytes = reply[0]
    return kept


def demand(is_right: object, what: str) -> None:
    """ValueError unless it is right."""
    if not is_right:
        raise ValueError(f"{what} cannot be so")


def is_count(value: object) -> bool:
    """Whether it is a whole number from 0 on."""
    return type(value) is int and value >= 0
