"""The service's clock jumps an hour ahead and back, under load and between two moderators."""

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.faults.load import WRITERS, more
from tests.pipeline.checks import measured
from tests.pipeline.crowd import AGAIN_SECONDS, DECISIONS, SITE, STATES, Crowd, Sent
from tests.servers import RedisServer, ServiceProcess
from tests.store.recount import recount

HOUR_MS = 3_600_000
JUMPS_MS = (HOUR_MS, 0, -HOUR_MS, 0)
WITH_THAT_CLOCK = """
import sys, time
from pathlib import Path
from service import desk
offset = Path(sys.argv.pop(1))
desk.clock_ms = lambda: time.time_ns() // 1_000_000 + int(offset.read_text() or 0)
from service.__main__ import main
main()
"""


class Clock:
    """How far the service's clock is from this machine's."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.jump(0)

    def jump(self, to_ms: int) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(to_ms))
        fresh.replace(self.file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "offset-ms")


@pytest.fixture
def service(tmp_path: Path, clock: Clock, redis_server: RedisServer) -> Iterator[ServiceProcess]:
    command = (sys.executable, "-c", WITH_THAT_CLOCK, str(clock.file), "serve")
    service = ServiceProcess(tmp_path / "data", redis_url=redis_server.url, command=command)
    service.start()
    yield service
    service.kill()


def decision_on(comment_id: str) -> str:
    return DECISIONS[int(comment_id[-3:], 36) % len(DECISIONS)]


async def moderate(crowd: Crowd, token: str) -> None:
    """Claims and decides once, and leaves to others what the jumping clock took away."""
    claimed = await crowd.insist("POST", f"{SITE}/claims", token, {"limit": 7})
    for comment_id in (each["comment_id"] for each in claimed["comments"]):
        path, body = f"{SITE}/comments/{comment_id}/decisions", {"decision": decision_on(comment_id)}
        status, answer, _ = await crowd.ask("POST", path, token, body)
        assert (status, answer.get("code")) in {(200, None), (409, "claimed_by_another")}, answer
    if not claimed["comments"]:
        await asyncio.sleep(AGAIN_SECONDS)


async def moderate_until(is_over: Callable[[], bool], crowd: Crowd, token: str) -> None:
    while not is_over():
        await moderate(crowd, token)


async def test_jumps_under_load_lose_nothing(service: ServiceProcess, clock: Clock, redis_server: RedisServer) -> None:
    sent: list[Sent] = []
    async with Crowd(service) as crowd:

        async def depth() -> float:
            return (await measured(crowd))['commentdesk_queue_depth{site="default"}']

        async def jump() -> None:
            for offset_ms in itertools.chain(JUMPS_MS, JUMPS_MS):
                posting = asyncio.create_task(crowd.post_all(more(sent), WRITERS))
                wanted = len(crowd.receipts) + 8
                await crowd.until(lambda wanted=wanted: len(crowd.receipts) >= wanted)  # type: ignore[misc]
                clock.jump(offset_ms)
                await posting

        jumping = asyncio.create_task(jump())
        tokens = [(await crowd.token("moderator", f"moderator {number}"))[1] for number in range(4)]
        await asyncio.gather(jumping, *(moderate_until(jumping.done, crowd, token) for token in tokens))
        # Moderators who come later find all that is left.
        _, newcomer = await crowd.token("moderator", "the newcomer")
        clock.jump(6 * 60_000)
        async with asyncio.timeout(30):
            while await depth():
                await moderate(crowd, newcomer)
        assert crowd.unanswered == 0
        metrics = await measured(crowd)
        assert metrics['commentdesk_queue_oldest_age_seconds{site="default"}'] == 0
        assert metrics['commentdesk_age_at_decision_seconds_sum{site="default"}'] >= 0
    with redis.Redis.from_url(redis_server.url) as client:
        records = recount(client).comments
    assert records.keys() == set(crowd.receipts.values())
    assert len(records) == len(sent)
    assert {each["revision"] for each in records.values()} == {"2"}
    for comment_id, record in records.items():
        assert record["state"] == STATES[decision_on(comment_id)]
