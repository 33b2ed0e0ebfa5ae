"""Tokens in Redis: of each a keyed hash and who holds it, never the token itself."""

from datetime import datetime

import orjson

from service.domain.caller import Role
from service.domain.event import EventKind
from service.domain.replay import Replay
from service.domain.token import MadeToken, Token
from service.errors import RecordAbsentError, TokenNotFoundError
from service.link.link import Link
from service.store import json_records, keys
from service.store.json_records import Change, Record, demand, is_count
from service.vault import Vault

MADE = "token"
"""The owner under which the answer that shows a new token is sealed."""


async def create(link: Link, vault: Vault, made: MadeToken, replay: Replay, *, actor: str) -> MadeToken:
    """Writes a new token; gives it, or the one that this Idempotency-Key made first. The answer that is kept for the
    key is sealed, since it shows the token."""
    record = pack_token(made.token)
    shown = orjson.dumps({"token_id": made.token.token_id, "token": made.secret} | record).decode()
    sealed = vault.seal_text(shown, MADE)
    kept = await json_records.create(
        link,
        keys.TOKENS,
        made.token.token_id,
        record,
        change=Change(EventKind.TOKEN_CREATED, actor, made.token.created_ms),
        replay=replay,
        answer=sealed,
    )
    return _unpack_answer(vault, orjson.loads(vault.open_text(kept, MADE)))


async def remove(link: Link, token_id: str, *, actor: str, now_ms: int) -> str | None:
    """Removes a token, and returns the site that it was for; None when it was for all, or the record does not tell.
    TokenNotFoundError."""
    try:
        told = Change(EventKind.TOKEN_REVOKED, actor, now_ms)
        return site_of(await json_records.remove(link, keys.TOKENS, token_id, change=told))
    except RecordAbsentError as error:
        raise TokenNotFoundError from error


async def is_kept(link: Link, token_id: str) -> bool:
    """Whether there is a token of that id in the store: what a process remembers may be older than a revocation."""
    return bool(await link.call("HEXISTS", keys.TOKENS, token_id))


def site_of(record: Record) -> str | None:
    """The site that a token's record names; None where it names none."""
    site = record.get("site")
    return site if isinstance(site, str) else None


def pack_token(token: Token) -> Record:
    return {
        "digest": token.digest,
        "role": token.role.value,
        "site": token.site,
        "name": token.name,
        "created_ms": token.created_ms,
        "expires_ms": token.expires_ms,
    }


def unpack_token(token_id: str, record: Record) -> Token:
    """A token as it was stored; one of `UNREADABLE` when it is none of ours."""
    token = Token(
        token_id,
        record["name"],
        Role(record["role"]),
        site=record["site"],
        created_ms=record["created_ms"],
        expires_ms=record["expires_ms"],
        digest=record["digest"],
    )
    demand(type(token.digest) is str and type(token.name) is str, "digest or name")
    demand(type(token.site) is str or (token.site is None and token.role is Role.ADMIN), "site")
    demand(token.expires_ms is None or is_count(token.expires_ms), "expires_ms")
    demand(is_count(token.created_ms), "created_ms")
    return token


def _unpack_answer(vault: Vault, answer: Record) -> MadeToken:
    """The answer kept for an Idempotency-Key. Until format 3 of the store it was the JSON that had been sent."""
    if "created_at" in answer:
        answer |= {"created_ms": _ms(answer["created_at"]), "expires_ms": _ms(answer["expires_at"])}
        answer["digest"] = vault.token_digest(answer["token"])
    return MadeToken(unpack_token(answer["token_id"], answer), answer["token"])


def _ms(rfc3339: str | None) -> int | None:
    return None if rfc3339 is None else round(datetime.fromisoformat(rfc3339).timestamp() * 1000)
