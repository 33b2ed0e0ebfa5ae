"""Which processes serve from the store, which format each writes and which secrets it knows: what an upgrade and a
rotation of the secret have to know."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from service.link.link import Link
from service.store import keys

LIFETIME_MS = 90_000
"""So long a process that died is still listed; three times what one that lives waits before it says so again."""
KEYS_A_STEP = 1000
_UNTOLD_FORMAT = 3
"""What processes wrote that were listed, and did not tell their format yet."""


class Presence(NamedTuple):
    """What a process says of itself: the checks of all secrets that it knows, and of the one that it seals with; the
    format that it writes."""

    known: Sequence[str]
    in_force: str
    format: int


async def announce(link: Link, process: str, presence: Presence) -> None:
    """Lists a process, until it says so again."""
    await link.call("SET", keys.process(process), orjson.dumps(presence._asdict()), "PX", LIFETIME_MS)


async def leave(link: Link, process: str) -> None:
    await link.call("DEL", keys.process(process))


async def list_all(link: Link) -> list[Presence]:
    """Every process that is listed."""
    names: set[bytes] = set()
    for server in link.servers():
        cursor = b"0"
        while True:
            cursor, some = await server.call("SCAN", cursor, "MATCH", keys.process("*"), "COUNT", KEYS_A_STEP)
            names.update(some)
            if cursor == b"0":
                break
    found = [await link.call("GET", name) for name in sorted(names)]
    return [_presence(raw) for raw in found if raw is not None]


def _presence(raw: bytes) -> Presence:
    told: dict[str, Any] = orjson.loads(raw)
    return Presence(told["known"], told["in_force"], told.get("format", _UNTOLD_FORMAT))
