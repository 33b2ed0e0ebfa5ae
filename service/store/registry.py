"""Sites and tokens in Redis, as JSON; `registry.py` one floor up keeps them in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any

import orjson

from service import keys
from service.domain import Policy
from service.errors import RecordAbsentError, RecordChangedError, StartError
from service.store import lease, scripts
from service.store.comments import NO_REPLAY, Replay
from service.store.link import Link
from service.store.upgrade import Told, from_format_1
from service.vault import SealBrokenError, SecretUnknownError, Vault

FORMAT = 3
"""The version of everything stored; a service refuses a store of a newer one."""
_WAIT_SECONDS = 0.2
_INSTALLATION_FIELDS = ("format", "secret_check", "hash_keys", "previous_check", "restoring")

Record = dict[str, Any]


class _Action(StrEnum):
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


async def check_installation(link: Link, vault: Vault) -> int:
    """The format, ours or an older one, of a store that is whole and written with a secret that we know: StartError
    otherwise. The vault has its secret in force then. An empty store becomes ours."""
    fields = await link.call("HMGET", keys.INSTALLATION, *_INSTALLATION_FIELDS)
    if fields[-1] is not None:
        raise StartError(
            "A backup was being restored into this store, and did not get to its end. Run the restore again."
        )
    if None in fields[:2]:  # not always, since a store that is full takes no write
        await link.call("HSETNX", keys.INSTALLATION, "format", FORMAT)
        await link.call("HSETNX", keys.INSTALLATION, "secret_check", vault.newest.check)
        fields = await link.call("HMGET", keys.INSTALLATION, *_INSTALLATION_FIELDS)
    stored_format, check, hash_keys, previous_check, _ = fields
    _adopt_secret(vault, check, hash_keys, previous_check)
    if int(stored_format) > FORMAT:
        raise StartError(f"This store has format {int(stored_format)}; this version of commentdesk reads {FORMAT}.")
    return int(stored_format)


def _adopt_secret(vault: Vault, check: bytes, hash_keys: bytes | None, previous_check: bytes | None) -> None:
    """StartError when we do not know the secret, or not both of them while one replaces the other."""
    try:
        vault.adopt(check.decode(), hash_keys)
    except SecretUnknownError as error:
        raise StartError(
            "This store was written with another COMMENTDESK_SECRET_KEY: its emails could not be read. "
            "Start with the key it was written with."
        ) from error
    except SealBrokenError as error:
        raise StartError(f"The record of this installation is damaged: {error}. Restore a backup.") from error
    if previous_check is not None and not vault.knows(previous_check.decode()):
        raise StartError(
            "The secret of this store is being replaced: until rotate-key is done, COMMENTDESK_PREVIOUS_SECRET_KEY "
            "must have the one before."
        )


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


async def from_format_2(link: Link, told: Told) -> None:
    """Sites from before strangers had a limit of their own go on without one, and it is written so: what is left out
    would have the default of today. (What is sealed from format 3 on has the number of its secret, which older versions
    would not know; what was sealed before is known by having none.)"""
    for name, record in (await read_all(link, keys.SITES)).items():
        if "stranger_rate_per_minute" not in record.get("policy", {"stranger_rate_per_minute": None}):
            kept = {"stranger_rate_per_minute": None, "stranger_burst": Policy().stranger_rate.burst}
            await update(link, keys.SITES, name, {"policy": record["policy"] | kept})
            await told(0)


UPGRADES: dict[int, Callable[[Link, Told], Awaitable[None]]] = {1: from_format_1, 2: from_format_2}
"""From a format to the next one up: what the first start of a newer version does to the store. Two processes may start
at once, and a start may be cut off, so a step that was done, or half done, must do no harm when done again."""


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
