"""A store that is slow: nobody waits long for it, and nothing is lost when it is itself again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from service.errors import OverloadedError, StoreUnavailableError
from service.link import server
from service.link.address import make_link
from service.link.link import Link
from tests.servers import RedisServer

PATIENCE_SECONDS = 30


@pytest.fixture
async def link(redis_server: RedisServer) -> AsyncIterator[Link]:
    link = make_link(redis_server.url, ())
    link.open()
    assert await link.wait_up(PATIENCE_SECONDS)
    yield link
    os.kill(redis_server.pid, signal.SIGCONT)
    await link.close()


async def test_what_waits_too_long_is_given_up_and_its_reply_is_nobody_elses(
    link: Link, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LATE_SECONDS", 0.1)
    monkeypatch.setattr(server, "BUSY_SECONDS", 60)
    os.kill(redis_server.pid, signal.SIGSTOP)
    asked = [asyncio.ensure_future(link.call("ECHO", number)) for number in range(100)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(each) for each in answers} == {StoreUnavailableError}
    assert link.is_up
    monkeypatch.setattr(server, "LATE_SECONDS", 60)
    last = asyncio.ensure_future(link.call("ECHO", "last"))
    await asyncio.sleep(0)
    os.kill(redis_server.pid, signal.SIGCONT)
    assert await asyncio.wait_for(last, PATIENCE_SECONDS) == b"last"
    assert link.is_up


async def test_behind_a_command_that_waits_new_ones_are_refused_at_once(
    link: Link, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LATE_SECONDS", 60)
    os.kill(redis_server.pid, signal.SIGSTOP)
    first = asyncio.ensure_future(link.call("ECHO", "first"))
    monkeypatch.setattr(server, "BUSY_SECONDS", -1)
    with pytest.raises(OverloadedError) as refused:
        await link.call("ECHO", "second")
    assert refused.value.retry_after_seconds == 1
    os.kill(redis_server.pid, signal.SIGCONT)
    assert await asyncio.wait_for(first, PATIENCE_SECONDS) == b"first"
    assert await link.call("ECHO", "third") == b"third"
