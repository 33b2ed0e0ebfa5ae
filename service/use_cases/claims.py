"""Ends the claims of members who may decide no longer: they keep nobody waiting for one who cannot come back."""

from collections.abc import Collection

from service.desk import Desk
from service.domain.caller import ADMIN, EVERY_SITE, Caller
from service.store import tokens
from service.use_cases.every_site import at_every_site


async def end_claims(desk: Desk, member_id: str, sites: Collection[str], *, actor: str) -> None:
    """Ends the claims of a member on those of these sites, where no other token of his lets him decide; each is told as
    `released`, with the actor. UnavailableError when a part of the store was away: those in the other parts are ended
    then."""
    left = await tokens.read_left(desk.link, member_id, desk.registry.people.ids_of_tokens(member_id))

    async def end(site: str) -> None:
        now_ms = desk.now_ms()
        if not any(token.lets_decide(site, now_ms) for token in left):
            await desk.queue.release_all(site, member_id, actor=actor, now_ms=now_ms)

    await at_every_site(desk.registry.sites_among(sites), end)


async def end_all_claims(desk: Desk, member_id: str, *, actor: str) -> None:
    """The same on every site."""
    await end_claims(desk, member_id, (EVERY_SITE,), actor=actor)


async def is_revoked(desk: Desk, caller: Caller) -> bool:
    """Whether the caller's token or the caller was revoked, as the store has it at this moment."""
    if caller == ADMIN:
        return False
    left = await tokens.read_left(desk.link, caller.member_id, [caller.token_id])
    return all(token.token_id != caller.token_id for token in left)
