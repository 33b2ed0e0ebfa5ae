"""Sessions of the console: a member signs in by a token or a one-time link, and out; what ends the token ends them."""

import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import NamedTuple

from service.desk import Desk
from service.domain.caller import AT_CONSOLE, Caller
from service.domain.network import reader_network
from service.domain.session import AGENT_CHARS, MOST_SESSIONS, Session
from service.domain.sign_in_link import SECRET_BYTES, is_past
from service.errors import ForbiddenError, SessionNotFoundError, SignInRefusedError
from service.store import sessions, sign_in_links
from service.store.sign_in_links import Gone
from service.texts.sentence import sentence

USE_MS = 60_000
"""That a session is used is written this often at most."""


class SignedIn(NamedTuple):
    """A session and what its cookie holds, which nobody else knows and nothing keeps."""

    secret: str
    session: Session


class Found(NamedTuple):
    """Whose session it is."""

    session: Session
    caller: Caller


class Browser(NamedTuple):
    """Where somebody signs in: the address, "" where it is not known, and what the browser says of itself."""

    address: str
    agent: str


async def sign_in(desk: Desk, token: str, browser: Browser) -> SignedIn:
    """Opens a session for the holder of a token. SignInRefusedError for one that is not known, ForbiddenError for a
    website's."""
    caller = desk.registry.caller(token, desk.now_ms())
    if caller is None:
        raise SignInRefusedError(sentence("That token is not known here."))
    return await _open(desk, desk.vault.token_digest(token), caller, browser, told={})


async def sign_in_by_link(desk: Desk, secret: str, browser: Browser) -> SignedIn:
    """Opens a session for whom a one-time link was made. SignInRefusedError says whether it was used, is too old, or is
    not known; also where the member was revoked meanwhile."""
    found = await sign_in_links.take(desk.link, desk.vault.link_digest(secret))
    if found is Gone.USED:
        raise SignInRefusedError(sentence("This link was used before. Each link works once, for 15 minutes."))
    caller = None if isinstance(found, Gone) else await _holder(desk, found.token_digest)
    if isinstance(found, Gone) or caller is None:
        if is_past(secret, desk.now_ms()):
            raise SignInRefusedError(sentence("This link is too old. Each link works once, for 15 minutes."))
        raise SignInRefusedError(sentence("This link is not known here."))
    return await _open(desk, found.token_digest, caller, browser, told={"link_of": found.actor})


async def is_link_in_force(desk: Desk, secret: str) -> bool:
    """Whether a one-time link would sign somebody in, or was used of late; it is not used by that."""
    return await sign_in_links.is_known(desk.link, desk.vault.link_digest(secret))


async def tell_refused(desk: Desk, address: str) -> None:
    """Tells the audit log that somebody of a network was not let in; how often that is told is the caller's matter."""
    await sessions.tell_refused(desk.link, desk.now_ms(), _of_network(desk, address))


async def find_session(desk: Desk, secret: str, *, is_use: bool = True) -> Found | None:
    """Whose session a cookie is of; None where it has ended, or its token has. It lives on by that, unless nobody does
    anything in it."""
    now_ms = desk.now_ms()
    session = await sessions.read(desk.link, desk.vault.session_digest(secret))
    if session is None or session.ends_ms <= now_ms:
        return None
    caller = desk.registry.holder(session.token_digest, now_ms)
    if caller is None:
        return None
    if is_use and now_ms - session.used_ms >= USE_MS:
        await sessions.note_use(desk.link, session, now_ms)
    return Found(session, caller)


async def list_sessions(desk: Desk, member_id: str) -> list[Session]:
    """The sessions of a member that let somebody in, the newest first: one whose token was revoked ended with it."""
    now_ms = desk.now_ms()
    kept = await sessions.of_member(desk.link, member_id, now_ms)
    return [each for each in kept if desk.registry.holder(each.token_digest, now_ms)]


async def sign_out(desk: Desk, session: Session) -> None:
    """Ends the session itself."""
    await sessions.end(
        desk.link,
        session.member_id,
        session.digest,
        is_own=True,
        actor=session.member_id,
        now_ms=desk.now_ms(),
    )


async def end_session(desk: Desk, member_id: str, digest: str, *, actor: str) -> None:
    """Ends a session of a member from elsewhere. SessionNotFoundError."""
    is_ended = await sessions.end(desk.link, member_id, digest, is_own=False, actor=actor, now_ms=desk.now_ms())
    if not is_ended:
        raise SessionNotFoundError


async def end_all_sessions(desk: Desk, member_id: str, *, actor: str) -> None:
    """Ends all sessions of a member, those of tokens that were revoked among them."""
    now_ms = desk.now_ms()
    for session in await sessions.of_member(desk.link, member_id, now_ms):
        await sessions.end(desk.link, member_id, session.digest, is_own=False, actor=actor, now_ms=now_ms)


async def _holder(desk: Desk, token_digest: str) -> Caller | None:
    """Who holds the token that a link was made for, also where another process made it a moment ago."""
    caller = desk.registry.holder(token_digest, desk.now_ms())
    if caller is None:
        await desk.registry.people.read_all()
        caller = desk.registry.holder(token_digest, desk.now_ms())
    return caller


async def _open(
    desk: Desk, token_digest: str, caller: Caller, browser: Browser, *, told: Mapping[str, object]
) -> SignedIn:
    if not caller.may(*AT_CONSOLE):
        raise ForbiddenError
    now_ms = desk.now_ms()
    secret = urlsafe_b64encode(os.urandom(SECRET_BYTES)).decode().rstrip("=")
    digest = desk.vault.session_digest(secret)
    session = Session(digest, token_digest, caller.member_id, now_ms, now_ms, browser.agent[:AGENT_CHARS])
    await sessions.open_session(desk.link, session, told={**told, **_of_network(desk, browser.address)})
    for oldest in await sessions.oldest(desk.link, caller.member_id, MOST_SESSIONS):
        await sessions.end(desk.link, caller.member_id, oldest, is_own=False, actor=caller.member_id, now_ms=now_ms)
    desk.registry.note_seen(caller, now_ms)
    return SignedIn(secret, session)


def _of_network(desk: Desk, address: str) -> dict[str, object]:
    return {"network": desk.vault.digest("network", reader_network(address))} if address else {}
