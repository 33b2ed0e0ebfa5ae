"""Moderators who race for one queue in every way they have: one by one, many at once, in bulk, with second thoughts,
without a claim, and after a lunch that was longer than their lease. All that they were told is kept."""

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tests.pipeline.crowd import AGAIN_SECONDS, DECISIONS, PATIENCE_SECONDS, THREADS, Crowd, Json

CLAIMED_AT_ONCE = 20
LEASE_SECONDS = 60
LUNCH_LEASE_SECONDS = 1
"""Of a claim whose moderator comes back when it is over."""
LUNCHES = 0.05
GRABS = 0.05
"""So often somebody decides on what is shown in the queue, whoever has claimed it."""
BULK_AFTER = 0.2
"""So much of the queue is done one by one before somebody decides on many as one."""
SECOND_THOUGHTS = 0.1
"""So many of the decisions are taken back at once, and the comment is for whoever comes first."""


class Told(NamedTuple):
    """What a moderator was told that a comment is now, by the act that was asked for."""

    act: str
    moderator: str


class Lease(NamedTuple):
    """A claim as its holder knows it, in ms since 1970."""

    moderator: str
    expires_ms: int


@dataclass(slots=True)
class Race:
    """One race on one site. `told` has of each comment what each revision is, from every answer that said so."""

    crowd: Crowd
    told: dict[str, dict[int, set[Told]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How often each refusal was met, by its code."""
    done: int = 0
    """Decisions and undos."""
    bulks: dict[str, str] = field(default_factory=dict)
    """The bulks that were ordered, and by whom."""
    bulk_acts: int = 0
    """So many comments they are told to have changed, when they were done and when they were undone."""
    bulk_progress: int = 0
    """How many comments the first bulk has come to, as far as its moderator knows."""
    lapsed: int = 0
    """Claims of what somebody else had held until his lease was over."""
    _leases: dict[str, Lease] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=itertools.count)

    async def run(self, moderators: int) -> None:
        """Until nothing is left in the queue."""
        tokens = [await self.crowd.token("moderator", f"moderator {number}") for number in range(moderators)]
        (first, *others) = [self._moderate(number, *each) for number, each in enumerate(tokens)]
        await asyncio.gather(self._decide_in_bulk(*tokens[0], first), *others)

    async def _decide_in_bulk(self, actor: str, token: str, afterwards: Coroutine[Any, Any, None]) -> None:
        """Decides on a thread as one, then on what is left of the site, takes that back, and works as the others do."""
        wanted = BULK_AFTER * len(self.crowd.receipts)
        await self.crowd.until(lambda: self.done > wanted)
        await self._bulk({"state": "held", "thread": THREADS[0]}, actor, token)
        bulk_id = await self._bulk({"state": "held"}, actor, token)
        path = f"{self.crowd.path}/bulk/{bulk_id}"
        await self.crowd.insist("POST", f"{path}/undo", token, None, self._key())
        undo = (await self._when_done(path, token))["undo"]
        self.bulk_acts += undo["done"] - undo["skipped"]
        await afterwards

    async def _bulk(self, select: Json, actor: str, token: str) -> str:
        path = f"{self.crowd.path}/bulk"
        preview = await self.crowd.insist("POST", f"{path}/previews", token, {"select": select}, self._key())
        body = {"preview_token": preview["preview_token"], "decision": "spam", "reason": "spam"}
        bulk_id: str = (await self.crowd.insist("POST", path, token, body, self._key()))["bulk_id"]
        self.bulks[bulk_id] = actor
        told = await self._when_done(f"{path}/{bulk_id}", token)
        self.bulk_acts += told["done"] - told["skipped"]
        return bulk_id

    async def _when_done(self, path: str, token: str) -> Json:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                told = await self.crowd.insist("GET", path, token)
                self.bulk_progress = max(self.bulk_progress, told["done"])
                if (told["undo"] or told)["state"] == "done":
                    return told
                await asyncio.sleep(AGAIN_SECONDS)

    async def _moderate(self, number: int, actor: str, token: str) -> None:
        chance = random.Random(number)
        after_lunch: list[Json] = []
        while True:
            mood = chance.random()
            if mood < LUNCHES:
                after_lunch += await self._claim(actor, token, LUNCH_LEASE_SECONDS)
                continue
            grabs = mood < LUNCHES + GRABS
            comments = await (self._look(token) if grabs else self._claim(actor, token, LEASE_SECONDS))
            if not comments and await self._is_over(token):
                return
            if number % 4 == 0 and comments:
                await self._decide_together(comments, actor, token)
            else:
                for comment in comments:
                    await self._decide(comment, actor, token, is_unsure=chance.random() < SECOND_THOUGHTS)
            if not comments or len(after_lunch) > CLAIMED_AT_ONCE:
                for comment in after_lunch:
                    await self._decide(comment, actor, token, is_unsure=False)
                after_lunch = []
                await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self, token: str) -> list[Json]:
        page = await self.crowd.insist("GET", f"{self.crowd.path}/queue?limit={CLAIMED_AT_ONCE}", token)
        comments: list[Json] = page["comments"]
        return comments

    async def _is_over(self, token: str) -> bool:
        queue = await self.crowd.insist("GET", f"{self.crowd.path}/queue?limit=1", token)
        return bool(queue["total"] == 0)

    async def _claim(self, actor: str, token: str, lease_seconds: int) -> list[Json]:
        body = {"limit": CLAIMED_AT_ONCE, "lease_seconds": lease_seconds}
        claimed = await self.crowd.insist("POST", f"{self.crowd.path}/claims", token, body, self._key())
        expires_ms = ms_of(claimed["expires_at"])
        for comment in claimed["comments"]:
            self._lease(comment["comment_id"], Lease(actor, expires_ms), expires_ms - 1000 * lease_seconds)
        comments: list[Json] = claimed["comments"]
        return comments

    def _lease(self, comment_id: str, lease: Lease, since_ms: int) -> None:
        """Nobody else holds it at that time whom we know of."""
        before = self._leases.get(comment_id)
        assert before is None or before.expires_ms <= since_ms, f"{comment_id} is leased to {before} and {lease}"
        self.lapsed += before is not None and before.moderator != lease.moderator
        self._leases[comment_id] = lease

    def _end_lease(self, comment_id: str, actor: str) -> None:
        """Before it is asked for: the service may have done it long before its answer comes."""
        if (lease := self._leases.get(comment_id)) and lease.moderator == actor:
            del self._leases[comment_id]

    async def _decide(self, comment: Json, actor: str, token: str, *, is_unsure: bool) -> None:
        comment_id, decision = comment["comment_id"], decision_on(comment)
        path = f"{self.crowd.path}/comments/{comment_id}"
        body = {"decision": decision, "revision": comment["revision"]}
        self._end_lease(comment_id, actor)
        status, answer = await self.crowd.answered("POST", f"{path}/decisions", token, body, self._key())
        if not self._keep(comment_id, status, answer, Told(decision, actor)) or not is_unsure:
            return
        seen = {"revision": answer["revision"]}
        status, answer = await self.crowd.answered("POST", f"{path}/undo", token, seen, self._key())
        self._keep(comment_id, status, answer, Told("undo", actor))

    async def _decide_together(self, comments: list[Json], actor: str, token: str) -> None:
        items = [
            {"comment_id": each["comment_id"], "decision": decision_on(each), "revision": each["revision"]}
            for each in comments
        ]
        for each in items:
            self._end_lease(each["comment_id"], actor)
        body = {"decisions": items}
        answer = await self.crowd.insist("POST", f"{self.crowd.path}/decisions", token, body, self._key())
        for item, result in zip(items, answer["results"], strict=True):
            self._keep(item["comment_id"], result["status"], result, Told(item["decision"], actor))

    def _keep(self, comment_id: str, status: int, answer: Json, told: Told) -> bool:
        """Whether it was done, or stood so already."""
        if status == 200:
            self.told[comment_id][answer["revision"]].add(told)
            self.done += 1
            return True
        assert (status, answer["code"]) in {(409, "claimed_by_another"), (409, "stale_revision")}, answer
        self.refused[answer["code"]] += 1
        return False

    def _key(self) -> str:
        return f"race-{next(self._keys)}"


def decision_on(comment: Json) -> str:
    """Of the one who looks at it now: another would decide otherwise, so that no two can be taken for each other."""
    return DECISIONS[(int(comment["comment_id"][-3:], 36) + comment["revision"]) % len(DECISIONS)]


def ms_of(time: str) -> int:
    return round(1000 * datetime.fromisoformat(time).timestamp())
