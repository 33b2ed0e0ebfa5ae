"""The link: many requests on one connection that may break at any moment, and no command ever applied twice."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.domain.policy import Mode
from service.domain.submission import Receipt
from service.errors import StoreUnavailableError
from service.link import server
from service.link.address import make_link
from service.link.server import MAX_PENDING, ServerLink
from service.store import keys, scripts
from tests.proxy import Proxy
from tests.servers import RedisServer, client_of
from tests.store.desk import Store, connected, key, new_comment, site_in
from tests.store.recount import recount

PATIENCE_SECONDS = 20.0
one_connection = pytest.mark.one_server("a link to three masters goes around a proxy that stands before one")


@pytest.fixture
async def proxy(every_redis_server: RedisServer) -> AsyncIterator[Proxy]:
    async with Proxy(every_redis_server) as proxy:
        yield proxy


@pytest.fixture
async def behind(proxy: Proxy) -> AsyncIterator[Store]:
    """The store, reached through the proxy."""
    link = await connected(proxy.url, scripts.ALL)
    yield Store(link)
    await link.close()


def count_comments(server: RedisServer) -> int:
    with client_of(server.url) as client:
        return len(recount(client).comments)


def is_submitted(server: RedisServer) -> bool:
    with client_of(server.url) as client:
        return bool(client.hexists(keys.totals("default"), "submitted:hold"))


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.002)


@one_connection
async def test_a_lost_reply_is_a_failure_and_asking_again_gives_the_first_answer(
    behind: Store, proxy: Proxy, every_redis_server: RedisServer
) -> None:
    proxy.is_mute = True
    asked = asyncio.create_task(behind.submit(new_comment(), key("k")))
    await until(lambda: is_submitted(every_redis_server))
    assert not asked.done()
    proxy.is_mute = False
    proxy.cut()
    with pytest.raises(StoreUnavailableError) as refused:
        await asked
    assert refused.value.retry_after_seconds
    assert await behind.link.wait_up(PATIENCE_SECONDS)
    again = await behind.submit(new_comment(), key("k"))
    assert [again.comment_id] == await behind.queued()
    assert count_comments(every_redis_server) == 1, "sent twice"


@one_connection
async def test_everyone_who_waits_when_the_connection_breaks_is_told_and_nothing_is_applied_twice(
    behind: Store, proxy: Proxy, every_redis_server: RedisServer
) -> None:
    proxy.is_mute = True
    new = [new_comment() for _ in range(200)]
    asked = [asyncio.create_task(behind.submit(each, key(each.comment_id))) for each in new]
    await until(lambda: is_submitted(every_redis_server))
    proxy.is_mute = False
    proxy.cut()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(each) for each in answers} == {StoreUnavailableError}
    assert await behind.link.wait_up(PATIENCE_SECONDS)
    again = await asyncio.gather(*(behind.submit(each, key(each.comment_id)) for each in new))
    assert [receipt.comment_id for receipt in again] == [each.comment_id for each in new]
    assert count_comments(every_redis_server) == 200


@one_connection
async def test_a_server_that_falls_silent_is_left_and_found_again(
    behind: Store, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy.is_mute = True
    monkeypatch.setattr(server, "REPLY_TIMEOUT_SECONDS", 0.1)
    with pytest.raises(StoreUnavailableError):
        await asyncio.wait_for(behind.link.call("PING"), PATIENCE_SECONDS)
    proxy.is_mute = False
    monkeypatch.undo()
    assert await behind.link.wait_up(PATIENCE_SECONDS)
    assert await behind.link.call("PING") == b"PONG"


@one_connection
async def test_a_server_that_takes_connections_and_says_nothing_is_tried_again(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REPLY_TIMEOUT_SECONDS", 0.1)
    proxy.is_mute = True
    link = make_link(proxy.url, scripts.ALL)
    link.open()
    await until(lambda: proxy.connections == 2)
    proxy.is_mute = False
    assert await link.wait_up(PATIENCE_SECONDS)
    await link.close()


@pytest.mark.one_server("tests/cluster kills one of three masters")
async def test_while_there_is_no_server_each_call_fails_at_once_and_it_comes_back_by_itself(
    store: Store, every_redis_server: RedisServer
) -> None:
    first = await store.submit()
    every_redis_server.kill()
    await until(lambda: not store.link.is_up)
    with pytest.raises(StoreUnavailableError):
        await store.submit()
    assert isinstance(store.link, ServerLink)
    assert store.link.pending == 0
    await asyncio.to_thread(every_redis_server.start)
    assert await store.link.wait_up(PATIENCE_SECONDS)
    assert await store.queued() == [first.comment_id]


async def test_scripts_that_the_server_forgot_are_told_again(store: Store) -> None:
    await store.link.call_each("SCRIPT", "FLUSH")
    receipts = await asyncio.gather(*(store.submit() for _ in range(20)))
    assert {each.state for each in receipts} == {"held"}
    assert len(await store.queued()) == 20


@one_connection
async def test_more_than_can_wait_is_refused_and_what_waits_is_answered(
    behind: Store, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.link.server.BUSY_SECONDS", 60)  # a slow machine takes a second to ask so often
    assert isinstance(behind.link, ServerLink)
    proxy.is_mute = True
    waiting = [asyncio.ensure_future(behind.link.call("PING")) for _ in range(MAX_PENDING)]
    with pytest.raises(StoreUnavailableError, match="too many"):
        await behind.link.call("PING")
    assert behind.link.pending == MAX_PENDING
    proxy.is_mute = False
    proxy.cut()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in answers} == {StoreUnavailableError}
    assert behind.link.pending == 0


async def test_each_gets_the_reply_to_his_own_command(store: Store) -> None:
    async def ask(number: int) -> bytes:
        if number % 3 == 0:
            with pytest.raises(StoreUnavailableError):
                await store.link.call("HGET", number)
        reply: bytes = await store.link.call("ECHO", number)
        return reply

    assert await asyncio.gather(*map(ask, range(1000))) == [str(number).encode() for number in range(1000)]


async def test_one_who_leaves_takes_nobody_elses_reply(store: Store) -> None:
    asked = [asyncio.ensure_future(store.link.call("ECHO", number)) for number in range(100)]
    for each in asked[::2]:
        each.cancel()
    assert await asyncio.gather(*asked[1::2]) == [str(number).encode() for number in range(1, 100, 2)]
    assert await store.link.call("ECHO", "after") == b"after"


async def test_all_that_one_turn_of_the_loop_asks_leaves_in_one_write(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    await store.submit()
    writes: list[int] = []
    for name in ("send", "sendmsg"):
        monkeypatch.setattr(socket.socket, name, counting(getattr(socket.socket, name), writes))
    receipts = await asyncio.gather(*(store.submit() for _ in range(50)))
    assert all(isinstance(each, Receipt) for each in receipts)
    assert len(writes) == 1
    writes.clear()
    assert len((await store.claim("ann", 50)).comments) == 50
    assert len(writes) == 2, "one for the claim, one for its fifty comments"


def counting(sent_by: Any, writes: list[int]) -> Any:
    def send(self: socket.socket, *arguments: Any) -> int:
        sent: int = sent_by(self, *arguments)
        writes.append(sent)
        return sent

    return send


@one_connection
async def test_a_closed_link_answers_those_who_wait(behind: Store, proxy: Proxy) -> None:
    proxy.is_mute = True
    asked = asyncio.ensure_future(behind.link.call("PING"))
    await asyncio.sleep(0)
    await behind.link.close()
    with pytest.raises(StoreUnavailableError):
        await asked


@pytest.mark.one_server("tests/cluster kills one of three masters")
async def test_a_server_that_is_not_there_yet_is_waited_for(every_redis_server: RedisServer) -> None:
    every_redis_server.kill()
    link = make_link(every_redis_server.url, scripts.ALL)
    link.open()
    with pytest.raises(StoreUnavailableError):
        await link.call("PING")
    await asyncio.to_thread(every_redis_server.start)
    assert await link.wait_up(PATIENCE_SECONDS)
    assert await link.call("EXISTS", keys.totals("default")) == 0
    await link.close()
