"""What a moderator has in hand on all of his sites: taken, read, renewed and given back as if they were one."""

import asyncio
from collections import Counter

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.held import Claims, Held, HeldEverywhere, in_order
from service.domain.queue import START, QueueDepth, QueueOrder, QueueView
from service.domain.replay import NO_REPLAY, Replay
from service.use_cases import held, moderation
from service.use_cases.every_site import at_every_site
from service.use_cases.site_queues import MOST_SITES, list_queues, queue_depths

LOOKED_AT = 40
"""Among so many comments that come next over all sites those are found that are free."""
MOST_ASKED = 20
"""So many more sites are asked for comments where too few of those that come next are free."""


async def read_held_everywhere(desk: Desk, caller: Caller, order: QueueOrder, *, first: str, of: str) -> HeldEverywhere:
    """What a moderator holds, in an order; `first` is a comment of the site `of` that he is to see before all, held or
    not; "" for none."""
    depths, left_out, claims = await _claims(desk, caller)
    names = {first: of} if first else {}
    names |= {comment_id: depth.site for depth, each in zip(depths, claims, strict=True) for comment_id in each.ids}
    shown = dict(list(names.items())[: held.MOST_SHOWN + bool(first)])
    found = await asyncio.gather(*(held.read_or_none(desk, site, each) for each, site in shown.items()))
    comments = [each for each in found if each is not None]
    wanted = [each for each in comments if each.comment.comment_id == first]
    rest = [each for each in comments if each.comment.comment_id != first]
    together = _together(claims, depths)._replace(comments=[*wanted, *in_order(rest, order)])
    return HeldEverywhere(together, names, depths, left_out)


async def read_figures_everywhere(desk: Desk, caller: Caller) -> Held:
    """What stands around the comments that a moderator holds on all of his sites, and none of these."""
    depths, _, claims = await _claims(desk, caller)
    return _together(claims, depths)


async def _claims(desk: Desk, caller: Caller) -> tuple[list[QueueDepth], int, list[Claims]]:
    """How much waits on each site, how many sites are left out, and the claims on each."""
    depths, left_out = await queue_depths(desk, caller)
    now_ms = desk.now_ms()
    return (
        depths,
        left_out,
        await asyncio.gather(*(desk.queue.claims(each.site, caller.actor, now_ms) for each in depths)),
    )


def _together(claims: list[Claims], depths: list[QueueDepth]) -> Held:
    """The figures of all sites as those of one."""
    others = Counter[str]()
    for each in claims:
        others.update(each.others)
    return Held(
        [],
        sum(len(each.ids) for each in claims),
        min((each.expires_ms for each in claims if each.expires_ms is not None), default=None),
        others,
        sum(each.waiting for each in depths),
        min((each.oldest_ms for each in depths if each.oldest_ms is not None), default=None),
    )


async def claim_everywhere(desk: Desk, caller: Caller, order: QueueOrder, *, limit: int, replay: Replay) -> None:
    """Leases the next comments over all sites to a moderator, until he holds `limit`: as many of each site as it has
    among those that come first in this order. So all sites are worked on as one queue, and neither a site of few
    comments waits for one of many, nor the other way round."""
    now_ms = desk.now_ms()
    page = await list_queues(desk, caller, order, limit=LOOKED_AT, after=START, now_ms=now_ms)
    claims = [(each.site, each.comment.claim) for each in page.comments]
    wanted = limit - sum(claim is not None and claim.member_id == caller.actor for _, claim in claims)
    shares = Counter([site for site, claim in claims if claim is None][: max(0, wanted)])
    for site, share in shares.items():
        wanted -= await _claim(desk, caller, site, order, share, _of(desk, replay, site))
    if wanted > 0 and page.last is not None:
        depths, _ = await queue_depths(desk, caller)
        for site in [each.site for each in depths if each.waiting][:MOST_ASKED]:
            wanted -= await _claim(desk, caller, site, order, max(0, wanted), _of(desk, replay, site, "more"))


async def _claim(desk: Desk, caller: Caller, site: str, order: QueueOrder, limit: int, replay: Replay) -> int:
    """How many comments of one site were leased."""
    if not limit:
        return 0
    view = QueueView(order)
    claimed = await moderation.claim(desk, site, caller, view, limit=limit, lease_ms=held.LEASE_MS, replay=replay)
    return len(claimed.comments)


def _of(desk: Desk, replay: Replay, *names: str) -> Replay:
    """The part of a repeated act that is one site's."""
    return replay if replay == NO_REPLAY else replay._replace(digest=desk.vault.digest(replay.digest, *names))


async def renew_everywhere(desk: Desk, caller: Caller) -> None:
    """Has all of a moderator's claims last for another while. UnavailableError when a part of the store was away: those
    in the others last."""
    await at_every_site(_sites(desk, caller), lambda site: held.renew_claims(desk, site, caller))


async def give_back_everywhere(desk: Desk, caller: Caller) -> None:
    """Ends all of a moderator's claims. UnavailableError when a part of the store was away: those in the others are
    ended."""
    await at_every_site(_sites(desk, caller), lambda site: moderation.release_all(desk, site, caller))


def _sites(desk: Desk, caller: Caller) -> list[str]:
    return desk.registry.sites_among(caller.sites)[:MOST_SITES]
