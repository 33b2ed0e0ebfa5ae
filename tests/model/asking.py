"""A service in this process, at a clock of the test, and questions to it from code that does not wait."""

import asyncio
from collections.abc import Awaitable, Coroutine
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from service.app import DESK, make_service
from service.desk import Desk
from service.settings import read_settings

T = TypeVar("T")
Json = dict[str, Any]
ADMIN_TOKEN = "the administrator's token of the model's tests"
NOON = 1_770_033_600_000
"""Of a Monday in February 2026, in ms: hours can pass before the day ends."""

LONGEST_START_SECONDS = 30.0


class Answer(NamedTuple):
    """A status, and the JSON that came with it."""

    status: int
    json: Json

    @property
    def code(self) -> str:
        """Of a refusal; "" where there was none."""
        return str(self.json["code"]) if self.status >= 400 else ""


class Question(NamedTuple):
    """One request, which can be sent again as it was."""

    method: str
    path: str
    token: str = ADMIN_TOKEN
    body: Json | None = None
    key: str = ""


class Asking:
    """The service, while it is open. `now` is its clock, in ms since 1970."""

    def __init__(self, folder: Path, redis_url: str = "") -> None:
        """On the embedded server, unless another is named."""
        self.now = NOON
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()  # it never rests: what the service does besides answering is not kept waiting
        given = {"DATA_DIR": str(folder), "ADMIN_TOKEN": ADMIN_TOKEN} | ({"REDIS_URL": redis_url} if redis_url else {})
        settings = read_settings({f"COMMENTDESK_{name}": value for name, value in given.items()})
        self._client: TestClient[Request, Application] = self.run(self._open(settings))

    async def _open(self, settings: Any) -> TestClient[Request, Application]:
        client = TestClient(TestServer(make_service(settings, lambda: self.now)))
        await client.start_server()
        link = client.app[DESK].link
        assert await link.wait_whole(LONGEST_START_SECONDS), link.reason  # all masters of a cluster, not only the first
        return client

    @property
    def desk(self) -> Desk:
        return self._client.app[DESK]

    def close(self) -> None:
        self.run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def ask(self, question: Question) -> Answer:
        return self.run(self._ask(question))

    def ask_all(self, *questions: Question) -> list[Answer]:
        """Answers in the order of the questions, which are asked at once."""

        async def together() -> list[Answer]:
            asked: list[Awaitable[Answer]] = [self._ask(each) for each in questions]
            return await asyncio.gather(*asked)

        return self.run(together())

    async def _ask(self, question: Question) -> Answer:
        headers = {"Authorization": f"Bearer {question.token}"}
        headers |= {"Idempotency-Key": question.key} if question.key else {}
        async with self._client.request(question.method, question.path, json=question.body, headers=headers) as answer:
            return Answer(answer.status, {} if answer.status == 204 else await answer.json(content_type=None))

    def get(self, path: str) -> Json:
        """What there must be."""
        answer = self.ask(Question("GET", path))
        assert answer.status == 200, answer
        return answer.json

    def token(self, role: str, site: str, name: str, member_id: str = "") -> tuple[str, str]:
        """A new token: whose it is, a new member's unless one is named, and the token."""
        body: Json = {"role": role, "site": site, "name": name}
        answer = self.ask(Question("POST", "/v1/tokens", body=body | member_of(member_id)))
        assert answer.status == 201, answer
        return answer.json["member"]["member_id"], answer.json["token"]


def member_of(member_id: str) -> Json:
    return {"member": {"member_id": member_id}} if member_id else {}
