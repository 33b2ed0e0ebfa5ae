"""Claims of comments of one kind: found among the first of the queue, which is not ordered by kinds."""

from collections.abc import Callable

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.comment import Comment
from service.domain.event import MACHINE
from service.domain.queue import START, QueuePage, QueueView
from service.errors import UnauthenticatedError
from service.use_cases import held, moderation
from service.use_cases.claims import end_claims, is_revoked

LOOKED_AT = 200
"""Comments of other kinds that stand behind so many are not found: to look at all would cost a long queue much."""


async def read_first(desk: Desk, site: str, view: QueueView) -> QueuePage:
    """The comments among which kinds are looked for."""
    return await moderation.list_queue(desk, site, view, limit=LOOKED_AT, after=START, now_ms=desk.now_ms())


async def claim_picked(
    desk: Desk, site: str, caller: Caller, view: QueueView, is_wanted: Callable[[Comment], bool], *, limit: int
) -> None:
    """Leases the first free comments that are wanted to the caller, who then holds `limit` of them; none that he left
    for others. UnauthenticatedError as `moderation.claim`."""
    found = [each for each in (await read_first(desk, site, view)).comments if is_wanted(each)]
    his = [each for each in found if each.claim is not None and each.claim.member_id == caller.actor]
    free = [each for each in found if each.claim is None and not is_left_by(each, caller.actor)]
    for each in free[: max(0, limit - len(his))]:
        lease_ms, now_ms = held.LEASE_MS, desk.now_ms()
        await desk.queue.claim_one(site, each.comment_id, caller, lease_ms=lease_ms, now_ms=now_ms)
    if free and await is_revoked(desk, caller):
        await end_claims(desk, caller.member_id, (site,), actor=MACHINE)
        raise UnauthenticatedError


def is_left_by(comment: Comment, member_id: str) -> bool:
    """Whether a moderator left it for others."""
    return any(each.member_id == member_id for each in comment.escalations)
