"""Leases for work that one process at a time may do: a key names the holder, and expires when the holder dies."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from service.link.link import Link
from service.store import scripts

LEASE_MS = 10_000
"""The lifetime of a lease, which is renewed while the work goes on; others wait so long for a dead holder."""


def new_holder() -> str:
    """Returns a random name for a process that asks for a lease."""
    return secrets.token_hex(8)


async def hold(link: Link, key: str, holder: str, lease_ms: int | None = None) -> bool:
    """Takes or renews the lease for LEASE_MS or as long as is given; returns False when another holder has it."""
    (is_held,) = await scripts.HOLD.run(link, [key], holder, LEASE_MS if lease_ms is None else lease_ms)
    return bool(is_held)


async def hand_back(link: Link, key: str, holder: str) -> None:
    """Ends the lease, unless another holder has it by now."""
    await scripts.HOLD.run(link, [key], holder, 0)


@asynccontextmanager
async def sole(
    link: Link, key: str, refusal: Callable[[str], Exception], work: str
) -> AsyncIterator[asyncio.Task[None]]:
    """Holds the lease inside the context; raises `refusal` with a message when another holder has it.

    Yields a task that renews the lease and ends only when the lease was lost. When this process dies, the lease expires
    after LEASE_MS.
    """
    holder = new_holder()
    if not await hold(link, key, holder):
        raise refusal(f"Somebody else is {work}, or was until a few seconds ago.")
    async with renewed(link, key, holder, refusal(f"Somebody else is {work} by now: run it again.")) as renewing:
        yield renewing


@asynccontextmanager
async def renewed(link: Link, key: str, holder: str, lost: Exception) -> AsyncIterator[asyncio.Task[None]]:
    """Renews a lease that the holder has inside the context, and ends it with the context.

    Yields a task that ends only when the lease was lost, with the error `lost` or that of the store.
    """
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
