"""Sites, their policies, and tokens."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from service import keys
from service.desk import Desk
from service.domain import Site
from service.errors import (
    InvalidFieldsError,
    RecordAbsentError,
    RecordExistsError,
    SiteExistsError,
    SiteNotFoundError,
    TokenNotFoundError,
)
from service.registry import policy_of, policy_record, site_record
from service.settings import TOKEN_PREFIX
from service.store import registry
from service.store.comments import Replay
from service.store.registry import Record
from service.use_cases.wire import Json, rfc3339, rfc3339_or_none

TOKEN_ANSWER = "token"  # noqa: S105 the name of what is sealed


def site_json(site: Site) -> Json:
    """A site as `schemas.administration.SiteSchema` has it."""
    return {
        "site": site.site,
        "title": site.title,
        "public_submission": site.public_submission,
        "allowed_origins": list(site.allowed_origins),
        "created_at": rfc3339(site.created_ms),
    }


async def create_site(desk: Desk, wanted: Mapping[str, Any], replay: Replay) -> Json:
    """A new site with the default policy, or SiteExistsError."""
    site = Site(
        wanted["site"],
        wanted.get("title", ""),
        wanted.get("public_submission", False),
        tuple(wanted.get("allowed_origins", ())),
        created_ms=desk.now_ms(),
    )
    answer = orjson.dumps(site_json(site))
    try:
        kept = await registry.create(desk.link, keys.SITES, site.site, site_record(site), replay, answer)
    except RecordExistsError as error:
        raise SiteExistsError from error
    await desk.registry.refresh()
    made: Json = orjson.loads(kept)
    return made


async def change_site(desk: Desk, site: Site, changes: Mapping[str, Any]) -> Json:
    """The site with the given fields changed."""
    return site_json(await _update(desk, site, dict(changes)))


async def set_policy(desk: Desk, site: Site, wanted: Json) -> Json:
    """The whole policy replaced."""
    changed = await _update(desk, site, {"policy": policy_record(policy_of(wanted))})
    return policy_record(changed.policy)


async def _update(desk: Desk, site: Site, changes: Record) -> Site:
    try:
        await registry.update(desk.link, keys.SITES, site.site, changes)
    except RecordAbsentError as error:
        raise SiteNotFoundError from error
    await desk.registry.refresh()
    return desk.registry.site(site.site)


async def create_token(
    desk: Desk, role: str, site: str | None, name: str, expires_at: datetime | None, replay: Replay
) -> Json:
    """A new token; this answer alone shows it. The answer kept for an Idempotency-Key is encrypted."""
    if expires_at is not None and expires_at.timestamp() * 1000 <= desk.now_ms():
        raise InvalidFieldsError(errors={"expires_at": ["Not in the future."]})
    if site is not None:
        desk.registry.site(site)
    token_id, token = "t" + secrets.token_hex(6), TOKEN_PREFIX + secrets.token_urlsafe(32)
    record: Record = {
        "digest": desk.vault.token_digest(token),
        "role": role,
        "site": site,
        "name": name,
        "created_ms": desk.now_ms(),
        "expires_ms": int(expires_at.timestamp() * 1000) if expires_at else None,
    }
    answer = orjson.dumps({"token": token, **token_json(token_id, record)}).decode()
    sealed = desk.vault.seal_text(answer, TOKEN_ANSWER)
    kept = await registry.create(desk.link, keys.TOKENS, token_id, record, replay, sealed)
    await desk.registry.refresh()
    made: Json = orjson.loads(desk.vault.open_text(kept, TOKEN_ANSWER))
    return made


async def revoke_token(desk: Desk, token_id: str) -> None:
    """Ends a token at once, or TokenNotFoundError."""
    try:
        await registry.remove(desk.link, keys.TOKENS, token_id)
    except RecordAbsentError as error:
        raise TokenNotFoundError from error
    await desk.registry.refresh()


def token_json(token_id: str, record: Record) -> Json:
    """A token as `schemas.administration.TokenSchema` has it: all but the token."""
    return {
        "token_id": token_id,
        "role": record["role"],
        "site": record["site"],
        "name": record["name"],
        "created_at": rfc3339(record["created_ms"]),
        "expires_at": rfc3339_or_none(record["expires_ms"]),
    }
