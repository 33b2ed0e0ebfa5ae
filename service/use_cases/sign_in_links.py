"""One-time links: made for the member of a token, who opens one to sign in to the console."""

from service.desk import Desk
from service.domain.caller import AT_CONSOLE
from service.domain.sign_in_link import SignInLink, is_past, new_secret
from service.errors import InvalidFieldsError
from service.store import sign_in_links

_NOT_FOR_CONSOLE = "A website's token lets nobody into the console."


async def make_link_of_token(desk: Desk, token_id: str, *, actor: str) -> str:
    """Makes a one-time link for the member of a token; its secret. TokenNotFoundError; InvalidFieldsError for a token
    that has expired or that lets nobody into the console."""
    digest = await desk.registry.digest_of(token_id)
    caller = desk.registry.holder(digest, desk.now_ms())
    if caller is None:
        raise InvalidFieldsError(errors={"token_id": ["It has expired."]})
    if not caller.may(*AT_CONSOLE):
        raise InvalidFieldsError(errors={"token_id": [_NOT_FOR_CONSOLE]})
    return await make_link(desk, digest, caller.member_id, actor=actor)


async def make_link(desk: Desk, token_digest: str, member_id: str, *, actor: str) -> str:
    """Makes a one-time link for the member of a token; its secret."""
    secret = new_secret(desk.now_ms())
    await ensure_link(desk, secret, token_digest, member_id, actor=actor)
    return secret


async def ensure_link(desk: Desk, secret: str, token_digest: str, member_id: str, *, actor: str) -> None:
    """Makes the link of a secret unless it is made, was used, or would be too old by now: a repeated call makes none
    that works once more."""
    now_ms = desk.now_ms()
    if not is_past(secret, now_ms):
        made = SignInLink(token_digest, member_id, actor)
        await sign_in_links.make(desk.link, desk.vault.link_digest(secret), made, now_ms)
