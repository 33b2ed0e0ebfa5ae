"""Sites and tokens in Redis, as JSON; `registry.py` one floor up keeps them in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any

import orjson

from service import keys
from service.errors import RecordAbsentError, RecordChangedError, StartError
from service.store import lease, scripts
from service.store.comments import NO_REPLAY, Replay
from service.store.link import Link
from service.store.upgrade import Told, from_format_1

FORMAT = 2
"""The version of everything stored; a service refuses a store of a newer one."""
UPGRADES: dict[int, Callable[[Link, Told], Awaitable[None]]] = {1: from_format_1}
"""From a format to the next one up: what the first start of a newer version does to the store. Two processes may start
at once, and a start may be cut off, so a step that was done, or half done, must do no harm when done again."""
_WAIT_SECONDS = 0.2

Record = dict[str, Any]


class _Action(StrEnum):
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


async def check_installation(link: Link, secret_check: str) -> int:
    """The format of a store that is whole and written with our secret, ours or an older one: StartError otherwise."""
    if await link.call("HEXISTS", keys.INSTALLATION, "restoring"):
        raise StartError(
            "A backup was being restored into this store, and did not get to its end. Run the restore again."
        )
    await link.call("HSETNX", keys.INSTALLATION, "format", FORMAT)
    await link.call("HSETNX", keys.INSTALLATION, "secret_check", secret_check)
    stored_check = await link.call("HGET", keys.INSTALLATION, "secret_check")
    if stored_check.decode() != secret_check:
        raise StartError(
            "This store was written with another COMMENTDESK_SECRET_KEY: its emails could not be read. "
            "Start with the key it was written with."
        )
    stored_format = await read_format(link)
    if stored_format > FORMAT:
        raise StartError(f"This store has format {stored_format}; this version of commentdesk reads {FORMAT}.")
    return stored_format


async def read_format(link: Link) -> int:
    """The format of the store; ours when there is nothing in it."""
    return int(await link.call("HGET", keys.INSTALLATION, "format") or FORMAT)


async def upgrade(link: Link, told: Callable[[int], None]) -> None:
    """Brings the store to our format, or waits until somebody else has. `told` hears how many more keys were looked at
    here."""

    holder = lease.new_holder()

    async def renew(count: int) -> None:
        await lease.hold(link, keys.UPGRADING, holder)  # two may do it at once: whether it is still ours is no matter
        told(count)

    while (stored_format := await read_format(link)) < FORMAT:
        if not await lease.hold(link, keys.UPGRADING, holder):
            await asyncio.sleep(_WAIT_SECONDS)
            continue
        try:
            await UPGRADES[stored_format](link, renew)
            await link.call("HSET", keys.INSTALLATION, "format", stored_format + 1)
        finally:
            await lease.hand_back(link, keys.UPGRADING, holder)


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


async def create(link: Link, key: str, name: str, record: Record, replay: Replay, answer: bytes = b"") -> bytes:
    """A new record; the answer, or the first answer to this Idempotency-Key. RecordExistsError."""
    return await _change(link, key, _Action.CREATE, name, orjson.dumps(record), replay, answer)


async def update(link: Link, key: str, name: str, changes: Record) -> Record:
    """A record with some fields changed, and none that another changes at the same moment. RecordAbsentError."""
    while True:
        held = await link.call("HGET", key, name)
        if held is None:
            raise RecordAbsentError
        changed: Record = orjson.loads(held) | changes
        with suppress(RecordChangedError):
            await _change(link, key, _Action.REPLACE, name, orjson.dumps(changed), NO_REPLAY, b"", held)
            return changed


async def remove(link: Link, key: str, name: str) -> None:
    """A record gone. RecordAbsentError."""
    await _change(link, key, _Action.REMOVE, name, b"", NO_REPLAY, b"")


async def _change(
    link: Link, key: str, action: _Action, name: str, record: bytes, replay: Replay, answer: bytes, held: bytes = b""
) -> bytes:
    """Writes, and tells every process."""
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
