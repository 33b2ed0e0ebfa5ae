"""Sites and tokens as they are stored: records of JSON in a hash, changed by one script, which tells every process."""

from contextlib import suppress
from enum import StrEnum
from typing import Any

import orjson

from service.domain.replay import NO_REPLAY, Replay
from service.errors import RecordAbsentError, RecordChangedError
from service.link.link import Link
from service.store import keys, scripts

Record = dict[str, Any]
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
"""What is raised by reading a record that is of a newer version, or that nobody of ours wrote."""


class _Action(StrEnum):
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


async def read_all(link: Link, key: str) -> dict[str, Record]:
    """Every record of `keys.SITES` or `keys.TOKENS`; an empty one for what is none."""
    flat = await link.call("HGETALL", key)
    return {name.decode(errors="replace"): record_of(raw) for name, raw in zip(flat[::2], flat[1::2], strict=True)}


def record_of(raw: bytes) -> Record:
    """What is stored of a site or token; nothing when it is no object of JSON."""
    try:
        found: Any = orjson.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def create(link: Link, key: str, name: str, record: Record, *, replay: Replay, answer: bytes = b"") -> bytes:
    """Writes a new record; gives the answer, or the first answer to this Idempotency-Key. RecordExistsError."""
    return await _change(link, _Action.CREATE, key, name, record=orjson.dumps(record), replay=replay, answer=answer)


async def update(link: Link, key: str, name: str, changes: Record) -> Record:
    """Changes some fields of a record, and none that another changes at the same moment. RecordAbsentError."""
    while True:
        held = await link.call("HGET", key, name)
        if held is None:
            raise RecordAbsentError
        changed: Record = orjson.loads(held) | changes
        with suppress(RecordChangedError):
            await _change(link, _Action.REPLACE, key, name, record=orjson.dumps(changed), held=held)
            return changed


async def remove(link: Link, key: str, name: str) -> None:
    """Removes a record. RecordAbsentError."""
    await _change(link, _Action.REMOVE, key, name)


async def _change(
    link: Link,
    action: _Action,
    key: str,
    name: str,
    *,
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
