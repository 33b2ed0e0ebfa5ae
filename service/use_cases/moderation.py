"""What moderators do: look at the queue, claim, decide, undo, read a comment in full."""

import asyncio
from collections.abc import Sequence

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.comment import Comment, FullComment
from service.domain.decision import Ruling
from service.domain.event import MACHINE
from service.domain.queue import Claimed, Position, QueuePage, QueueView
from service.domain.replay import NO_REPLAY, Replay
from service.errors import RequestError, UnauthenticatedError
from service.use_cases.claims import end_claims, is_revoked


async def list_queue(desk: Desk, site: str, view: QueueView, *, limit: int, after: Position, now_ms: int) -> QueuePage:
    return await desk.queue.read_page(site, view, limit=limit, after=after, now_ms=now_ms)


async def claim(
    desk: Desk, site: str, caller: Caller, view: QueueView, *, limit: int, lease_ms: int, replay: Replay
) -> Claimed:
    """Leases the next free comments to the caller alone.

    UnauthenticatedError when the caller's token was revoked meanwhile: whoever revoked it may have looked for its
    claims before these were made, so that they are ended here.
    """
    claimed = await desk.queue.claim(
        site, view, caller, limit=limit, lease_ms=lease_ms, replay=replay, now_ms=desk.now_ms()
    )
    if claimed.comments and await is_revoked(desk, caller):
        await end_claims(desk, caller.member_id, (site,), actor=MACHINE)
        raise UnauthenticatedError
    return claimed


async def escalate(
    desk: Desk, site: str, caller: Caller, comment_id: str, *, note: str | None, replay: Replay
) -> Comment:
    """Hands a queued comment to the other moderators. CommentNotFoundError, NotQueuedError, ClaimedByAnotherError."""
    return await desk.queue.escalate(site, comment_id, caller, note=note or "", replay=replay, now_ms=desk.now_ms())


async def release(desk: Desk, site: str, caller: Caller, comment_id: str) -> None:
    """Hands a claim back; an administrator may end that of another. CommentNotFoundError, ClaimedByAnotherError."""
    await desk.queue.release(site, comment_id, caller, desk.now_ms())


async def release_all(desk: Desk, site: str, caller: Caller) -> None:
    await desk.queue.release_all(site, caller.actor, actor=caller.actor, now_ms=desk.now_ms())


async def decide(desk: Desk, site: str, caller: Caller, ruling: Ruling, *, replay: Replay) -> Comment:
    """Applies one decision; the same decision again changes nothing."""
    return await desk.comments.decide(site, ruling, caller, replay=replay, now_ms=desk.now_ms())


async def decide_all(
    desk: Desk, site: str, caller: Caller, rulings: Sequence[Ruling | RequestError], *, replay: Replay
) -> list[Comment | RequestError]:
    """Applies many decisions in order, each by itself: a refusal stands in its place in the list."""

    def replay_of(index: int) -> Replay:
        return replay if replay == NO_REPLAY else replay._replace(digest=desk.vault.digest(replay.digest, str(index)))

    async def one(index: int, ruling: Ruling | RequestError) -> Comment | RequestError:
        if isinstance(ruling, RequestError):
            return ruling
        try:
            return await decide(desk, site, caller, ruling, replay=replay_of(index))
        except RequestError as error:
            return error

    if replay != NO_REPLAY:
        await desk.comments.reserve(site, replay)
    return await asyncio.gather(*(one(index, ruling) for index, ruling in enumerate(rulings)))


async def undo(
    desk: Desk, site: str, caller: Caller, comment_id: str, *, revision: int | None, replay: Replay
) -> Comment:
    """Takes the last decision back."""
    return await desk.comments.undo(site, comment_id, caller, revision=revision, replay=replay, now_ms=desk.now_ms())


async def read_comment(desk: Desk, site: str, comment_id: str) -> FullComment:
    """Everything about a comment, its author's email in the clear."""
    return await desk.comments.read(site, comment_id, vault=desk.vault, now_ms=desk.now_ms())
