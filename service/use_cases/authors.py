"""What moderators do with authors: look them up, ban them, trust them."""

import asyncio
from datetime import datetime

from service.desk import Desk
from service.domain.author import AuthorRecord
from service.domain.comment import FullAuthor
from service.domain.note import NEWEST_SHOWN
from service.domain.replay import NO_REPLAY, Replay
from service.domain.selection import Selection
from service.domain.state import State
from service.errors import InvalidFieldsError
from service.store import authors, notes
from service.store.author_names import find_author
from service.store.authors import LookedUp

NEWEST_COMMENTS = 20


async def read_author(desk: Desk, site: str, author_id: str) -> FullAuthor:
    """An author with his newest comments, and his email in the clear. AuthorNotFoundError."""
    now_ms = desk.now_ms()
    author = await find_author(desk.link, site, author_id)
    record, page, newest_notes = await asyncio.gather(
        authors.read(desk.link, site, author, now_ms),
        desk.lists.find(site, Selection(author=author), below=None, most=NEWEST_COMMENTS),
        notes.read(desk.link, notes.on_author(site, author_id, author), limit=NEWEST_SHOWN),
    )
    comments = await desk.comments.read_some(site, [each.comment_id for each in page.found], now_ms)
    kept = (each.comment_id for each in comments if each.state is not State.ERASED)
    newest = next(kept, None)
    email = await desk.comments.read_email(site, newest, desk.vault) if newest else None
    return FullAuthor(record, email, comments, newest_notes)


async def look_up_author(desk: Desk, site: str, email: str, *, creates: bool, actor: str, replay: Replay) -> LookedUp:
    """The author of an email; everybody who may read the events learns that somebody asked, but not for which email.
    AuthorNotFoundError for one unseen, unless the look-up `creates` an author."""
    author = desk.vault.email_hash(email)
    if replay != NO_REPLAY:  # an unkeyed hash of no more than an email could be guessed
        replay = replay._replace(fingerprint=desk.vault.digest("look-up", replay.fingerprint))
    return await authors.look_up(
        desk.link, site, author, creates=creates, actor=actor, replay=replay, now_ms=desk.now_ms()
    )


async def ban_author(
    desk: Desk, site: str, author_id: str, *, until: datetime | None, reason: str, actor: str
) -> AuthorRecord:
    """Rejects an author's comments from now on, until a time or for ever. AuthorNotFoundError, InvalidFieldsError for a
    time that is past."""
    now_ms = desk.now_ms()
    until_ms = int(until.timestamp() * 1000) if until else None
    if until_ms is not None and until_ms <= now_ms:
        raise InvalidFieldsError(errors={"until": ["Not in the future."]})
    return await authors.ban(desk.link, site, author_id, until_ms=until_ms, reason=reason, actor=actor, now_ms=now_ms)


async def unban_author(desk: Desk, site: str, author_id: str, *, actor: str) -> None:
    """AuthorNotFoundError."""
    await authors.unban(desk.link, site, author_id, actor=actor, now_ms=desk.now_ms())


async def tell_email_shown(desk: Desk, site: str, author_id: str, *, actor: str) -> None:
    """Everybody who may read the events learns that somebody is about to be shown an author's email, but not which.
    AuthorNotFoundError."""
    await authors.tell_email_shown(desk.link, site, author_id, actor=actor, now_ms=desk.now_ms())


async def trust_author(desk: Desk, site: str, author_id: str, *, actor: str) -> AuthorRecord:
    """Publishes an author's comments from now on, where a website knows him and nothing speaks against it.
    AuthorNotFoundError."""
    return await authors.trust(desk.link, site, author_id, actor=actor, now_ms=desk.now_ms())


async def untrust_author(desk: Desk, site: str, author_id: str, *, actor: str) -> None:
    """AuthorNotFoundError."""
    await authors.untrust(desk.link, site, author_id, actor=actor, now_ms=desk.now_ms())
