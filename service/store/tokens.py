"""Tokens in Redis: of each a keyed hash and who holds it, never the token itself."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import orjson

from service.domain.caller import EVERY_SITE, Role
from service.domain.event import EventKind
from service.domain.membership import own_member
from service.domain.replay import Replay
from service.domain.token import MadeToken, Token
from service.errors import RecordAbsentError, TokenNotFoundError
from service.link.link import Link
from service.store import json_records, keys, scripts
from service.store.json_records import UNREADABLE, Change, Record, demand, is_count, record_of, told
from service.store.members import pack_member, unpack_member
from service.vault import Vault

MADE = "token"
"""The owner under which the answer that shows a new token is sealed."""


async def create(
    link: Link, vault: Vault, made: MadeToken, replay: Replay, *, is_new_member: bool, actor: str
) -> MadeToken:
    """Writes a new token, and its member where he is new; gives it, or the one that this Idempotency-Key made first.
    The answer that is kept for the key is sealed, since it shows the token. MemberNotFoundError where the member is not
    new and was revoked meanwhile."""
    record, member = pack_token(made.token), pack_member(made.member)
    shown = {"token_id": made.token.token_id, "token": made.secret, "link": made.link, "member": member} | record
    reply = await scripts.CREATE_TOKEN.run(
        link,
        [keys.MEMBERS, keys.TOKENS, keys.CHANGES, keys.installation_idempotency(replay.digest)],
        made.token.token_id,
        orjson.dumps(record),
        made.member.member_id,
        orjson.dumps(member),
        int(is_new_member),
        replay.fingerprint,
        vault.seal_text(orjson.dumps(shown).decode(), MADE),
        actor,
        made.token.created_ms,
        told({}),
        told(record),
        told(member),
    )
    return _unpack_answer(vault, orjson.loads(vault.open_text(reply[0], MADE)))


async def remove(link: Link, token_id: str, *, actor: str, now_ms: int) -> Token | None:
    """Removes a token, and returns what it was; None when that cannot be read. TokenNotFoundError."""
    change = Change(EventKind.TOKEN_REVOKED, actor, now_ms)
    try:
        removed = await json_records.remove(link, keys.TOKENS, token_id, change=change)
    except RecordAbsentError as error:
        raise TokenNotFoundError from error
    return readable(token_id, removed)


async def read_left(link: Link, member_id: str, ids: Sequence[str]) -> list[Token]:
    """Reads those of a member's tokens that were not revoked, themselves or with him: what a process remembers may be
    older."""
    names = (member_id, *ids)
    is_recorded, found = await asyncio.gather(
        link.call("HEXISTS", keys.MEMBERS, member_id), link.call("HMGET", keys.TOKENS, *names)
    )
    if not is_recorded and found[0] is None:
        return []
    kept = {token_id: raw for token_id, raw in zip(names, found, strict=True) if raw is not None}
    read = (readable(token_id, record_of(raw)) for token_id, raw in kept.items())
    return [token for token in read if token is not None]


async def forget(link: Link, ids: Sequence[str]) -> None:
    """Removes what is left of tokens whose member was revoked, by which they were too."""
    if ids:
        await link.call("HDEL", keys.TOKENS, *ids)


def pack_token(token: Token) -> Record:
    """`role` and `site` are for processes of a version before members, which know of no token that has several."""
    return {
        "digest": token.digest,
        "role": token.role,
        "site": token.site,
        "roles": sorted(token.roles),
        "sites": sorted(token.sites),
        "name": token.name,
        "member_id": token.member_id,
        "created_ms": token.created_ms,
        "expires_ms": token.expires_ms,
    }


def unpack_token(token_id: str, record: Record) -> Token:
    """A token as it was stored; one of `UNREADABLE` when it is none of ours. One of a version before members has one
    role, one site or, an administrator's, none, and is its own member."""
    sites = record["sites"] if "sites" in record else [EVERY_SITE if record["site"] is None else record["site"]]
    token = Token(
        token_id,
        record["name"],
        frozenset(map(Role, record["roles"] if "roles" in record else [record["role"]])),
        frozenset(sites),
        record.get("member_id", token_id),
        created_ms=record["created_ms"],
        expires_ms=record["expires_ms"],
        digest=record["digest"],
    )
    is_of_every = token.sites == {EVERY_SITE}
    demand(all(type(text) is str for text in (token.digest, token.name, token.member_id)), "digest, name or member_id")
    demand(token.roles, "roles")
    demand(sites and all(type(site) is str for site in sites), "site")
    demand(is_of_every or EVERY_SITE not in token.sites, "site")
    demand(is_of_every or Role.ADMIN not in token.roles, "site")
    demand(not is_of_every or "sites" in record or Role.ADMIN in token.roles, "site")
    demand(token.expires_ms is None or is_count(token.expires_ms), "expires_ms")
    demand(is_count(token.created_ms), "created_ms")
    return token


def readable(token_id: str, record: Record) -> Token | None:
    """A token as it was stored; None when it is none of ours."""
    try:
        return unpack_token(token_id, record)
    except UNREADABLE:
        return None


def _unpack_answer(vault: Vault, answer: Record) -> MadeToken:
    """The answer kept for an Idempotency-Key. A version before members kept no member, and until format 3 of the store
    it was the JSON that had been sent."""
    if "created_at" in answer:
        answer |= {"created_ms": _ms(answer["created_at"]), "expires_ms": _ms(answer["expires_at"])}
        answer["digest"] = vault.token_digest(answer["token"])
    token = unpack_token(answer["token_id"], answer)
    member = unpack_member(token.member_id, answer["member"]) if "member" in answer else own_member(token)
    return MadeToken(token, member, answer["token"], answer.get("link", ""))


def _ms(rfc3339: str | None) -> int | None:
    return None if rfc3339 is None else round(datetime.fromisoformat(rfc3339).timestamp() * 1000)
