"""Policies in Redis: each site's own is in its record, and its versions beside that.

Of a version two things are packed: who, when and what, as a JSON array; and the policy, as JSON that is compressed.
"""

import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from service.domain.caller import Caller
from service.domain.policy import Policy, fields_of, policy_of
from service.domain.policy_version import FIRST_VERSION, VersionedPolicy, VersionNote, VersionNotes
from service.domain.replay import NO_REPLAY, Replay
from service.errors import PolicyVersionNotFoundError, RecordChangedError, SiteNotFoundError, StalePolicyError
from service.link.link import Link
from service.store import keys, scripts
from service.store.json_records import Record, told

MOST_POLICY_BYTES = 4 << 20
"""So much of a version is unpacked: the largest policy that is taken has less, as JSON."""


class PolicyAct(NamedTuple):
    """A change of a policy: who makes it and when; `seen` is the version that he saw, None for whatever is there, and
    `restored` the version that he brings back."""

    caller: Caller
    now_ms: int
    seen: int | None = None
    restored: int | None = None
    replay: Replay = NO_REPLAY


async def change(link: Link, site: str, make: Callable[[Policy], Policy], act: PolicyAct) -> VersionedPolicy:
    """Changes a policy to what `make` makes of it, and what another changes at the same moment stays changed; what is
    so already is no change, whatever was seen. SiteNotFoundError, StalePolicyError, and what `make` raises."""
    while True:
        held = await link.call("HGET", keys.SITES, site)
        if held is None:
            raise SiteNotFoundError
        before = _versioned(orjson.loads(held))
        after = make(before.policy)
        is_changed = after != before.policy
        if is_changed and act.seen not in (None, before.version):
            raise StalePolicyError
        if not is_changed and act.replay == NO_REPLAY:
            return before
        with suppress(RecordChangedError):
            return await _write(link, site, held, before, after if is_changed else None, act)


async def _write(
    link: Link, site: str, held: bytes, before: VersionedPolicy, after: Policy | None, act: PolicyAct
) -> VersionedPolicy:
    """Writes a policy, None for the one that is there already. RecordChangedError when another was quicker."""
    record: Record = orjson.loads(held)
    was, now = fields_of(before.policy), fields_of(after or before.policy)
    made = VersionNote(
        before.version + 1,
        act.now_ms,
        act.caller.actor,
        act.caller.name,
        changed=[name for name in now if now[name] != was[name]],
        restored=act.restored,
    )
    written = orjson.dumps(record | {"policy": now, "policy_version": made.version}) if after else held
    detail = {"version": made.version} | ({"restored": act.restored} if act.restored else {})
    names = [keys.SITES, keys.CHANGES, keys.policy_versions(site)]
    (version,) = await scripts.CHANGE_POLICY.run(
        link,
        [*names, keys.installation_idempotency(act.replay.digest)],
        *(site, held, written, act.replay.fingerprint),
        *(before.version, _pack_note(_first(before.version, record)), _pack_policy(was)),
        *(_pack_note(made), _pack_policy(now)),
        *(act.caller.actor, act.now_ms, told({"policy": was}), told({"policy": now}), orjson.dumps(detail)),
    )
    if after and int(version) == made.version:
        return VersionedPolicy(made.version, after)
    return await read(link, site, int(version))


async def read(link: Link, site: str, version: int) -> VersionedPolicy:
    """The policy of a version. SiteNotFoundError, PolicyVersionNotFoundError for one that is not kept."""
    newest = _versioned(await _read_record(link, site))
    if version == newest.version:
        return newest
    packed = await link.call("HGET", keys.policy_versions(site), f"{version}.policy")
    if packed is None:
        raise PolicyVersionNotFoundError
    return VersionedPolicy(version, policy_of(_unpack_policy(packed)))


async def read_versions(link: Link, site: str, *, below: int | None, limit: int) -> VersionNotes:
    """The versions below one, or the newest, the newest first. SiteNotFoundError."""
    record = await _read_record(link, site)
    newest = _versioned(record).version
    first = newest if below is None else min(newest, below - 1)
    wanted = range(first, max(0, first - limit - 1), -1)
    packed = await link.call("HMGET", keys.policy_versions(site), *wanted) if wanted else ()
    found = [
        _first(version, record) if each is None else _unpack_note(version, each)
        for version, each in zip(wanted, packed, strict=True)
        if each is not None or version == newest
    ]
    return VersionNotes(found[:limit], found[limit - 1].version if len(found) > limit else None)


async def _read_record(link: Link, site: str) -> Record:
    held = await link.call("HGET", keys.SITES, site)
    if held is None:
        raise SiteNotFoundError
    record: Record = orjson.loads(held)
    return record


def _versioned(record: Record) -> VersionedPolicy:
    return VersionedPolicy(record.get("policy_version", FIRST_VERSION), policy_of(record["policy"]))


def _first(version: int, record: Record) -> VersionNote:
    """The version that a site had before versions of it were kept."""
    return VersionNote(version, record["created_ms"])


def _pack_note(change: VersionNote) -> bytes:
    return orjson.dumps(change[1:])


def _unpack_note(version: int, packed: bytes) -> VersionNote:
    return VersionNote(version, *orjson.loads(packed))


def _unpack_policy(packed: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(zlib.decompressobj().decompress(packed, MOST_POLICY_BYTES))
    return fields


def _pack_policy(fields: dict[str, Any]) -> bytes:
    return zlib.compress(orjson.dumps(fields))
