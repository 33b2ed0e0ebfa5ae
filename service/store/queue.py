"""The queue in Redis: listed in four orders, claimed under leases."""

import asyncio
from collections import Counter

from service.domain.caller import Caller
from service.domain.comment import Comment
from service.domain.escalation import Escalation
from service.domain.held import Claims
from service.domain.queue import HIGHEST_FIRST, Claimed, Position, QueueOrder, QueuePage, QueueView
from service.domain.replay import Replay
from service.link.link import Link
from service.store import keys, scripts
from service.store.claims import pack_holder, unpack_claim
from service.store.comments import Comments
from service.store.escalations import pack_escalation

MOST_HELD = 500
"""So many comments of a site one moderator may hold at once: more than anybody decides within a lease."""
CLAIMS_A_STEP = 200
"""So many claims of a site are looked at in one step when those of one moderator are ended, or the 512 that Redis keeps
in one piece: about a millisecond of the server's time."""
_LAST_CURSOR = b"0"


class Queue:
    """The queues of all sites."""

    def __init__(self, link: Link, comments: Comments) -> None:
        self._link = link
        self._comments = comments

    async def read_page(self, site: str, view: QueueView, *, limit: int, after: Position, now_ms: int) -> QueuePage:
        """Reads one page of a view. Of a long thread, in an order that is not its own, a page may hold fewer than
        `limit` though there is one after it."""
        queue = keys.queue_keys(site)
        total, oldest, ids, last = await scripts.LIST_QUEUE.run(
            self._link,
            [view_key(site, view), queue.queue, keys.thread_keys(site, view.thread or "").queue],
            int(view.order in HIGHEST_FIRST),
            int(view.thread is not None),
            limit,
            *after,
        )
        found = await self._comments.read_some(site, [each.decode() for each in ids], now_ms)
        position = Position(*(each.decode() for each in last)) if last else None
        return QueuePage(found, total, int(float(oldest)) if oldest else None, position)

    async def claim(
        self,
        site: str,
        view: QueueView,
        moderator: Caller,
        *,
        limit: int,
        lease_ms: int,
        replay: Replay,
        now_ms: int,
    ) -> Claimed:
        """Leases the next free comments of a view to one moderator, who never holds more than `MOST_HELD`, and none
        for longer than his token is valid."""
        queue = keys.queue_keys(site)
        ids, expires_ms = await scripts.CLAIM.run(
            self._link,
            [
                view_key(site, view),
                queue.claims,
                queue.holders,
                keys.thread_keys(site, view.thread or "").queue,
                keys.events(site),
                keys.idempotency(site, replay.digest),
                *keys.escalation_keys(site),
            ],
            now_ms,
            moderator.lease_until(now_ms + lease_ms),
            pack_holder(moderator),
            limit,
            int(view.order in HIGHEST_FIRST),
            int(view.thread is not None),
            replay.fingerprint,
            MOST_HELD,
        )
        found = await self._comments.read_some(site, [each.decode() for each in ids], now_ms)
        return Claimed(found, int(expires_ms))

    async def claim_one(self, site: str, comment_id: str, moderator: Caller, *, lease_ms: int, now_ms: int) -> bool:
        """Leases one queued comment to a moderator, unless another holds it; whether he holds it now."""
        queue = keys.queue_keys(site)
        (is_his,) = await scripts.CLAIM_ONE.run(
            self._link,
            [queue.queue, queue.claims, queue.holders, keys.events(site)],
            now_ms,
            moderator.lease_until(now_ms + lease_ms),
            pack_holder(moderator),
            comment_id,
            MOST_HELD,
        )
        return bool(is_his == b"1")

    async def claims(self, site: str, member_id: str, now_ms: int) -> Claims:
        """Reads who holds what."""
        queue = keys.queue_keys(site)
        flat, holders = await asyncio.gather(
            self._link.call("ZRANGE", queue.claims, f"({now_ms}", "+inf", "BYSCORE", "WITHSCORES"),
            self._link.call("HGETALL", queue.holders),
        )
        held_by = dict(zip(holders[::2], holders[1::2], strict=True))
        ids, expiries, others = [], [], Counter[str]()
        for comment_id, expires_ms in zip(flat[::2], flat[1::2], strict=True):
            if comment_id not in held_by:
                continue
            claim = unpack_claim(held_by[comment_id], expires_ms)
            if claim.member_id == member_id:
                ids.append(comment_id.decode())
                expiries.append(claim.expires_ms)
            else:
                others[claim.moderator] += 1
        return Claims(ids, min(expiries, default=None), others)

    async def renew(self, site: str, moderator: Caller, *, lease_ms: int, now_ms: int) -> int:
        """Has all claims of a moderator last for so long from now on, and no longer than his token; how many there
        are."""
        queue = keys.queue_keys(site)
        until_ms = moderator.lease_until(now_ms + lease_ms)
        (renewed,) = await scripts.RENEW_CLAIMS.run(
            self._link, [queue.claims, queue.holders], now_ms, until_ms, moderator.actor
        )
        return int(renewed)

    async def escalate(
        self, site: str, comment_id: str, moderator: Caller, *, note: str, replay: Replay, now_ms: int
    ) -> Comment:
        """Hands a queued comment to the other moderators; the same one's second word changes nothing.
        CommentNotFoundError, NotQueuedError, ClaimedByAnotherError."""
        queue = keys.queue_keys(site)
        escalation = Escalation(moderator.actor, moderator.name, now_ms, note)
        await scripts.ESCALATE.run(
            self._link,
            [
                *(queue.queue, queue.claims, queue.holders, keys.comment(site, comment_id)),
                *keys.escalation_keys(site),
                keys.events(site),
                keys.idempotency(site, replay.digest),
            ],
            now_ms,
            comment_id,
            moderator.actor,
            int(moderator.may_end_any_claim),
            pack_escalation(escalation),
            replay.fingerprint,
        )
        (found,) = await self._comments.read_some(site, [comment_id], now_ms)
        return found

    async def release(self, site: str, comment_id: str, moderator: Caller, now_ms: int) -> None:
        """Hands one claim back, or ends that of another for whom may end any; nothing happens when there is none.
        CommentNotFoundError, ClaimedByAnotherError."""
        queue = keys.queue_keys(site)
        script_keys = [queue.claims, queue.holders, keys.comment(site, comment_id), keys.events(site)]
        may_end_any = int(moderator.may_end_any_claim)
        await scripts.RELEASE.run(self._link, script_keys, now_ms, comment_id, moderator.actor, may_end_any)

    async def release_all(self, site: str, member_id: str, *, actor: str, now_ms: int) -> None:
        """Ends all claims of a moderator that there are when it begins; `actor` is who ends them."""
        queue = keys.queue_keys(site)
        script_keys = [queue.claims, queue.holders, keys.events(site)]
        cursor = _LAST_CURSOR
        while True:
            arguments = (member_id, now_ms, actor, cursor, CLAIMS_A_STEP)
            (cursor,) = await scripts.RELEASE_ALL.run(self._link, script_keys, *arguments)
            if cursor == _LAST_CURSOR:
                return


def view_key(site: str, view: QueueView) -> str:
    """The key of the sorted set that has a view's comments in its order."""
    queue = keys.queue_keys(site)
    if view.order is QueueOrder.RISKIEST:
        return queue.risk
    if view.order is QueueOrder.UNCERTAIN:
        return queue.uncertainty
    return queue.queue if view.thread is None else keys.thread_keys(site, view.thread).queue
