"""Sites, their policies, and tokens."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from service import keys
from service.desk import Desk
from service.domain import Site
from service.errors import RecordAbsentError, RecordExistsError, SiteExistsError, SiteNotFoundError, TokenNotFoundError
from service.registry import policy_of, policy_record, site_record
from service.settings import TOKEN_PREFIX
from service.store.comments import NO_REPLAY, Replay
from service.store.registry import Action, Record, change
from service.use_cases.wire import Json, rfc3339, rfc3339_or_none


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
        kept = await change(desk.link, keys.SITES, Action.CREATE, site.site, site_record(site), replay, answer)
    except RecordExistsError as error:
        raise SiteExistsError from error
    await desk.registry.refresh()
    made: Json = orjson.loads(kept)
    return made


async def change_site(desk: Desk, site: Site, changes: Mapping[str, Any]) -> Json:
    """The site with the given fields changed."""
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    return site_json(await _replace(desk, site, changes))


async def set_policy(desk: Desk, site: Site, wanted: Json) -> Json:
    """The whole policy replaced."""
    changed = await _replace(desk, site, {"policy": policy_of(wanted)})
    return policy_record(changed.policy)


async def _replace(desk: Desk, site: Site, changes: Mapping[str, Any]) -> Site:
    """One change after the other, each on what the one before left, so that none is lost. Between processes two
    changes of the same moment may still meet: the later one counts."""
    async with desk.registry.changing:
        await desk.registry.refresh()
        changed = replace(desk.registry.site(site.site), **changes)
        try:
            await change(desk.link, keys.SITES, Action.REPLACE, site.site, site_record(changed), NO_REPLAY)
        except RecordAbsentError as error:
            raise SiteNotFoundError from error
        await desk.registry.refresh()
    return changed


async def create_token(
    desk: Desk, role: str, site: str | None, name: str, expires_at: datetime | None, replay: Replay
) -> Json:
    """A new token; this answer alone shows it. The answer kept for an Idempotency-Key is encrypted."""
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
    sealed = desk.vault.seal(answer, "token").encode()
    kept = await change(desk.link, keys.TOKENS, Action.CREATE, token_id, record, replay, sealed)
    await desk.registry.refresh()
    made: Json = orjson.loads(desk.vault.open(kept.decode(), "token"))
    return made


async def revoke_token(desk: Desk, token_id: str) -> None:
    """Ends a token at once, or TokenNotFoundError."""
    try:
        await change(desk.link, keys.TOKENS, Action.REMOVE, token_id, None, NO_REPLAY)
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
