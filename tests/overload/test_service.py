"""The service under more than it can do: early answers, none late, and itself again at once."""

import asyncio
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.line import SUBMIT, Heard, Line, Load, ask_once, open_lines, submission
from tests.servers import RedisServer, ServiceProcess

PROMISED_SECONDS = 2.0
CUT_SECONDS = 30.0
CROWD = 600


@pytest.fixture
def service(make_service: Callable[..., ServiceProcess], redis_server: RedisServer) -> ServiceProcess:
    service = make_service(redis_url=redis_server.url)
    service.start()
    return service


def is_fair(heard: Heard) -> bool:
    """Served, or refused with a time to come again."""
    return heard.status == 202 or (heard.status in {429, 503} and heard.headers["retry-after"] == "1")


async def answered_within(service: ServiceProcess, seconds: str) -> tuple[float, float]:
    """Submissions answered within so many seconds, and all."""
    metrics = (await ask_once(service, "/metrics")).body.decode()
    route = re.escape('route="/v1/sites/{site}/threads/{thread}/comments"')
    within = re.search(rf'request_seconds_bucket{{le="{seconds}",method="POST",{route}}} (\S+)', metrics)
    everything = re.search(rf'request_seconds_count{{method="POST",{route}}} (\S+)', metrics)
    assert within is not None
    assert everything is not None
    return float(within[1]), float(everything[1])


async def test_a_burst_is_answered_in_time_and_afterwards_all_is_as_before(service: ServiceProcess) -> None:
    lines = [await Line.open(service) for _ in range(CROWD)]
    # All at once: the service finds every one of them when it looks again.
    os.kill(service.pid, signal.SIGSTOP)
    for line in lines:
        line.send(*(sent := submission(service)), len(sent[1]))
        await line.writer.drain()
    os.kill(service.pid, signal.SIGCONT)
    heard = await asyncio.gather(*(line.hear() for line in lines))
    assert all(map(is_fair, heard)), Counter(each.status for each in heard)
    assert any(each.status == 202 for each in heard)
    assert await answered_within(service, "2.0") == (CROWD, CROWD)
    again = await asyncio.gather(*(line.ask(*submission(service)) for line in lines[:16]))
    assert {each.status for each in again} == {202}
    for line in lines:
        await line.close()


async def test_while_the_store_stands_still_nobody_waits(service: ServiceProcess, redis_server: RedisServer) -> None:
    line, second = await Line.open(service), await Line.open(service)
    assert (await line.ask(*submission(service))).status == 202
    sent = submission(service)
    os.kill(redis_server.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        late = await line.ask(*sent)
        took = time.monotonic() - started
        early = await second.ask(*submission(service))
    finally:
        os.kill(redis_server.pid, signal.SIGCONT)
    assert (late.status, late.json["code"], late.headers["retry-after"]) == (503, "store_unavailable", "1")
    assert took < PROMISED_SECONDS
    assert (early.status, early.json["code"], early.headers["retry-after"]) == (503, "overloaded", "1")
    async with asyncio.timeout(CUT_SECONDS):
        while (again := await line.ask(*sent)).status != 202:
            pass
    metrics = (await second.ask("GET /metrics")).body.decode()
    assert re.search(r'commentdesk_overloaded_total{queue="store"} [1-9]', metrics)
    # It had been written all the same: the same comment is told, not stored twice.
    assert 'commentdesk_repeats_total{site="default"} 1.0' in metrics
    assert again.json["comment_id"]
    for each in (line, second):
        await each.close()


async def test_slow_senders_are_cut_off_and_nobody_waits_for_them(service: ServiceProcess) -> None:
    head, body = submission(service)
    async with Load(service, readers=4) as load, open_lines(service, 200) as lines:
        for number, line in enumerate(lines):
            if number % 2:
                line.send(head, body[:20], len(body))
            else:
                line.writer.write(f"POST {SUBMIT} HTTP/1.1\r\nHost: te".encode())
        await load.more(20)
        assert not any(line.reader.at_eof() for line in lines), "the others were served beside them"
        await load.more(180)
        async with asyncio.timeout(CUT_SECONDS):
            answers = await asyncio.gather(*(line.reader.read() for line in lines), return_exceptions=True)
        await load.more(20)
    assert load.broken == {}
    assert [each for each in load.refused if not each.is_for_the_store] == []
    # To those who sent a whole head it is said why; from the others there was no request to answer.
    assert {answer[:12] for answer in answers[1::2] if isinstance(answer, bytes)} == {b"HTTP/1.1 408"}
    assert all(answer == b"" or isinstance(answer, ConnectionError) for answer in answers[::2])
