"""Sites in Redis."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import orjson

from schemas.administration import MOST_TARGET_MINUTES
from schemas.fields import LANGUAGE_PATTERN, SITE_PATTERN
from schemas.origin import origin_of
from service.domain.decision_reason import MOST_REASONS, DecisionReason, retired
from service.domain.event import EventKind
from service.domain.policy import Policy, fields_of, policy_of
from service.domain.policy_version import FIRST_VERSION
from service.domain.replay import NO_REPLAY, Replay
from service.domain.site import DEFAULT_LANGUAGE, Site, SiteChange
from service.errors import (
    RecordAbsentError,
    RecordExistsError,
    SiteExistsError,
    SiteNotFoundError,
    StaleReasonsError,
)
from service.link.link import Link
from service.store import json_records, keys
from service.store.json_records import Change, Record, demand, is_count

_REASONS = EventKind.SITE_REASONS_CHANGED


async def create(link: Link, site: Site, replay: Replay = NO_REPLAY, *, actor: str, now_ms: int) -> Site:
    """Makes a site; gives it, or the one that this Idempotency-Key made first. SiteExistsError."""
    record = pack_site(site)
    answer = orjson.dumps({"site": site.site} | record)
    told = Change(EventKind.SITE_CREATED, actor, now_ms)
    try:
        kept = await json_records.create(link, keys.SITES, site.site, record, change=told, replay=replay, answer=answer)
    except RecordExistsError as error:
        raise SiteExistsError from error
    return _unpack_answer(orjson.loads(kept))


async def change(link: Link, site: str, wanted: SiteChange, *, actor: str, now_ms: int) -> Site:
    """Changes what is given of a site. SiteNotFoundError."""
    changes: Record = {}
    if wanted.title is not None:
        changes["title"] = wanted.title
    if wanted.public_submission is not None:
        changes["public_submission"] = wanted.public_submission
    if wanted.allowed_origins is not None:
        changes["allowed_origins"] = list(wanted.allowed_origins)
    if wanted.language is not None:
        changes["language"] = wanted.language
    if wanted.waiting_target_minutes is not None:
        changes["waiting_target_minutes"] = wanted.waiting_target_minutes
    return await _update(link, site, changes, Change(EventKind.SITE_CHANGED, actor, now_ms))


async def set_reasons(
    link: Link, site: str, reasons: Sequence[DecisionReason] | None, *, actor: str, now_ms: int
) -> Site:
    """Replaces the reasons of a site; None are the default ones again. SiteNotFoundError."""
    return await _rewrite_reasons(link, site, partial(_with_reasons, reasons), Change(_REASONS, actor, now_ms))


class ReasonsAct(NamedTuple):
    """A change of the reasons that somebody saw; None are the default ones."""

    wanted: Sequence[DecisionReason] | None
    seen: Sequence[DecisionReason] | None
    actor: str
    now_ms: int


async def change_reasons(link: Link, site: str, act: ReasonsAct) -> None:
    """Replaces the reasons that were seen; what is so already is no change. SiteNotFoundError, StaleReasonsError."""
    wanted, seen = _pack_reasons(act.wanted), _pack_reasons(act.seen)

    def changed(record: Record) -> Record:
        if record.get("reasons") not in (wanted, seen):
            raise StaleReasonsError
        return _with_reasons(act.wanted, record)

    await _rewrite_reasons(link, site, changed, Change(_REASONS, act.actor, act.now_ms))


def _with_reasons(wanted: Sequence[DecisionReason] | None, record: Record) -> Record:
    """The fields of a site's record that other reasons change: those that it has no longer are kept apart."""
    before, earlier = (_unpack_reasons(record.get(name)) or () for name in ("reasons", "retired_reasons"))
    left = retired(before, earlier, wanted)
    is_told = left or "retired_reasons" in record
    return {"reasons": _pack_reasons(wanted)} | ({"retired_reasons": _pack_reasons(left)} if is_told else {})


async def _rewrite_reasons(link: Link, site: str, make: Callable[[Record], Record], change: Change) -> Site:
    try:
        return unpack_site(site, await json_records.rewrite(link, keys.SITES, site, make, change=change))
    except RecordAbsentError as error:
        raise SiteNotFoundError from error


async def _update(link: Link, site: str, wanted: Record, told: Change) -> Site:
    try:
        return unpack_site(site, await json_records.update(link, keys.SITES, site, wanted, change=told))
    except RecordAbsentError as error:
        raise SiteNotFoundError from error


def pack_site(site: Site) -> Record:
    """A site as it is stored; the demo's has its mark, so that no publisher's site of that name is taken for it. One
    that has the default reasons keeps none, one with its first policy no number of it, one without a target none."""
    own: Record = {"is_demo": True} if site.is_demo else {}
    if site.reasons is not None:
        own["reasons"] = _pack_reasons(site.reasons)
    if site.retired_reasons:
        own["retired_reasons"] = _pack_reasons(site.retired_reasons)
    if site.policy_version != FIRST_VERSION:
        own["policy_version"] = site.policy_version
    if site.waiting_target_minutes:
        own["waiting_target_minutes"] = site.waiting_target_minutes
    return own | {
        "title": site.title,
        "public_submission": site.public_submission,
        "allowed_origins": list(site.allowed_origins),
        "created_ms": site.created_ms,
        "language": site.language,
        "policy": fields_of(site.policy),
    }


def unpack_site(name: str, record: Record) -> Site:
    """A site as it was stored; one of `UNREADABLE` when it is none of ours. Records had no language, no reasons and no
    target at first."""
    site = Site(
        name,
        record["title"],
        record["public_submission"],
        allowed_origins=tuple(map(_canonical, record["allowed_origins"])),
        policy=policy_of(record["policy"]),
        created_ms=record["created_ms"],
        is_demo=record.get("is_demo") is True,
        language=record.get("language", DEFAULT_LANGUAGE),
        reasons=_unpack_reasons(record.get("reasons")),
        retired_reasons=_unpack_reasons(record.get("retired_reasons")) or (),
        policy_version=record.get("policy_version", FIRST_VERSION),
        waiting_target_minutes=record.get("waiting_target_minutes", 0),
    )
    demand(re.match(SITE_PATTERN, name), "name")
    demand(type(site.title) is str and type(site.public_submission) is bool, "title or public_submission")
    demand(all(type(origin) is str for origin in site.allowed_origins), "allowed_origins")
    demand(is_count(site.created_ms), "created_ms")
    demand(is_count(site.policy_version), "policy_version")
    is_target = is_count(site.waiting_target_minutes) and site.waiting_target_minutes <= MOST_TARGET_MINUTES
    demand(is_target, "waiting_target_minutes")
    demand(re.match(LANGUAGE_PATTERN, site.language), "language")
    _check_policy(site.policy)
    return site


def _pack_reasons(reasons: Sequence[DecisionReason] | None) -> list[list[str | bool]] | None:
    return None if reasons is None else [[*reason] for reason in reasons]


def _unpack_reasons(packed: Sequence[Sequence[str | bool]] | None) -> tuple[DecisionReason, ...] | None:
    if packed is None:
        return None
    demand(len(packed) <= MOST_REASONS, "reasons")
    return tuple(_unpack_reason(*each) for each in packed)


def _unpack_reason(code: object, title: object, is_public: object) -> DecisionReason:
    if not (isinstance(code, str) and isinstance(title, str) and isinstance(is_public, bool)):
        raise TypeError("a reason cannot be so")
    return DecisionReason(code, title, is_public)


def _canonical(origin: str) -> str:
    """The origin as browsers send it. Earlier versions stored what was typed."""
    return (type(origin) is str and origin_of(origin)) or origin


def _check_policy(policy: Policy) -> None:
    thresholds = (policy.publish_below, policy.reject_above)
    demand(all(type(each) in (int, float) and 0 <= each <= 1 for each in thresholds), "thresholds")
    demand(policy.close_after_days is None or is_count(policy.close_after_days), "close_after_days")
    for rate in (policy.reader_rate, policy.site_rate, policy.stranger_rate):
        demand(is_count(rate.per_minute) and is_count(rate.burst) and rate.burst > 0, "rates")


def _unpack_answer(answer: Record) -> Site:
    """The answer kept for an Idempotency-Key. Until format 3 of the store it was the JSON that had been sent."""
    if "created_at" in answer:
        created_ms = round(datetime.fromisoformat(answer.pop("created_at")).timestamp() * 1000)
        answer |= {"created_ms": created_ms, "policy": fields_of(Policy())}
    return unpack_site(answer["site"], answer)
