"""The steps by which a bulk is carried out: a few comments each, so that nobody else waits for long."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import orjson

from service.domain.bulk import Bulk, BulkWork
from service.domain.decision import STATE_OF_DECISION, UNDO
from service.errors import CommentNotFoundError
from service.link.link import Argument, Link
from service.store import keys, scripts
from service.store.comments import AGE_BOUNDS, Comments, comment_keys
from service.store.homes import CommentHome
from service.store.record import pack_act, pack_member

COMMENTS_A_STEP = 20
"""So many comments are decided on in one step: two milliseconds of the server's time."""
_NO_HOME = CommentHome("", "")


class Reached(StrEnum):
    """How a bulk is: to go on, done, or somewhere else, as somebody else carries it out or it was ended."""

    ON = "on"
    DONE = "done"
    MOVED = "moved"


class Step(NamedTuple):
    """How a bulk is after a step, and at which place."""

    reached: Reached
    place: int


async def decide_next(link: Link, comments: Comments, site: str, work: BulkWork, place: int, now_ms: int) -> Step:
    """Decides on the next comments from a place on, if the bulk is there."""
    bulk = work.bulk
    act = pack_act(
        bulk.decision,
        now_ms,
        pack_member(bulk.actor, bulk.token_id),
        bulk.moderator,
        reason=bulk.reason,
        note=bulk.note,
        bulk=bulk.bulk_id,
    )
    arguments: list[Argument] = [
        *(bulk.actor, bulk.decision, STATE_OF_DECISION[bulk.decision], work.asked or "", work.previewed_ms, act),
        *(AGE_BOUNDS, bulk.reason_code, _detail(bulk, bulk.reason_code)),
    ]
    return await _step(link, comments, scripts.BULK_DECIDE, site, work, place, now_ms, arguments)


async def undo_next(link: Link, comments: Comments, site: str, work: BulkWork, place: int, now_ms: int) -> Step:
    """Takes the decisions on the next comments back, if the undo is at that place."""
    bulk, undo = work.bulk, work.bulk.undo
    assert undo is not None  # noqa: S101 whoever calls has looked
    act = pack_act(UNDO, now_ms, pack_member(undo.actor, undo.token_id), undo.moderator, bulk=bulk.bulk_id)
    return await _step(
        link, comments, scripts.BULK_UNDO, site, work, place, now_ms, [undo.actor, act, _detail(bulk, "")]
    )


async def _step(
    link: Link,
    comments: Comments,
    script: scripts.Script,
    site: str,
    work: BulkWork,
    place: int,
    now_ms: int,
    arguments: Sequence[Argument],
) -> Step:
    bulk_id = work.bulk.bulk_id
    end = work.bulk.done if work.bulk.undo else work.bulk.total
    ids = work.ids[place : min(place + COMMENTS_A_STEP, end)]
    homes = await asyncio.gather(*(_home_of(comments, site, each) for each in ids))
    names = [keys.bulk_keys(site, bulk_id).bulk, keys.bulks_running(site), keys.events(site)]
    names += [keys.totals(site), keys.queue_keys(site).queue, *keys.series_keys(site)]
    of_each = [comment_keys(site, each, home) for each, home in zip(ids, homes, strict=True)]
    for each in of_each:
        names += each
    known = ["" if home is _NO_HOME else each for each, home in zip(ids, homes, strict=True)]
    n_keys = len(of_each[0]) if of_each else 0
    reached, at = await script.run(link, names, now_ms, bulk_id, place, *arguments, n_keys, *known)
    step = Step(Reached(reached.decode()), at)
    if step.reached is Reached.ON and at < place + len(ids):
        comments.forget_home(site, ids[at - place])
    return step


async def _home_of(comments: Comments, site: str, comment_id: str) -> CommentHome:
    try:
        return await comments.find_home(site, comment_id)
    except CommentNotFoundError:
        return _NO_HOME


def _detail(bulk: Bulk, code: str) -> bytes:
    return orjson.dumps({"bulk": bulk.bulk_id} | ({"reason": code} if code else {}))
