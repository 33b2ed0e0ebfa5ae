"""What moderators do: look at the queue, claim, decide, undo, read a comment in full."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.decision import STATE_OF_DECISION, Decision
from service.domain.queue import QueueOrder
from service.domain.replay import NO_REPLAY, Replay
from service.errors import CommentNotFoundError, RequestError
from service.store import comments, queue
from service.store.comments import StoredComment
from service.store.record import pack_act
from service.use_cases.wire import (
    Json,
    author_json,
    comment_json,
    cursor_after,
    history_json,
    position_of,
    rfc3339,
)


class Ruling(NamedTuple):
    """A decision as a moderator sends it; `revision` is the one seen, None for whatever is there."""

    comment_id: str
    decision: Decision
    reason: str | None = None
    note: str | None = None
    revision: int | None = None


async def list_queue(desk: Desk, site: str, order: QueueOrder, thread: str | None, limit: int, cursor: str) -> Json:
    now_ms = desk.now_ms()
    page = await queue.list_queue(desk.link, site, order, thread, limit, position_of(cursor), now_ms)
    return {
        "comments": [comment_json(each) for each in page.comments],
        "total": page.total,
        "oldest_age_seconds": None if page.oldest_ms is None else max(0, now_ms - page.oldest_ms) // 1000,
        "next_cursor": cursor_after(page.last),
    }


async def claim(
    desk: Desk,
    site: str,
    caller: Caller,
    order: QueueOrder,
    thread: str | None,
    *,
    limit: int,
    lease_seconds: int,
    replay: Replay,
) -> Json:
    """The next free comments, leased to the caller alone."""
    now_ms = desk.now_ms()
    claimed = await queue.claim(
        desk.link,
        site,
        order,
        thread,
        limit=limit,
        holder=f"{caller.token_id}\n{caller.name}",
        expires_ms=now_ms + 1000 * lease_seconds,
        replay=replay,
        now_ms=now_ms,
    )
    return {
        "comments": [comment_json(each) for each in claimed.comments],
        "expires_at": rfc3339(claimed.expires_ms),
    }


async def release(desk: Desk, site: str, caller: Caller, comment_id: str) -> None:
    await queue.release(desk.link, site, comment_id, caller.token_id, desk.now_ms())


async def release_all(desk: Desk, site: str, caller: Caller) -> None:
    await queue.release_all(desk.link, site, caller.token_id, desk.now_ms())


async def decide(desk: Desk, site: str, caller: Caller, ruling: Ruling, replay: Replay) -> StoredComment:
    """Applies one decision; the same decision again changes nothing."""
    now_ms = desk.now_ms()
    return await comments.decide(
        desk.link,
        site,
        ruling.comment_id,
        token_id=caller.token_id,
        decision=ruling.decision,
        state=STATE_OF_DECISION[ruling.decision],
        revision=ruling.revision,
        act=_act(caller, ruling.decision, ruling.reason, ruling.note, now_ms),
        replay=replay,
        now_ms=now_ms,
    )


async def decide_all(
    desk: Desk, site: str, caller: Caller, rulings: Sequence[Ruling | RequestError], replay: Replay
) -> list[StoredComment | RequestError]:
    """Applies many decisions in order, each by itself: a refusal stands in its place in the list."""

    def replay_of(index: int) -> Replay:
        return replay if replay == NO_REPLAY else replay._replace(digest=desk.vault.digest(replay.digest, str(index)))

    async def one(index: int, ruling: Ruling | RequestError) -> StoredComment | RequestError:
        if isinstance(ruling, RequestError):
            return ruling
        try:
            return await decide(desk, site, caller, ruling, replay_of(index))
        except RequestError as error:
            return error

    if replay != NO_REPLAY:
        await comments.reserve(desk.link, site, replay)
    return await asyncio.gather(*(one(index, ruling) for index, ruling in enumerate(rulings)))


async def undo(
    desk: Desk, site: str, caller: Caller, comment_id: str, revision: int | None, replay: Replay
) -> StoredComment:
    """Takes the last decision back."""
    now_ms = desk.now_ms()
    return await comments.undo(
        desk.link,
        site,
        comment_id,
        token_id=caller.token_id,
        revision=revision,
        act=_act(caller, "undo", None, None, now_ms),
        replay=replay,
        now_ms=now_ms,
    )


async def read_comment(desk: Desk, site: str, comment_id: str) -> Json:
    """Everything about a comment, its author's email in the clear."""
    stored = await comments.read(desk.link, site, comment_id, desk.now_ms())
    if not stored.record:
        raise CommentNotFoundError
    private = stored.private
    return comment_json(stored) | {
        "email": desk.vault.open(private.email, comment_id),
        "assessed": private.assessed,
        "model": private.model,
        "client": {"user_agent": private.user_agent, "referrer": private.referrer},
        "author": author_json(stored.author),
        "history": history_json(stored.record),
    }


def _act(caller: Caller, act: str, reason: str | None, note: str | None, now_ms: int) -> bytes:
    return pack_act(act, now_ms, caller.token_id, caller.name, reason or None, note or None)
