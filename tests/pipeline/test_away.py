"""Redis is away, or keeps nothing: what the service says meanwhile, and that it comes back by itself."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import redis

from tests.api.client import Api
from tests.pipeline.checks import measured
from tests.pipeline.crowd import SITE, Crowd, Json, thread_path
from tests.servers import RedisServer, ServiceProcess

COMMENT: Json = {"name": "Ann", "email": "ann@mail.example", "body": "I was there, and it rained."}
NO_SUCH = "0000000000000000"
PLACES = re.compile(r"[0-9/]|sock|Err|refused")
"""Of Redis' address, and of what the driver says when nothing is there: for the log, and for those who watch."""
NEEDS_REDIS: tuple[tuple[str, str, Json | None], ...] = (
    ("POST", f"{thread_path('a')}/comments", COMMENT),
    ("GET", f"{thread_path('a')}/comments", None),
    ("GET", thread_path("a"), None),
    ("PUT", thread_path("a"), {"closed": True}),
    ("GET", f"{SITE}/counts?thread=a", None),
    ("GET", f"{SITE}/queue", None),
    ("POST", f"{SITE}/claims", {}),
    ("DELETE", f"{SITE}/claims", None),
    ("DELETE", f"{SITE}/claims/{NO_SUCH}", None),
    ("GET", f"{SITE}/comments/{NO_SUCH}", None),
    ("POST", f"{SITE}/comments/{NO_SUCH}/decisions", {"decision": "approve"}),
    ("POST", f"{SITE}/decisions", {"decisions": [{"comment_id": NO_SUCH, "decision": "approve"}] * 2}),
    ("POST", f"{SITE}/comments/{NO_SUCH}/undo", {}),
    ("PUT", f"{SITE}/policy", {"mode": "auto"}),
    ("POST", "/v1/sites", {"site": "another"}),
    ("PATCH", SITE, {"title": "Another title"}),
    ("POST", "/v1/tokens", {"role": "admin", "name": "another"}),
    ("DELETE", "/v1/tokens/none", None),
)


@pytest.fixture(params=["valkey-single", "redis-cluster"])
def own_server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """A server that no other test sees, so that its settings may be changed."""
    server = RedisServer(request.param)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def crowd(make_service: Callable[..., ServiceProcess], own_server: RedisServer) -> AsyncIterator[Crowd]:
    service = make_service(redis_url=own_server.url)
    service.start()
    async with Crowd(service) as crowd:
        yield crowd


async def ready(crowd: Crowd) -> tuple[int, Json]:
    status, answer, _ = await crowd.ask("GET", "/readyz")
    return status, answer["checks"]


async def until_ready(crowd: Crowd, wanted: int) -> Json:
    """What `/readyz` says once it has that status."""
    async with asyncio.timeout(60):
        while (said := await ready(crowd))[0] != wanted:
            await asyncio.sleep(0.02)
    return said[1]


async def until_away(crowd: Crowd) -> Json:
    """The same once Redis is known to be away. Who was waiting for an answer when it went is told that first."""
    async with asyncio.timeout(60):
        while " is away: " not in (checks := await until_ready(crowd, 503))["redis"]:
            await asyncio.sleep(0.02)
    return checks


async def assert_away(crowd: Crowd) -> None:
    token = crowd.service.admin_token
    for method, path, body in NEEDS_REDIS:
        status, answer, headers = await crowd.ask(method, path, token, body)
        assert (status, answer["code"]) == (503, "store_unavailable"), (method, path, answer)
        assert not PLACES.search(answer["detail"]), answer
        assert int(headers["Retry-After"]) >= 1
        assert headers["Content-Type"] == "application/problem+json"
    _, answer, _ = await crowd.ask("GET", f"{thread_path('a')}/comments")
    assert not PLACES.search(answer["detail"]), answer
    assert (await crowd.ask("GET", "/healthz"))[0] == 200
    stranger = {"X-Forwarded-For": "203.0.113.9"}
    found = await asyncio.to_thread(Api(crowd.service.url).ask, "GET", "/readyz", headers=stranger)
    assert (found.status, found.json) == (503, {"ready": False})
    assert (await measured(crowd))["commentdesk_redis_up"] == 0


async def test_without_redis_all_that_needs_it_is_503_until_it_is_back(crowd: Crowd, own_server: RedisServer) -> None:
    own_server.kill()
    checks = await until_away(crowd)
    _, _, why = checks["redis"].partition(" is away: ")
    assert why, "an operator is told"
    assert (checks["registry"], checks["model"]) == ("ok", "ok")
    await assert_away(crowd)

    await asyncio.to_thread(own_server.start)
    assert set((await until_ready(crowd, 200)).values()) == {"ok"}
    status, receipt, _ = await crowd.ask("POST", f"{thread_path('a')}/comments", crowd.service.admin_token, COMMENT)
    assert status == 202
    _, queue, _ = await crowd.ask("GET", f"{SITE}/queue", crowd.service.admin_token)
    assert [each["comment_id"] for each in queue["comments"]] == [receipt["comment_id"]]
    assert (await measured(crowd))["commentdesk_redis_up"] == 1
    _, sites, _ = await crowd.ask("GET", "/v1/sites", crowd.service.admin_token)
    assert [each["site"] for each in sites["sites"]] == ["default", "demo"], "what was refused was done"


async def test_started_without_redis_it_serves_as_soon_as_there_is_one(
    make_service: Callable[..., ServiceProcess], own_server: RedisServer
) -> None:
    own_server.kill()
    service = make_service(redis_url=own_server.url)
    service.spawn()
    address = service.data_dir / "service.json"
    async with Crowd(service) as crowd:
        await crowd.until(address.exists)
        service.url = json.loads(address.read_text())["url"]
        status, checks = await ready(crowd)
        assert status == 503
        assert checks["redis"] != "ok"
        assert checks["registry"] != "ok"
        await assert_away(crowd)
        await asyncio.to_thread(own_server.start)
        await until_ready(crowd, 200)
        await crowd.insist("POST", f"{thread_path('a')}/comments", service.admin_token, COMMENT)


async def test_a_server_that_keeps_nothing_is_named(crowd: Crowd, own_server: RedisServer) -> None:
    with redis.Redis.from_url(own_server.url) as client:
        client.config_set("appendonly", "no")
        status, checks = await ready(crowd)
        assert status == 503
        assert "append-only file" in checks["durability"]
        assert checks["redis"] == "ok"
        client.config_set("appendonly", "yes")
        assert (await until_ready(crowd, 200))["durability"] == "ok"
        # A server that writes its first append-only file does not stop when it is told to.
        await crowd.until(lambda: client.info("persistence")["aof_rewrite_in_progress"] == 0)
