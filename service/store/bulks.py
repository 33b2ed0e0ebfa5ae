"""Bulks in Redis: what was previewed, what was started and how far it is; `bulk_steps.py` carries them out."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import orjson

from service.domain.base_32 import ID_CHARS, bytes_of, texts_of
from service.domain.bulk import Bulk, BulkOrder, BulkWork, Undoing
from service.domain.caller import Caller
from service.domain.decision import Decision
from service.domain.state import State
from service.domain.times import DAY_MS
from service.errors import BulkNotFoundError, InvalidFieldsError
from service.link.link import Link
from service.store import keys, scripts

PREVIEW_MS = 30 * 60_000
"""A preview is kept so long for its decision."""
KEPT_MS = 7 * DAY_MS
"""A bulk is kept so long after it was started or taken back, and can be taken back until then."""
MOST_LISTED = 200
MOST_COMMENTS = 100_000
"""So many comments are decided on at once at most: a megabyte of ids."""
_TOLD = (
    *("total", "decision", "reason", "code", "note", "actor", "name", "token"),
    *("started_ms", "finished_ms", "place", "changed", "claimed"),
    *("undo_actor", "undo_name", "undo_token", "undo_started_ms", "undo_finished_ms", "undo_place", "undone"),
)
_OF_WORK = ("ids", "state", "previewed_ms")
_UNKNOWN = "No preview of the last 30 minutes: look at what is selected again."
_SPENT = "This preview was decided on otherwise: look at what is selected again."


class Bulks:
    """The bulks of all sites. `started` is set when this process started one or has one taken back."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.started = asyncio.Event()

    async def keep_preview(
        self, site: str, bulk_id: str, ids: Sequence[str], state: State | None, *, now_ms: int
    ) -> None:
        """Keeps what a selection holds, by the id that a bulk on it will have."""
        fields = ("ids", bytes_of(ids), "total", len(ids), "state", state or "", "previewed_ms", now_ms)
        await scripts.BULK_PREVIEW.run(self._link, [keys.bulk_keys(site, bulk_id).bulk], PREVIEW_MS, *fields)

    async def start(self, site: str, order: BulkOrder, moderator: Caller, *, now_ms: int) -> Bulk:
        """Starts a bulk, once: the same order again gives it as it is. InvalidFieldsError for a preview that is gone,
        or that another order was given for."""
        (outcome,) = await scripts.BULK_START.run(
            self._link,
            _keys(site, order.bulk_id),
            now_ms,
            order.bulk_id,
            moderator.actor,
            moderator.name,
            order.decision,
            order.reason or "",
            order.note or "",
            order.reason_code,
            KEPT_MS,
            MOST_LISTED,
            orjson.dumps({"reason": order.reason_code}) if order.reason_code else "",
            moderator.token_id,
        )
        if outcome in {b"unknown", b"differs"}:
            raise InvalidFieldsError(errors={"preview_token": [_UNKNOWN if outcome == b"unknown" else _SPENT]})
        self.started.set()
        return await self.read(site, order.bulk_id)

    async def begin_undo(self, site: str, bulk_id: str, moderator: Caller, *, now_ms: int) -> Bulk:
        """Has a bulk taken back, once; one that still runs ends where it is. BulkNotFoundError."""
        await scripts.BULK_BEGIN_UNDO.run(
            self._link,
            _keys(site, bulk_id),
            now_ms,
            bulk_id,
            moderator.actor,
            moderator.name,
            KEPT_MS,
            moderator.token_id,
        )
        self.started.set()
        return await self.read(site, bulk_id)

    async def stop_those_of(self, site: str, member_id: str, *, actor: str, now_ms: int) -> None:
        """Ends the running bulks of a member where they are, but for those that are taken back."""
        for bulk_id in await self._link.call("ZRANGE", keys.bulks_running(site), 0, -1):
            await self.stop(site, bulk_id.decode(), member_id, actor=actor, now_ms=now_ms)

    async def stop(self, site: str, bulk_id: str, member_id: str, *, actor: str, now_ms: int) -> None:
        """Ends a bulk where it is, if it runs, is this member's, and is not taken back."""
        await scripts.BULK_STOP.run(self._link, _keys(site, bulk_id), now_ms, bulk_id, member_id, actor)

    async def read(self, site: str, bulk_id: str) -> Bulk:
        """Reads a bulk that was started. BulkNotFoundError."""
        found = await self._read_some(site, [bulk_id])
        if not found:
            raise BulkNotFoundError
        return found[0]

    async def newest(self, site: str) -> list[Bulk]:
        """Reads those that are still kept, newest first."""
        ids = await self._link.call("ZRANGE", keys.bulk_keys(site, "").bulks, 0, MOST_LISTED - 1, "REV")
        return await self._read_some(site, [each.decode() for each in ids])

    async def oldest_running(self, site: str) -> str | None:
        """Tells which bulk is to go on first."""
        ids = await self._link.call("ZRANGE", keys.bulks_running(site), 0, 0)
        return ids[0].decode() if ids else None

    async def read_work(self, site: str, bulk_id: str) -> BulkWork | None:
        """Reads what carries a bulk on needs; None where it is no longer kept, nor among the running after this."""
        bulk_key = keys.bulk_keys(site, bulk_id).bulk
        found = await self._read_some(site, [bulk_id])
        ids, state, previewed_ms = await self._link.call("HMGET", bulk_key, *_OF_WORK)
        if not found or ids is None:
            await self._link.call("ZREM", keys.bulks_running(site), bulk_id)
            return None
        return BulkWork(found[0], texts_of(ids, ID_CHARS), State(state.decode()) if state else None, int(previewed_ms))

    async def _read_some(self, site: str, ids: Iterable[str]) -> list[Bulk]:
        running = keys.bulks_running(site)
        ids = list(ids)
        calls = [self._link.call("HMGET", keys.bulk_keys(site, bulk_id).bulk, *_TOLD) for bulk_id in ids]
        going_on, *fields = await asyncio.gather(self._link.call("ZRANGE", running, 0, -1), *calls)
        found = []
        for bulk_id, values in zip(ids, fields, strict=True):
            told = {name: value.decode() for name, value in zip(_TOLD, values, strict=True) if value is not None}
            if "decision" in told:
                found.append(_bulk(bulk_id, told, is_running=bulk_id.encode() in going_on))
        return found


def _keys(site: str, bulk_id: str) -> list[str]:
    return [*keys.bulk_keys(site, bulk_id), keys.events(site)]


def _bulk(bulk_id: str, told: Mapping[str, str], *, is_running: bool) -> Bulk:
    done, is_undone = int(told["place"]), "undo_started_ms" in told
    return Bulk(
        bulk_id,
        is_running and not is_undone,
        Decision(told["decision"]),
        told["reason"] or None,
        told["code"],
        told["note"] or None,
        actor=told["actor"],
        token_id=told["token"],
        moderator=told["name"],
        started_ms=int(told["started_ms"]),
        finished_ms=_number(told, "finished_ms"),
        total=int(told["total"]),
        done=done,
        skipped=done - int(told["changed"]),
        claimed=int(told["claimed"]),
        undo=_undoing(told, is_running=is_running) if is_undone else None,
    )


def _undoing(told: Mapping[str, str], *, is_running: bool) -> Undoing:
    done = int(told["undo_place"])
    return Undoing(
        is_running,
        told["undo_actor"],
        told["undo_token"],
        told["undo_name"],
        started_ms=int(told["undo_started_ms"]),
        finished_ms=_number(told, "undo_finished_ms"),
        total=int(told["place"]),
        done=done,
        skipped=done - int(told["undone"]),
    )


def _number(told: Mapping[str, str], name: str) -> int | None:
    return int(told[name]) if name in told else None
