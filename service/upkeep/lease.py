"""What only one process at a time may do: a key that names who does it, and ends by itself when that one dies."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from service.link.link import Link
from service.store import scripts

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


@asynccontextmanager
async def sole(
    link: Link, key: str, refusal: Callable[[str], Exception], work: str
) -> AsyncIterator[asyncio.Task[None]]:
    """For as long as this lasts nobody else is at the work; the refusal, made of words, when somebody already is.

    Should we die within, the next can begin after LEASE_MS. Gives a task that ends only when the right was lost.
    """
    holder = new_holder()
    if not await hold(link, key, holder):
        raise refusal(f"Somebody else is {work}, or was until a few seconds ago.")
    async with renewed(link, key, holder, refusal(f"Somebody else is {work} by now: run it again.")) as renewing:
        yield renewing


@asynccontextmanager
async def renewed(link: Link, key: str, holder: str, lost: Exception) -> AsyncIterator[asyncio.Task[None]]:
    """Keeps a lease that the holder has for as long as this lasts, and hands it back. Gives a task that ends only when
    it was lost, with that error or the store's."""
    renewing = asyncio.create_task(_renew(link, key, holder, lost))
    try:
        yield renewing
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        await hand_back(link, key, holder)


async def _renew(link: Link, key: str, holder: str, lost: Exception) -> None:
    while True:
        await asyncio.sleep(LEASE_MS / 1000 / 5)
        if not await hold(link, key, holder):
            raise lost
