"""A second site whose moderator does all else that can be done while servers and services die: second thoughts, notes,
bans, trust, escalations, bulks and their undo. What was acknowledged is there afterwards, once, and sealed."""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from service.store import scripts
from service.store.record import unpack_history
from service.upkeep import doctor
from tests.pipeline.audited import check_audit
from tests.pipeline.crowd import AGAIN_SECONDS, PATIENCE_SECONDS, Crowd, Json
from tests.servers import client_of
from tests.store.desk import connected
from tests.store.recount import recount

SITE = "newsroom"
PATH = f"/v1/sites/{SITE}"
AUTHORS = 3
SENT_A_TURN = 6
QUESTIONS = 10
"""For each worker: so many in a row must be answered, so that each of them knows the site."""


@dataclass(slots=True)
class Newsroom:
    """The site, and what its one moderator was told: of each comment the act of each revision, and how many notes; of
    each author whether he is banned and trusted."""

    crowd: Crowd
    acts: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    notes: Counter[str] = field(default_factory=Counter)
    authors: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    bulks: list[str] = field(default_factory=list)
    bulk_acts: int = 0
    token: str = ""
    _website: str = ""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def open(self) -> None:
        admin = self.crowd.service.admin_token
        await self.crowd.insist("POST", "/v1/sites", admin, {"site": SITE}, "newsroom")
        self.token = await self._token("moderator")
        self._website = await self._token("website")
        known = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while known < QUESTIONS * self.crowd.workers:
                status, _ = await self.crowd.answered("GET", f"{PATH}/queue?limit=1", self.token)
                known = known + 1 if status == 200 else 0

    async def _token(self, role: str) -> str:
        """Asks until it is a worker that knows the site who is asked."""
        body, admin = {"role": role, "site": SITE, "name": f"A {role}"}, self.crowd.service.admin_token
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                status, answer = await self.crowd.answered("POST", "/v1/tokens", admin, body, f"newsroom-{role}")
                if status == 201:
                    return str(answer["token"])
                assert status == 404, answer

    async def work(self, is_over: asyncio.Event) -> None:
        """Turn after turn, each to its end, and one bulk that is taken back."""
        await self._turn()
        bulk_id = await self._start_bulk()
        while not is_over.is_set():
            await self._turn()
        await self._take_back(bulk_id)

    async def _turn(self) -> None:
        sent = [await self._send(next(self._numbers)) for _ in range(SENT_A_TURN)]
        first, second, third, fourth, *_ = sent
        for comment_id, decision in ((first, "approve"), (second, "reject")):
            await self._act(comment_id, "decisions", decision, {"decision": decision, "reason": "off_topic"})
        await self._act(first, "undo", "undo", {})
        await self._escalate(third)
        await self._post(f"{PATH}/comments/{fourth}/notes", {"note": "Seen before, under another name."})
        self.notes[fourth] += 1
        await self._change_author(fourth)

    async def _send(self, number: int) -> str:
        """Sends a comment of an author who may be banned, or trusted."""
        author = number % AUTHORS
        body = {
            "name": "Vera",
            "email": f"vera{author}@mail.example",
            "body": f"The ferry was late again, day {number}.",
        }
        path = f"{PATH}/threads/ferry-{number % 2}/comments"
        sent = await self.crowd.insist("POST", path, self._website, body, f"newsroom-{number}")
        comment_id: str = sent["comment_id"]
        self.acts[comment_id] = {}
        return comment_id

    async def _act(self, comment_id: str, call: str, act: str, body: Json) -> None:
        done = await self._post(f"{PATH}/comments/{comment_id}/{call}", body)
        self.acts[comment_id][done["revision"]] = act

    async def _escalate(self, comment_id: str) -> None:
        """What a banned author sent is not there to be escalated."""
        path, body = f"{PATH}/comments/{comment_id}/escalations", {"note": "Who knows the street?"}
        key = f"newsroom-{next(self._numbers)}"
        status, answer = await self.crowd.answered("POST", path, self.token, body, key)
        assert status == 200 or answer["code"] == "not_queued", answer

    async def _change_author(self, comment_id: str) -> None:
        """Bans whom he had trusted, trusts whom nobody had banned, and frees the others."""
        full = await self.crowd.insist("GET", f"{PATH}/comments/{comment_id}", self.token)
        author_id = full["author"]["author_id"]
        is_banned, is_trusted = self.authors.get(author_id, (False, False))
        path = f"{PATH}/authors/{author_id}"
        if is_banned:
            await self._set("DELETE", f"{path}/ban")
        elif is_trusted:
            await self._set("PUT", f"{path}/ban", {"reason": "Ads"})
        else:
            await self._set("PUT", f"{path}/trust")
        self.authors[author_id] = (is_trusted and not is_banned, is_trusted or not is_banned)

    async def _set(self, method: str, path: str, body: Json | None = None) -> None:
        status, answer = await self.crowd.answered(method, path, self.token, body)
        assert status in {200, 204}, answer

    async def _post(self, path: str, body: Json | None) -> Any:
        return await self.crowd.insist("POST", path, self.token, body, f"newsroom-{next(self._numbers)}")

    async def _start_bulk(self) -> str:
        preview = await self._post(f"{PATH}/bulk/previews", {"select": {"state": "held"}})
        order = {"preview_token": preview["preview_token"], "decision": "spam"}
        bulk_id = str((await self._post(f"{PATH}/bulk", order))["bulk_id"])
        self.bulks.append(bulk_id)
        return bulk_id

    async def _take_back(self, bulk_id: str) -> None:
        done = await self._when_done(bulk_id)
        await self._post(f"{PATH}/bulk/{bulk_id}/undo", None)
        undo = (await self._when_done(bulk_id))["undo"]
        self.bulk_acts += done["done"] - done["skipped"] + undo["done"] - undo["skipped"]

    async def _when_done(self, bulk_id: str) -> Json:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                told = await self.crowd.insist("GET", f"{PATH}/bulk/{bulk_id}", self.token)
                if (told["undo"] or told)["state"] == "done":
                    return told
                await asyncio.sleep(AGAIN_SECONDS)

    async def check(self, redis_url: str) -> None:
        """All that was acknowledged is there once; nothing else was done; the doctor and the audit log agree."""
        for comment_id, count in self.notes.items():
            page = await self.crowd.insist("GET", f"{PATH}/comments/{comment_id}/notes", self.token)
            assert page["count"] == count
        for author_id, (is_banned, is_trusted) in self.authors.items():
            author = await self.crowd.insist("GET", f"{PATH}/authors/{author_id}", self.token)
            assert (author["ban"] is not None, author["trust"] is not None) == (is_banned, is_trusted)
        await self._check_store(redis_url)

    async def _check_store(self, redis_url: str) -> None:
        with client_of(redis_url) as client:
            found = await asyncio.to_thread(recount, client, SITE)
        assert found.comments.keys() == self.acts.keys()
        of_bulks = 0
        for comment_id, record in found.comments.items():
            acts = unpack_history(record.get("history", ""), record.get("forgotten", ""))
            alone = {act.revision: act.act for act in acts if act.bulk_id is None}
            of_bulks += len(acts) - len(alone)
            assert alone == self.acts[comment_id]
        assert of_bulks == self.bulk_acts
        link = await connected(redis_url, scripts.ALL)
        try:
            await check_audit(link, SITE, found)
            assert not (await doctor.examine(link, lambda _: None)).faults
        finally:
            await link.close()
