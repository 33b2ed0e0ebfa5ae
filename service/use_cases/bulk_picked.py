"""One decision on few comments that a moderator picked by hand, which is one act, and is taken back as one."""

from collections.abc import Mapping

from service.desk import Desk, new_id
from service.domain.bulk import BULK, Bulk, BulkOrder
from service.domain.caller import Caller
from service.domain.replay import Replay
from service.domain.selection import Selection
from service.domain.state import State
from service.errors import BulkNotFoundError
from service.use_cases import bulk
from service.use_cases.bulk_preview import choose

_DIGITS = 16


def bulk_of(replay: Replay, now_ms: int) -> str:
    """The id of the bulk that a form makes, the same each time that it comes; of a form without a key a new one."""
    return BULK + (replay.digest[:_DIGITS] or new_id(now_ms))


async def decide_picked(
    desk: Desk, site: str, caller: Caller, order: BulkOrder, revisions: Mapping[str, int], *, seconds: float
) -> Bulk | None:
    """Decides on those comments that still wait as they were seen, and gives the bulk as it is after so many seconds at
    most; None, and nothing is done, where none does. The same order again is answered with what it did before.

    revisions: by comment_id, those that were seen. InvalidFieldsError (preview_token), UnauthenticatedError as of
    `bulk.start`
    """
    try:
        return await bulk.wait_for(desk, site, order.bulk_id, seconds=seconds)
    except BulkNotFoundError:
        kept = await _keep(desk, site, order.bulk_id, revisions)
    if not kept:
        return None
    await bulk.start(desk, site, caller, order)
    return await bulk.wait_for(desk, site, order.bulk_id, seconds=seconds)


async def _keep(desk: Desk, site: str, bulk_id: str, revisions: Mapping[str, int]) -> int:
    """Keeps those of the picked comments that wait as they were seen for a bulk; how many."""
    now_ms = desk.now_ms()
    chosen, _ = await choose(desk, site, Selection(State.HELD, revisions=revisions), ())
    if chosen:
        ids = [each.comment_id for each in chosen]
        await desk.bulks.keep_preview(site, bulk_id, ids, State.HELD, now_ms=now_ms)
    return len(chosen)
