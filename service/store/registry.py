"""Sites and tokens in Redis, as JSON; `registry.py` one floor up keeps them in memory."""

from enum import StrEnum
from typing import Any

import orjson

from service import keys
from service.errors import StartError
from service.store import scripts
from service.store.comments import Replay
from service.store.link import Link

FORMAT = "1"
"""The version of everything stored; a service refuses a store of a newer one."""

Record = dict[str, Any]


class Action(StrEnum):
    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


async def check_installation(link: Link, secret_check: str) -> None:
    """Makes sure that this store is of our format and was written with our secret; StartError otherwise."""
    await link.call("HSETNX", keys.INSTALLATION, "format", FORMAT)
    await link.call("HSETNX", keys.INSTALLATION, "secret_check", secret_check)
    stored_format, stored_check = await link.call("HMGET", keys.INSTALLATION, "format", "secret_check")
    if stored_format.decode() != FORMAT:
        raise StartError(f"This store has format {stored_format.decode()}; this version of commentdesk reads {FORMAT}.")
    if stored_check.decode() != secret_check:
        raise StartError(
            "This store was written with another COMMENTDESK_SECRET_KEY: its emails could not be read. "
            "Start with the key it was written with."
        )


async def read_all(link: Link, key: str) -> dict[str, Record]:
    """Every record of `keys.SITES` or `keys.TOKENS`."""
    flat = await link.call("HGETALL", key)
    return {name.decode(): orjson.loads(raw) for name, raw in zip(flat[::2], flat[1::2], strict=True)}


async def change(
    link: Link, key: str, action: Action, name: str, record: Record | None, replay: Replay, answer: bytes = b""
) -> bytes:
    """One record written or removed, every process told; the answer, or the first answer to this Idempotency-Key.

    RecordExistsError, RecordAbsentError.
    """
    reply = await scripts.CHANGE_REGISTRY.run(
        link,
        [key, keys.CHANGES, keys.installation_idempotency(replay.digest)],
        action,
        name,
        orjson.dumps(record),
        replay.fingerprint,
        answer,
    )
    kept: bytes = reply[0]
    return kept
