"""Claims of those who are gone: they keep nobody waiting for a moderator who cannot come back."""

from service.desk import Desk
from service.domain.caller import Caller
from service.errors import UnavailableError
from service.registry import ADMIN
from service.store import tokens


async def end_claims(desk: Desk, token_id: str, site: str | None, *, actor: str) -> None:
    """Ends the claims of a token on its site, or on all sites when it has none; each is told as `released`, with the
    actor. UnavailableError when a part of the store was away: those in the other parts are ended then."""
    away: UnavailableError | None = None
    for each in tuple(desk.registry.sites) if site is None else (site,):
        try:
            await desk.queue.release_all(each, token_id, actor=actor, now_ms=desk.now_ms())
        except UnavailableError as error:
            away = error
    if away is not None:
        raise away


async def is_revoked(desk: Desk, caller: Caller) -> bool:
    """Whether the caller's token was revoked, as the store has it at this moment."""
    return caller.token_id != ADMIN.token_id and not await tokens.is_kept(desk.link, caller.token_id)
