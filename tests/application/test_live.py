"""What happens in a site, followed over HTTP while it happens."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse

from schemas.live import TYPES, NewsSchema
from service.app import CONTEXT, DESK
from service.domain.news import NewsType
from service.live import listener as listeners
from service.metrics import EVENT_LISTENERS
from service.store import keys
from tests.application.conftest import Application
from tests.servers import RedisServer

SITE = "/v1/sites/default"
EVENTS = f"{SITE}/events"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
SECONDS = 5.0
Open = Callable[..., Awaitable[Application]]


@dataclass
class Follower:
    """A client that reads a stream message by message, and remembers the id of the last."""

    answer: ClientResponse
    last_id: str = ""
    lines: list[str] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        """The data of the next message, checked to be whole and of its schema."""
        message: dict[str, str] = {}
        async with asyncio.timeout(SECONDS):
            while True:
                line = (await self.answer.content.readline()).decode()
                assert line, "the stream ended"
                name, _, value = line.rstrip("\r\n").partition(": ")
                if name:
                    message[name] = value
                elif "data" in message:
                    break
                else:
                    message = {}
        self.last_id = message["id"]
        data: dict[str, Any] = json.loads(message["data"])
        assert NewsSchema().validate(data) == {}
        assert data["type"] == message["event"]
        return data

    async def types(self, count: int) -> list[str]:
        return [str((await self.next())["type"]) for _ in range(count)]

    async def at_end(self) -> None:
        """Returns when the stream has ended."""
        async with asyncio.timeout(SECONDS):
            while await self.answer.content.readany():
                pass


async def follow(application: Application, token: str, last_id: str = "", path: str = EVENTS) -> Follower:
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last_id} if last_id else {})
    return Follower(await application.client.get(path, headers=headers))


async def opened(application: Application, token: str) -> Follower:
    follower = await follow(application, token)
    assert follower.answer.status == 200, await follower.answer.text()
    assert (await follower.next())["type"] == "open"
    return follower


async def submit(application: Application, number: int, site: str = SITE) -> str:
    sent = COMMENT | {"body": f"{COMMENT['body']} It was number {number}."}
    answer = await application.ask("POST", f"{site}/threads/harbour/comments", sent)
    return str((await answer.json())["comment_id"])


async def decide(application: Application, token: str, comment_id: str, decision: str = "approve") -> None:
    path = f"{SITE}/comments/{comment_id}/decisions"
    assert (await application.ask("POST", path, {"decision": decision}, token=token)).status == 200


def test_the_schema_knows_every_type() -> None:
    assert set(TYPES) == set(NewsType)


async def test_it_is_told_what_the_queue_shows_and_nothing_else(application: Application) -> None:
    token = await application.token("moderator")
    follower = await opened(application, token)
    head = follower.answer.headers
    assert head["Content-Type"] == "text/event-stream"
    assert (head["Cache-Control"], head["X-Accel-Buffering"]) == ("no-store", "no")
    assert "Content-Encoding" not in head
    comment_id = await submit(application, 1)
    entered = await follower.next()
    assert {name: entered[name] for name in entered if name not in {"at", "detail"}} == {
        "type": "entered",
        "comment_id": comment_id,
        "thread": "harbour",
        "state": "held",
        "revision": 1,
    }
    await application.ask("POST", f"{SITE}/claims", {"limit": 1}, token=token)
    claimed = await follower.next()
    assert (claimed["type"], claimed["comment_id"], claimed["moderator"]) == ("claimed", comment_id, "moderator")
    await application.ask("DELETE", f"{SITE}/claims", token=token)
    assert (await follower.next())["type"] == "released"
    await decide(application, token, comment_id)
    decided = await follower.next()
    assert (decided["type"], decided["state"], decided["revision"]) == ("decided", "published", 2)
    assert decided["by"] == claimed["by"]
    assert await follower.types(2) == ["published", "left"]
    await application.ask("POST", f"{SITE}/comments/{comment_id}/undo", {}, token=token)
    assert await follower.types(2) == ["undone", "entered"]


async def test_nothing_of_another_site_is_told(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "news"})
    token = await application.token("moderator")
    follower = await opened(application, token)
    await submit(application, 1, "/v1/sites/news")
    own = await submit(application, 2)
    assert (await follower.next())["comment_id"] == own
    assert (await follow(application, token, path="/v1/sites/news/events")).answer.status == 403


async def test_who_comes_again_misses_nothing_and_hears_nothing_twice(application: Application) -> None:
    token = await application.token("moderator")
    steady, follower = await opened(application, token), await opened(application, token)
    told: list[str] = []
    everything: list[str] = []
    for number in range(4):
        comment_id = await submit(application, number)
        await decide(application, token, comment_id)
        expected = 4  # entered; decided, published, left
        for _ in range(expected):
            await steady.next()
            everything.append(steady.last_id)
        while len(told) < len(everything) - number % 3:  # cut within what one act told
            await follower.next()
            told.append(follower.last_id)
        follower.answer.close()
        await submit(application, 100 + number)
        await steady.next()
        everything.append(steady.last_id)
        follower = await follow(application, token, follower.last_id)
    while len(told) < len(everything):
        await follower.next()
        told.append(follower.last_id)
    assert told == everything


async def test_who_was_away_too_long_is_told_to_read_anew(application: Application) -> None:
    token = await application.token("moderator")
    for unknown in ("1700000000000-0.1", "99999999999999999999-0.1", "no id at all", "0-0.0"):
        follower = await follow(application, token, unknown)
        assert (await follower.next())["type"] == "reset"
        comment_id = await submit(application, 1 + len(unknown))
        assert (await follower.next())["comment_id"] == comment_id
        follower.answer.close()


async def test_more_than_can_be_told_is_read_anew(application: Application) -> None:
    token = await application.token("moderator")
    await submit(application, 1)
    follower = await opened(application, token)
    follower.answer.close()
    link = application.client.app[DESK].link
    entry = await link.call("XRANGE", keys.events("default"), "-", "+")
    for _ in range(2001):
        await link.call("XADD", keys.events("default"), "*", *entry[-1][1])
    assert (await (await follow(application, token, follower.last_id)).next())["type"] == "reset"


async def test_a_stream_ends_when_its_token_is_revoked(application: Application) -> None:
    made = await (
        await application.ask("POST", "/v1/tokens", {"role": "moderator", "site": "default", "name": "Mo"})
    ).json()
    follower = await opened(application, made["token"])
    other = await opened(application, await application.token("moderator"))
    began = asyncio.get_running_loop().time()
    assert (await application.ask("DELETE", f"/v1/tokens/{made['token_id']}")).status == 204
    await follower.at_end()
    assert asyncio.get_running_loop().time() - began < 2.0
    await submit(application, 1)
    assert (await other.next())["type"] == "entered"


async def test_a_stream_ends_with_its_member(application: Application) -> None:
    wanted = {"role": "moderator", "site": "default", "name": "Mo"}
    made = await (await application.ask("POST", "/v1/tokens", wanted)).json()
    follower = await opened(application, made["token"])
    assert (await application.ask("DELETE", f"/v1/members/{made['member']['member_id']}")).status == 204
    await follower.at_end()


async def test_a_bulk_is_told_from_its_beginning_to_its_end(application: Application) -> None:
    ids = {await submit(application, number) for number in range(30)}
    follower = await opened(application, await application.token("moderator"))
    seen = await (await application.ask("POST", f"{SITE}/bulk/previews", {"select": {"state": "held"}})).json()
    order = {"preview_token": seen["preview_token"], "decision": "spam"}
    bulk_id = (await (await application.ask("POST", f"{SITE}/bulk", order)).json())["bulk_id"]
    told: list[dict[str, Any]] = []
    while not told or told[-1]["type"] != "bulk_finished":
        told.append(await follower.next())
    types = [each["type"] for each in told if each["type"] != "bulk_progress"]
    assert types == ["bulk_started", *["left"] * 30, "bulk_finished"]
    assert {each["comment_id"] for each in told if each["type"] == "left"} == ids
    progress = [each for each in told if each["type"] == "bulk_progress"]
    assert await progressed(follower, progress) == 30
    assert {each["bulk_id"] for each in (told[0], *progress, told[-1])} == {bulk_id}


async def progressed(follower: Follower, progress: list[dict[str, Any]]) -> int:
    """How many acts were told of, with the progress that stands behind the end."""
    while sum(each["detail"]["acts"] for each in progress) < 30:
        progress.append(await follower.next())
    return sum(each["detail"]["acts"] for each in progress)


async def test_an_escalation_is_told(application: Application) -> None:
    token = await application.token("moderator")
    follower = await opened(application, token)
    comment_id = await submit(application, 1)
    await application.ask("POST", f"{SITE}/comments/{comment_id}/escalations", {}, token=token)
    assert await follower.types(2) == ["entered", "escalated"]


async def test_a_stream_outlives_its_store(application: Application, one_server: RedisServer) -> None:
    """What comes before, while it is away, and after: each is told once."""
    token = await application.token("moderator")
    follower = await opened(application, token)
    first = await submit(application, 1)
    assert (await follower.next())["comment_id"] == first
    one_server.kill()
    one_server.start()
    async with asyncio.timeout(SECONDS):
        while (await application.ask("GET", "/readyz")).status != 200:
            await asyncio.sleep(0.01)
    second = await submit(application, 2)
    assert (await follower.next())["comment_id"] == second
    again = await follow(application, token, follower.last_id)
    third = await submit(application, 3)
    assert [(await each.next())["comment_id"] for each in (follower, again)] == [third, third]


async def test_a_stream_ends_when_its_token_expires(open_application: Open) -> None:
    now = [1_800_000_000_000]
    application = await open_application(lambda: now[0])
    wanted = {"role": "moderator", "site": "default", "name": "Mo", "expires_at": "2027-01-15T09:00:00Z"}
    made = await (await application.ask("POST", "/v1/tokens", wanted)).json()
    follower = await opened(application, made["token"])
    now[0] += 3_600_000
    await follower.at_end()


async def test_a_token_and_the_process_have_so_many_streams(open_application: Open) -> None:
    application = await open_application(EVENT_LISTENERS="3", EVENT_LISTENERS_PER_TOKEN="2")
    token, other = await application.token("moderator"), await application.token("moderator")
    followers = [await opened(application, token) for _ in range(2)]
    refused = await follow(application, token)
    assert (refused.answer.status, (await refused.answer.json())["code"]) == (429, "too_many_streams")
    await opened(application, other)
    full = await follow(application, other)
    assert (full.answer.status, (await full.answer.json())["code"]) == (503, "streams_full")
    assert "commentdesk_event_listeners 3.0" in await (await application.ask("GET", "/metrics")).text()
    followers[0].answer.close()
    context = application.client.app[CONTEXT]
    async with asyncio.timeout(SECONDS):
        while context.counts.totals()[(EVENT_LISTENERS,)] != [2]:
            await asyncio.sleep(0.01)
    await opened(application, token)


async def test_an_address_has_so_many_streams(open_application: Open) -> None:
    application = await open_application(EVENT_LISTENERS_PER_ADDRESS="1")
    await opened(application, await application.token("moderator"))
    refused = await follow(application, await application.token("moderator"))
    assert (refused.answer.status, (await refused.answer.json())["code"]) == (429, "too_many_streams")


async def test_a_slow_reader_is_let_go(application: Application, monkeypatch: Any) -> None:
    monkeypatch.setattr(listeners, "MOST_WAITING_BYTES", 100)
    token = await application.token("moderator")
    follower = await opened(application, token)
    await asyncio.gather(*(submit(application, number) for number in range(20)))
    await follower.at_end()
    assert application.client.app[DESK].feeds.is_idle


async def test_nobody_is_asked_for_what_nobody_follows(application: Application) -> None:
    feeds = application.client.app[DESK].feeds
    follower = await opened(application, await application.token("moderator"))
    assert not feeds.is_idle
    follower.answer.close()
    async with asyncio.timeout(SECONDS):
        while not feeds.is_idle:
            await asyncio.sleep(0.01)
