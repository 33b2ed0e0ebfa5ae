"""Authors in Redis: found by an email or an author_id, banned, trusted."""

from typing import NamedTuple

from service.domain.author import FOR_EVER_MS, AuthorRecord
from service.domain.replay import Replay
from service.errors import AuthorNotFoundError
from service.link.link import Link
from service.store import keys, scripts
from service.store.author_names import find_author, new_author_id
from service.store.author_record import unpack_author
from service.store.comments import pairs
from service.store.scripts import Script


class LookedUp(NamedTuple):
    """An author that was looked up by his email; `is_new` when he was made by that."""

    record: AuthorRecord
    is_new: bool


async def read(link: Link, site: str, author: str, now_ms: int) -> AuthorRecord:
    """An author by the keyed hash of his email. AuthorNotFoundError for one without an author_id."""
    fields = pairs(await link.call("HGETALL", keys.author(site, author)))
    if "author_id" not in fields:
        raise AuthorNotFoundError
    return unpack_author(fields, now_ms)


async def look_up(
    link: Link, site: str, author: str, *, creates: bool, actor: str, replay: Replay, now_ms: int
) -> LookedUp:
    """An author by the keyed hash of his email, and tells of the look-up. AuthorNotFoundError for one unseen, who
    becomes an author where the look-up `creates`."""
    given, known = b"", b""
    while not given:
        author_id = new_author_id()
        names = [keys.author(site, author), *_keys_of(site, author_id), keys.idempotency(site, replay.digest)]
        given, known = await scripts.LOOK_UP_AUTHOR.run(
            link, names, now_ms, author, author_id, actor, int(creates), replay.fingerprint
        )
    return LookedUp(await read(link, site, author, now_ms), known == b"new")


async def ban(
    link: Link, site: str, author_id: str, *, until_ms: int | None, reason: str, actor: str, now_ms: int
) -> AuthorRecord:
    """Bans an author until a time, None for ever; the same again changes nothing. AuthorNotFoundError."""
    until = FOR_EVER_MS if until_ms is None else until_ms
    (flat,) = await _run(scripts.BAN_AUTHOR, link, site, author_id, actor, now_ms, until, reason)
    return unpack_author(pairs(flat), now_ms)


async def unban(link: Link, site: str, author_id: str, *, actor: str, now_ms: int) -> None:
    """Ends an author's ban, where there is one. AuthorNotFoundError."""
    await _run(scripts.UNBAN_AUTHOR, link, site, author_id, actor, now_ms)


async def trust(link: Link, site: str, author_id: str, *, actor: str, now_ms: int) -> AuthorRecord:
    """Trusts an author; again changes nothing. AuthorNotFoundError."""
    (flat,) = await _run(scripts.TRUST_AUTHOR, link, site, author_id, actor, now_ms)
    return unpack_author(pairs(flat), now_ms)


async def untrust(link: Link, site: str, author_id: str, *, actor: str, now_ms: int) -> None:
    """Takes the trust in an author back, where there is any. AuthorNotFoundError."""
    await _run(scripts.UNTRUST_AUTHOR, link, site, author_id, actor, now_ms)


async def tell_email_shown(link: Link, site: str, author_id: str, *, actor: str, now_ms: int) -> None:
    """Tells that somebody was shown an author's email. AuthorNotFoundError."""
    await _run(scripts.TELL_EMAIL_SHOWN, link, site, author_id, actor, now_ms)


async def _run(
    script: Script, link: Link, site: str, author_id: str, actor: str, now_ms: int, *arguments: int | str
) -> list[list[bytes]]:
    author = await find_author(link, site, author_id)
    names = [keys.author(site, author), *_keys_of(site, author_id)]
    return await script.run(link, names, now_ms, author_id, author, actor, *arguments)


def _keys_of(site: str, author_id: str) -> tuple[str, ...]:
    return (keys.author_of(site, author_id), keys.events(site))
