"""Sessions in Redis: a hash each, which ends by itself, under a keyed hash of what the browser's cookie holds. They are
in no backup."""

import asyncio
from collections.abc import Mapping

import orjson

from service.domain.session import IDLE_MS, LONGEST_MS, Session
from service.link.link import Link
from service.store import keys, scripts

_FIELDS = ("token", "member", "created_ms", "used_ms", "agent")


async def open_session(link: Link, session: Session, *, told: Mapping[str, object]) -> None:
    """Writes a new session; the event of it tells what there is to tell besides."""
    await scripts.OPEN_SESSION.run(
        link,
        _keys_of(session.member_id, session.digest),
        session.digest,
        session.created_ms + LONGEST_MS,
        IDLE_MS,
        session.member_id,
        session.created_ms,
        orjson.dumps(told) if told else "",
        *("token", session.token_digest),
        *("member", session.member_id),
        *("created_ms", session.created_ms),
        *("used_ms", session.used_ms),
        *("agent", session.agent),
    )


async def read(link: Link, digest: str) -> Session | None:
    """The session of a digest; None where there is none, or none that can be read."""
    return _session(digest, await link.call("HMGET", keys.session(digest), *_FIELDS))


async def note_use(link: Link, session: Session, now_ms: int) -> None:
    """Keeps a session alive that was used now, for as long as it may live at most; one that has ended stays ended."""
    key, used = keys.session(session.digest), session._replace(used_ms=now_ms)
    await scripts.USE_SESSION.run(link, [key], now_ms, used.ends_ms - now_ms)


async def end(link: Link, member_id: str, digest: str, *, is_own: bool, actor: str, now_ms: int) -> bool:
    """Ends a session of a member: itself, or from elsewhere. False where there is none of his."""
    (is_ended,) = await scripts.END_SESSION.run(
        link, _keys_of(member_id, digest), digest, member_id, now_ms, actor, int(is_own)
    )
    return bool(is_ended)


async def of_member(link: Link, member_id: str, now_ms: int) -> list[Session]:
    """The sessions of a member, the newest first."""
    digests = await link.call("ZRANGE", keys.sessions_of(member_id), 0, -1, "REV")
    found = await asyncio.gather(*(read(link, digest.decode()) for digest in digests))
    return [each for each in found if each is not None and each.ends_ms > now_ms]


async def oldest(link: Link, member_id: str, keep: int) -> list[str]:
    """The digests of all sessions of a member but for the newest so many."""
    return [each.decode() for each in await link.call("ZRANGE", keys.sessions_of(member_id), 0, -keep - 1)]


def _keys_of(member_id: str, digest: str) -> list[str]:
    return [keys.session(digest), keys.sessions_of(member_id), keys.CHANGES]


def _session(digest: str, found: list[bytes | None]) -> Session | None:
    if None in found:
        return None
    token, member, created_ms, used_ms, agent = (each.decode("utf-8", "replace") for each in found if each is not None)
    return Session(digest, token, member, int(created_ms), int(used_ms), agent)


async def tell_refused(link: Link, now_ms: int, told: Mapping[str, object]) -> None:
    """Tells that somebody was not let in."""
    await scripts.TELL_REFUSED_SIGN_IN.run(link, [keys.CHANGES], now_ms, orjson.dumps(told))
