"""Readers and moderators, many at once, who ask again with the same Idempotency-Key until they are answered."""

import asyncio
import itertools
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from tests.servers import ServiceProcess

SITE = "/v1/sites/default"
THREADS = ("a", "news/2026/rents & taxes?", "Статья-3", "d" * 256)
MARK = "mail-of-a-reader.example"
"""The domain of every email address here: found nowhere but where moderators look."""
PATIENCE_SECONDS = 90.0
AGAIN_SECONDS = 0.02
LONGEST_AGAIN_SECONDS = 0.2
"""Between two attempts: a service that starts needs the processor more than those who wait for it."""
DECISIONS = ("approve", "approve", "reject", "approve", "spam")
STATES = {"approve": "published", "reject": "rejected", "spam": "spam"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a reader sent, and where."""

    number: int
    thread: str
    body: str

    @property
    def fields(self) -> Json:
        return {"name": f"Reader {self.number}", "email": self.email, "body": self.body}

    @property
    def email(self) -> str:
        return f"Reader.{self.number}@{MARK}"

    @property
    def kept(self) -> str:
        """The body as the design says that it is kept: NFC, trimmed, one kind of line end."""
        return unicodedata.normalize("NFC", self.body).replace("\r\n", "\n").strip()


def as_sent(texts: Sequence[str]) -> list[Sent]:
    return [Sent(number, THREADS[number % len(THREADS)], text) for number, text in enumerate(texts)]


def thread_path(thread: str, site: str = SITE) -> str:
    return f"{site}/threads/{quote(thread, safe='')}"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was acknowledged: by whom, and between which ticks of the crowd's own clock."""

    decision: str
    moderator: str
    asked_tick: int
    answered_tick: int


@dataclass(slots=True)
class Crowd:
    """Everybody who uses one site, and what they were told. Use as a context.

    With `others` each request goes to the next of all these services, and one that is sent again to another one. With
    several `workers` each has a connection of its own, so that any of them gets it.
    """

    service: ServiceProcess
    others: Sequence[ServiceProcess] = ()
    site: str = "default"
    workers: int = 1
    receipts: dict[int, str] = field(default_factory=dict)
    """number of the submission -> comment_id"""
    decided: dict[str, list[Decided]] = field(default_factory=lambda: defaultdict(list))
    unanswered: int = 0
    """Requests that got no answer or 503, and were sent again."""
    silent: int = 0
    """Those of them that got no answer."""
    _held: dict[str, str] = field(default_factory=dict)
    _ticks: "itertools.count[int]" = field(default_factory=itertools.count)
    _session: aiohttp.ClientSession | None = None
    _services: Iterator[ServiceProcess] = field(init=False)

    def __post_init__(self) -> None:
        self._services = itertools.cycle((self.service, *self.others))

    @property
    def path(self) -> str:
        return f"/v1/sites/{self.site}"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64, force_close=self.workers > 1))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def ask(
        self,
        method: str,
        path: str,
        token: str = "",
        body: Json | None = None,
        *,
        key: str = "",
        service: ServiceProcess | None = None,
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Status, JSON or text, and headers of one answer, by the next service unless one is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        async with self._send(service or next(self._services), method, path, headers, body) as answer:
            if "json" in answer.content_type:
                return answer.status, await answer.json(content_type=None), answer.headers
            return answer.status, await answer.text(), answer.headers

    def _send(
        self, service: ServiceProcess, method: str, path: str, headers: Mapping[str, str], body: Json | None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        assert self._session is not None
        # As it stands: yarl would decode some of what quote has encoded.
        url = URL(service.url + path, encoded=True)
        return self._session.request(method, url, headers=headers, data=None if body is None else orjson.dumps(body))

    async def insist(self, method: str, path: str, token: str, body: Json | None = None, key: str = "") -> Json:
        """The JSON of the first answer that is neither missing nor 503; it must be 2xx."""
        status, answer = await self.answered(method, path, token, body, key)
        assert 200 <= status < 300, (method, path, status, answer)
        assert isinstance(answer, dict)
        return answer

    async def answered(
        self, method: str, path: str, token: str, body: Json | None = None, key: str = ""
    ) -> tuple[int, Any]:
        """Status and JSON of the first answer that is neither missing nor 503."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        for attempt in itertools.count(1):
            try:
                status, answer, headers = await self.ask(method, path, token, body, key=key)
            except (aiohttp.ClientError, TimeoutError, OSError):
                status, answer, headers = 0, None, {}
            if status not in {0, 503}:
                return status, answer
            assert status == 0 or "Retry-After" in headers, answer
            self.unanswered += 1
            self.silent += status == 0
            assert time.monotonic() < deadline, f"no answer to {method} {path} for {PATIENCE_SECONDS} s"
            await asyncio.sleep(min(LONGEST_AGAIN_SECONDS, AGAIN_SECONDS * attempt))
        raise AssertionError  # the loop returns or raises

    async def token(self, role: str, name: str) -> tuple[str, str]:
        """A new token's id and the token."""
        wanted = {"role": role, "site": self.site, "name": name}
        made = await self.insist("POST", "/v1/tokens", self.service.admin_token, wanted)
        if self.others or self.workers > 1:
            await self._until_known(made["token"])
        return made["token_id"], made["token"]

    async def _until_known(self, token: str) -> None:
        """Returns when every process takes the token, which one of them made."""
        services = itertools.cycle((self.service, *self.others))  # not the turns that all tasks share
        known = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            # Services are asked in turn; which worker is asked is chance.
            while known <= len(self.others) + 10 * (self.workers - 1):
                try:
                    status, _, _ = await self.ask("GET", f"{self.path}/queue?limit=1", token, service=next(services))
                except (aiohttp.ClientError, TimeoutError, OSError):
                    status = 0
                if status in {200, 403}:  # a website is known, though it has no queue
                    known += 1
                else:  # asked less often than a network may send what is no token yet
                    known = 0
                    await asyncio.sleep(AGAIN_SECONDS)

    async def post_all(self, sent: Sequence[Sent], connections: int) -> None:
        """Leaves every comment, so many at once."""
        _, token = await self.token("website", "the newspaper")
        waiting = iter(sent)

        async def reader() -> None:
            for each in waiting:
                path = f"{thread_path(each.thread, self.path)}/comments"
                receipt = await self.insist("POST", path, token, each.fields, key=f"comment-{each.number}")
                assert receipt["state"] == "held"
                self.receipts[each.number] = receipt["comment_id"]

        await asyncio.gather(*(reader() for _ in range(connections)))

    async def moderate_all(self, total: int, claimers: int) -> None:
        """Claims and decides, each moderator with a token of her own, until `total` comments are decided."""
        tokens = [await self.token("moderator", f"moderator {number}") for number in range(claimers)]
        await asyncio.gather(*(self._moderate(total, *each) for each in tokens))

    async def _moderate(self, total: int, token_id: str, token: str) -> None:
        for turn in itertools.count():
            if len(self.decided) >= total:
                return
            claimed = await self.insist("POST", f"{self.path}/claims", token, {"limit": 7}, key=f"claim-{turn}")
            for comment in claimed["comments"]:
                self._hold(comment, token_id)
            for comment in claimed["comments"]:
                await self._decide(comment["comment_id"], token_id, token)
            if not claimed["comments"]:
                await asyncio.sleep(AGAIN_SECONDS)

    def _hold(self, comment: Json, token_id: str) -> None:
        comment_id = comment["comment_id"]
        assert comment_id not in self._held, f"{comment_id} is claimed by {self._held[comment_id]} and {token_id}"
        assert comment_id not in self.decided, f"{comment_id} was claimed after its decision"
        assert comment["claim"]["token_id"] == token_id
        self._held[comment_id] = token_id

    async def _decide(self, comment_id: str, token_id: str, token: str) -> None:
        decision = DECISIONS[int(comment_id[-3:], 36) % len(DECISIONS)]
        asked = next(self._ticks)
        path = f"{self.path}/comments/{comment_id}/decisions"
        answer = await self.insist("POST", path, token, {"decision": decision}, key=f"decide-{comment_id}")
        assert answer["state"] == STATES[decision]
        del self._held[comment_id]
        self.decided[comment_id].append(Decided(decision, token_id, asked, next(self._ticks)))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns as soon as the condition holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await asyncio.sleep(AGAIN_SECONDS / 4)

    async def read_thread(self, thread: str, limit: int = 50, order: str = "oldest") -> list[Json]:
        """All of a thread's published comments as any reader gets them, page by page."""
        found: list[Json] = []
        cursor = ""
        while True:
            query = f"limit={limit}&order={order}{cursor}"
            status, page, _ = await self.ask("GET", f"{thread_path(thread, self.path)}/comments?{query}")
            assert status == 200, page
            assert MARK not in str(page).casefold()
            found += page["comments"]
            if page["next_cursor"] is None:
                assert page["count"] == len(found)
                return found
            cursor = f"&cursor={page['next_cursor']}"
