"""One decision on many comments: looked at before, made in the background, taken back as one."""

import asyncio
import time

from service.desk import Desk
from service.domain.bulk import Bulk, BulkOrder, BulkWork
from service.domain.caller import Caller
from service.domain.event import MACHINE
from service.domain.replay import NO_REPLAY, Replay
from service.errors import UnauthenticatedError
from service.store.bulk_steps import COMMENTS_A_STEP, Reached, decide_next, undo_next
from service.use_cases.claims import is_revoked
from service.use_cases.every_site import at_every_site

PAUSE_SHARE = 3
"""A step is followed by a pause so many times as long, in which single decisions find the server free."""
WHOLE_SECONDS = 110
"""The pauses are shorter, and no shorter than the steps, where a bulk would take longer than this with them."""
LOOK_SECONDS = 0.02
"""Between two looks of somebody who waits for the end of a small bulk."""


async def start(desk: Desk, site: str, caller: Caller, order: BulkOrder, *, replay: Replay = NO_REPLAY) -> Bulk:
    """Starts what was previewed; the same order again gives the same bulk, with a key or without one.

    InvalidFieldsError (preview_token), IdempotencyKeyReusedError; UnauthenticatedError when the caller's token was
    revoked meanwhile.
    """
    if replay != NO_REPLAY:
        await desk.comments.reserve(site, replay)
    bulk = await desk.bulks.start(site, order, caller, now_ms=desk.now_ms())
    if await is_revoked(desk, caller):  # whoever revoked him may have looked for bulks before
        await desk.bulks.stop(site, bulk.bulk_id, caller.actor, actor=MACHINE, now_ms=desk.now_ms())
        raise UnauthenticatedError
    return bulk


async def read_bulk(desk: Desk, site: str, bulk_id: str) -> Bulk:
    return await desk.bulks.read(site, bulk_id)


async def list_bulks(desk: Desk, site: str) -> list[Bulk]:
    return await desk.bulks.newest(site)


async def undo_bulk(desk: Desk, site: str, caller: Caller, bulk_id: str) -> Bulk:
    """Has all of a bulk taken back, but for comments on which somebody acted since. BulkNotFoundError."""
    return await desk.bulks.begin_undo(site, bulk_id, caller, now_ms=desk.now_ms())


async def stop_bulk(desk: Desk, site: str, caller: Caller, bulk_id: str) -> Bulk:
    """Ends a bulk where it is, whoever began it; one that has ended, or is taken back, goes on as it is.
    BulkNotFoundError."""
    bulk = await desk.bulks.read(site, bulk_id)
    await desk.bulks.stop(site, bulk_id, bulk.actor, actor=caller.actor, now_ms=desk.now_ms())
    return await desk.bulks.read(site, bulk_id)


async def wait_for(desk: Desk, site: str, bulk_id: str, *, seconds: float) -> Bulk:
    """The bulk once nothing of it is left to do, or as it is after so long. BulkNotFoundError."""
    end = time.monotonic() + seconds
    bulk = await desk.bulks.read(site, bulk_id)
    while bulk.is_at_work and time.monotonic() < end:  # another process may be the one that carries it out
        await asyncio.sleep(LOOK_SECONDS)
        bulk = await desk.bulks.read(site, bulk_id)
    return bulk


async def stop_bulks_of(desk: Desk, member_id: str, *, actor: str) -> None:
    """Ends the bulks of a member whom the actor revoked where they are, on every site. What they did stays until
    somebody takes it back. UnavailableError when a part of the store was away: those in the other parts are ended
    then."""

    async def stop(site: str) -> None:
        await desk.bulks.stop_those_of(site, member_id, actor=actor, now_ms=desk.now_ms())

    await at_every_site(list(desk.registry.sites), stop)


async def carry_on(desk: Desk, site: str, holding: "asyncio.Task[None]") -> None:
    """Does what the site's running bulks have left, oldest first, until none is running.

    holding: the task that renews the lease for this; what ends it ends the work
    """
    while bulk_id := await desk.bulks.oldest_running(site):
        work = await desk.bulks.read_work(site, bulk_id)
        if work is not None:
            await _carry_on_with(desk, site, work, holding)


async def _carry_on_with(desk: Desk, site: str, work: BulkWork, holding: "asyncio.Task[None]") -> None:
    undo = work.bulk.undo
    step, place = (undo_next, undo.done) if undo else (decide_next, work.bulk.done)
    while True:
        if holding.done():
            holding.result()
        began = time.monotonic()
        reached, place = await step(desk.link, desk.comments, site, work, place, desk.now_ms())
        if reached is not Reached.ON:
            return
        await asyncio.sleep(pause_after(time.monotonic() - began, -(-work.bulk.total // COMMENTS_A_STEP)))


def pause_after(seconds: float, steps: int) -> float:
    """How long others have their turn after a step of a bulk of so many steps. seconds: that it took"""
    return min(PAUSE_SHARE * seconds, max(seconds, WHOLE_SECONDS / max(steps, 1) - seconds))
