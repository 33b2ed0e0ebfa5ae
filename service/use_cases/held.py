"""What a moderator has in hand: read, renewed while he works."""

import asyncio

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.comment import FullComment
from service.domain.event import MACHINE
from service.domain.held import Claims, Held, in_order
from service.domain.queue import QueueOrder
from service.domain.replay import Replay
from service.errors import CommentNotFoundError, UnauthenticatedError
from service.use_cases import moderation
from service.use_cases.claims import end_claims, is_revoked

MOST_SHOWN = 14
"""So many of the comments that somebody holds are read in full at once."""
LEASE_MS = 5 * 60 * 1000


async def read_held(desk: Desk, site: str, caller: Caller, order: QueueOrder, *, first: str = "") -> Held:
    """What a moderator holds on a site, in an order; `first` is a comment that he is to see before all, held or not."""
    claims, around = await _claims_with_figures(desk, site, caller)
    ids = [each for each in claims.ids if each != first][:MOST_SHOWN]
    found = await asyncio.gather(*(read_or_none(desk, site, each) for each in ([first] if first else []) + ids))
    comments = [each for each in found if each is not None]
    wanted = [each for each in comments if each.comment.comment_id == first]
    rest = [each for each in comments if each.comment.comment_id != first]
    shown = [*wanted, *in_order(rest, order)]
    return around._replace(comments=shown)


async def read_figures(desk: Desk, site: str, caller: Caller) -> Held:
    """How much a moderator holds and how much waits, without the comments themselves."""
    _, around = await _claims_with_figures(desk, site, caller)
    return around


async def undo_and_hold(
    desk: Desk, site: str, caller: Caller, comment_id: str, *, revision: int, replay: Replay
) -> None:
    """Takes a decision back, and leases the comment to who did, where nobody else holds it by then. As
    `moderation.undo`."""
    await moderation.undo(desk, site, caller, comment_id, revision=revision, replay=replay)
    await desk.queue.claim_one(site, comment_id, caller, lease_ms=LEASE_MS, now_ms=desk.now_ms())
    if await is_revoked(desk, caller):
        await end_claims(desk, caller.member_id, (site,), actor=MACHINE)
        raise UnauthenticatedError


async def renew_claims(desk: Desk, site: str, caller: Caller) -> int:
    """Has a moderator's claims last for another while; how many there are."""
    return await desk.queue.renew(site, caller, lease_ms=LEASE_MS, now_ms=desk.now_ms())


async def _claims_with_figures(desk: Desk, site: str, caller: Caller) -> tuple[Claims, Held]:
    claims, (depth,) = await asyncio.gather(
        desk.queue.claims(site, caller.actor, desk.now_ms()), desk.site_queues.depths([site])
    )
    return claims, Held((), len(claims.ids), claims.expires_ms, claims.others, depth.waiting, depth.oldest_ms)


async def read_or_none(desk: Desk, site: str, comment_id: str) -> FullComment | None:
    """Everything about a comment; None where it is gone."""
    try:
        return await desk.comments.read(site, comment_id, vault=desk.vault, now_ms=desk.now_ms())
    except CommentNotFoundError:
        return None
