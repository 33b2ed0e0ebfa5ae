"""A server that takes no more writes: who is refused, what is told of it, and that it ends by itself."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import redis

from tests.faults.load import Witness, at_work, check
from tests.pipeline.crowd import Crowd, Sent
from tests.servers import RedisServer, ServiceProcess


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """For settings that are taken back after the test."""
    with redis.Redis.from_url(redis_server.url) as client:
        yield client
        client.config_set("maxmemory", 0)
        client.config_set("min-replicas-to-write", 0)


@pytest.fixture
async def crowd(make_service: Callable[..., ServiceProcess], redis_server: RedisServer) -> AsyncIterator[Crowd]:
    service = make_service(redis_url=redis_server.url)
    service.start()
    async with Crowd(service) as crowd:
        yield crowd


async def refused(crowd: Crowd, more: int) -> None:
    wanted = crowd.unanswered + more
    await crowd.until(lambda: crowd.unanswered >= wanted)


async def test_without_memory_nothing_is_lost_and_readyz_names_it(
    crowd: Crowd, client: redis.Redis, redis_server: RedisServer
) -> None:
    async def fill(witness: Witness) -> None:
        client.config_set("maxmemory", 1)
        await refused(crowd, 40)
        status, said, _ = await crowd.ask("GET", "/readyz")
        assert (status, "comments are refused" in said["checks"].get("memory", "")) == (200, True), said
        client.config_set("maxmemory", 0)

    sent: list[Sent] = []
    await at_work(crowd, sent, fill)
    assert crowd.silent == 0
    await check(crowd, sent, redis_server.url)
    _, said, _ = await crowd.ask("GET", "/readyz")
    assert "memory" not in said["checks"]


async def test_a_server_that_refuses_all_writes_is_not_ready(
    crowd: Crowd, client: redis.Redis, redis_server: RedisServer
) -> None:
    async def refuse(witness: Witness) -> None:
        with witness.trouble():
            client.config_set("min-replicas-to-write", 1)
            with witness.outage():
                before = witness.said_unready
                await refused(crowd, 40)
                await crowd.until(lambda: witness.said_unready > before or bool(witness.lies))
            client.config_set("min-replicas-to-write", 0)
            await witness.until_ready()

    sent: list[Sent] = []
    await at_work(crowd, sent, refuse)
    assert crowd.silent == 0
    await check(crowd, sent, redis_server.url)
