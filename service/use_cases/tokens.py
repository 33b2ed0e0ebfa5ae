"""Tokens: made, shown once, and revoked."""

import secrets

import structlog

from service.desk import Desk
from service.domain.caller import EVERY_SITE
from service.domain.member import Member
from service.domain.replay import Replay
from service.domain.sign_in_link import new_secret
from service.domain.token import MadeToken, NewToken, Token
from service.errors import InvalidFieldsError, UnavailableError
from service.settings import TOKEN_PREFIX
from service.store import tokens
from service.use_cases.claims import end_all_claims, end_claims
from service.use_cases.members import find_member
from service.use_cases.sign_in_links import ensure_link

log = structlog.get_logger(__name__)


async def create_token(desk: Desk, wanted: NewToken, *, replay: Replay, actor: str) -> MadeToken:
    """Makes a token, which is shown this once; a repeated Idempotency-Key has the first one again, and its link.
    SiteNotFoundError, MemberNotFoundError, InvalidFieldsError when it would have expired already."""
    now_ms = desk.now_ms()
    if wanted.expires_ms is not None and wanted.expires_ms <= now_ms:
        raise InvalidFieldsError(errors={"expires_at": ["Not in the future."]})
    for site in wanted.sites - {EVERY_SITE}:
        desk.registry.site(site)
    member = await _member_for(desk, wanted, now_ms)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(
        "t" + secrets.token_hex(6),
        wanted.name,
        wanted.roles,
        wanted.sites,
        member.member_id,
        created_ms=now_ms,
        expires_ms=wanted.expires_ms,
        digest=desk.vault.token_digest(secret),
    )
    making = MadeToken(token, member, secret, new_secret(now_ms) if wanted.is_linked else "")
    is_new = wanted.member_id is None
    made = await tokens.create(desk.link, desk.vault, making, replay, is_new_member=is_new, actor=actor)
    await desk.registry.people.read_member(made.member.member_id)
    await desk.registry.people.read_token(made.token.token_id)
    if made.link:
        await ensure_link(desk, made.link, made.token.digest, made.member.member_id, actor=actor)
    return made


async def _member_for(desk: Desk, wanted: NewToken, now_ms: int) -> Member:
    """Whose the token will be: he whose it is wanted to be, or a new member."""
    if wanted.member_id is None:
        return Member("m" + secrets.token_hex(6), wanted.member_name, now_ms)
    return (await find_member(desk, wanted.member_id)).member


async def revoke_token(desk: Desk, token_id: str, *, actor: str) -> None:
    """Ends a token at once, and the claims that its member may decide no longer. TokenNotFoundError.

    Where a part of the store is away by then the token is revoked all the same: `ClaimsOfRevokedTokens`, which reads
    of it in the stream of changes, ends the claims when that part is back.
    """
    token = await tokens.remove(desk.link, token_id, actor=actor, now_ms=desk.now_ms())
    await desk.registry.people.read_token(token_id)
    try:
        if token is None:
            await end_all_claims(desk, token_id, actor=actor)
        else:
            await end_claims(desk, token.member_id, token.sites, actor=actor)
    except UnavailableError as error:
        log.warning("claims_end_later", token_id=token_id, reason=str(error))
