"""What only one process at a time may do: a key that names who does it, and ends by itself when that one dies."""

import secrets

from service.store import scripts
from service.store.link import Link

LEASE_MS = 10_000
"""Renewed while the work goes on; so long the others wait for one that is dead."""


def new_holder() -> str:
    """Names whoever is about to ask for a lease."""
    return secrets.token_hex(8)


async def hold(link: Link, key: str, holder: str) -> bool:
    """Whether the holder has the lease, from now for LEASE_MS; False when somebody else has it."""
    (is_held,) = await scripts.HOLD.run(link, [key], holder, LEASE_MS)
    return bool(is_held)


async def hand_back(link: Link, key: str, holder: str) -> None:
    """Free for the next, unless it is somebody else's by now."""
    await scripts.HOLD.run(link, [key], holder, 0)
