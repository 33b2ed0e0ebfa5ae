"""A bad network between the service and Redis: each request gets a good answer or a 503, and nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest

from tests.faults.load import Witness, at_work, check
from tests.pipeline.crowd import Crowd, Sent
from tests.proxy import Direction, Proxy
from tests.servers import RedisServer, ServiceProcess

TIMES = 3
DELAY_SECONDS = 0.1

Fault = Callable[[Proxy, Witness], Coroutine[Any, Any, None]]


@pytest.fixture
async def proxy(redis_server: RedisServer) -> AsyncIterator[Proxy]:
    async with Proxy(redis_server) as proxy:
        yield proxy


async def delay(proxy: Proxy, witness: Witness) -> None:
    await answered(witness.crowd, 10)
    proxy.delay_seconds = DELAY_SECONDS
    await answered(witness.crowd, 20)
    proxy.heal()


async def keep_replies_back(proxy: Proxy, witness: Witness) -> None:
    await answered(witness.crowd, 10)
    with witness.trouble():
        proxy.is_mute = True
        await silent_until_refused(proxy, witness)


async def swallow_everything(proxy: Proxy, witness: Witness) -> None:
    await answered(witness.crowd, 10)
    with witness.trouble():
        proxy.is_black_hole = True
        await silent_until_refused(proxy, witness)


async def silent_until_refused(proxy: Proxy, witness: Witness) -> None:
    """Long enough that everybody was refused and `/readyz` was asked; then the service finds its way by itself."""
    with witness.outage():
        before = witness.crowd.unanswered, witness.said_unready
        await witness.crowd.until(lambda: witness.crowd.unanswered >= before[0] + 40)
        await witness.crowd.until(lambda: witness.said_unready > before[1] or bool(witness.lies))
    assert proxy.swallowed_bytes
    proxy.heal()
    await witness.until_ready()


async def reset(proxy: Proxy, witness: Witness) -> None:
    async def now() -> None:
        proxy.cut()

    await again_and_again(proxy, witness, now)


async def tear_commands(proxy: Proxy, witness: Witness) -> None:
    await again_and_again(proxy, witness, lambda: tear(proxy, witness, Direction.COMMANDS))


async def tear_replies(proxy: Proxy, witness: Witness) -> None:
    await again_and_again(proxy, witness, lambda: tear(proxy, witness, Direction.REPLIES))


async def tear(proxy: Proxy, witness: Witness, direction: Direction) -> None:
    proxy.cuts.add(direction)
    await witness.crowd.until(lambda: not proxy.cuts)


async def again_and_again(proxy: Proxy, witness: Witness, once: Callable[[], Awaitable[None]]) -> None:
    for _ in range(TIMES):
        await answered(witness.crowd, 8)
        with witness.trouble():
            before = proxy.connections
            await once()
            await witness.crowd.until(lambda before=before: proxy.connections > before)  # type: ignore[misc]
            await witness.until_ready()


async def answered(crowd: Crowd, more: int) -> None:
    """Returns when so many more comments were acknowledged."""
    wanted = len(crowd.receipts) + more
    await crowd.until(lambda: len(crowd.receipts) >= wanted)


@pytest.mark.parametrize(
    ("fault", "is_refused"),
    [
        (delay, False),
        (keep_replies_back, True),
        (swallow_everything, True),
        (reset, True),
        (tear_commands, True),
        (tear_replies, True),
    ],
)
async def test_a_good_answer_or_a_503_and_nothing_twice(
    fault: Fault,
    is_refused: bool,  # noqa: FBT001 a parameter of the test
    make_service: Callable[..., ServiceProcess],
    redis_server: RedisServer,
    proxy: Proxy,
) -> None:
    service = make_service(redis_url=proxy.url)
    await asyncio.to_thread(service.start)
    sent: list[Sent] = []
    async with Crowd(service) as crowd:
        await at_work(crowd, sent, lambda witness: fault(proxy, witness))
        assert (crowd.unanswered > 0) is is_refused
        assert crowd.silent == 0
        await check(crowd, sent, redis_server.url)
    assert "Traceback" not in service.said()
