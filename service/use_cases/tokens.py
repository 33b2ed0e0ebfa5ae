"""Tokens: made, shown once, and revoked."""

import secrets
from datetime import datetime

import structlog

from service.desk import Desk
from service.domain.caller import Role
from service.domain.replay import Replay
from service.domain.token import MadeToken, Token
from service.errors import InvalidFieldsError, UnavailableError
from service.settings import TOKEN_PREFIX
from service.store import tokens
from service.use_cases.claims import end_claims

log = structlog.get_logger(__name__)


async def create_token(
    desk: Desk, role: Role, site: str | None, name: str, *, expires_at: datetime | None, replay: Replay, actor: str
) -> MadeToken:
    """Makes a token, which is shown this once; a repeated Idempotency-Key has the first one again. SiteNotFoundError,
    InvalidFieldsError when it would have expired already."""
    now_ms = desk.now_ms()
    expires_ms = int(expires_at.timestamp() * 1000) if expires_at else None
    if expires_ms is not None and expires_ms <= now_ms:
        raise InvalidFieldsError(errors={"expires_at": ["Not in the future."]})
    if site is not None:
        desk.registry.site(site)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token(
        "t" + secrets.token_hex(6),
        name,
        role,
        site=site,
        created_ms=now_ms,
        expires_ms=expires_ms,
        digest=desk.vault.token_digest(secret),
    )
    made = await tokens.create(desk.link, desk.vault, MadeToken(token, secret), replay, actor=actor)
    await desk.registry.read_token(made.token.token_id)
    return made


async def revoke_token(desk: Desk, token_id: str, *, actor: str) -> None:
    """Ends a token at once, and its claims with it. TokenNotFoundError.

    Where a part of the store is away by then the token is revoked all the same: `ClaimsOfRevokedTokens`, which reads
    of it in the stream of changes, ends the claims when that part is back.
    """
    site = await tokens.remove(desk.link, token_id, actor=actor, now_ms=desk.now_ms())
    await desk.registry.read_token(token_id)
    try:
        await end_claims(desk, token_id, site, actor=actor)
    except UnavailableError as error:
        log.warning("claims_end_later", token_id=token_id, reason=str(error))
