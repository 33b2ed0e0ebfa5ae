"""Clients that hold a connection without using it, and more of them than are let in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from service import door as door_module
from service import process
from service.door import Door, listen

PATIENCE_SECONDS = 30
GREETING = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
LONG_ANSWER = b"x" * (32 * 1024 * 1024)
"""More than the kernel keeps for a client that does not read."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class House:
    """A door with a server of one page behind it."""

    def __init__(self) -> None:
        self.door = Door()
        self.server = web.Server(self._answer)
        self.listeners = listen("127.0.0.1", 0, 1)

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        return web.Response(body=LONG_ANSWER if request.path == "/long" else b"hello")

    async def visit(self, request: bytes = b"") -> Streams:
        reader, writer = await asyncio.open_connection(*self.listeners[0][0].getsockname(), limit=1024)
        writer.write(request)
        return reader, writer


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(door_module, "SWEEP_SECONDS", 0.02)
    house = House()
    house.door.open(house.server, house.listeners, 0)
    yield house
    await house.door.stop(0)
    house.door.shut()
    await house.server.shutdown(1)


async def greeted(streams: Streams) -> bytes:
    """The first line of an answer."""
    return (await asyncio.wait_for(streams[0].readline(), PATIENCE_SECONDS)).strip()


async def cut(streams: Streams) -> None:
    """Returns once the other end has closed the connection."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            while await streams[0].read(1024):
                pass
        except ConnectionError:
            pass


async def test_half_a_head_is_cut_off_and_those_who_asked_stay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = await house.visit(GREETING)
    assert await greeted(asked) == b"HTTP/1.1 200 OK"
    monkeypatch.setattr(door_module, "HEAD_SECONDS", 0.1)
    silent, slow = await house.visit(), await house.visit(GREETING[:20])
    await cut(silent)
    await cut(slow)
    await asyncio.wait_for(asked[0].readuntil(b"hello"), PATIENCE_SECONDS)
    asked[1].write(GREETING)
    assert await greeted(asked) == b"HTTP/1.1 200 OK"
    for _, writer in (asked, silent, slow):
        writer.close()


async def test_who_does_not_read_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "READ_SECONDS", 0.1)
    reader, writer = await house.visit(GREETING.replace(b"/", b"/long", 1))
    await greeted((reader, writer))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while house.server.connections:
            await asyncio.sleep(0.01)
    other = await house.visit(GREETING)
    assert await greeted(other) == b"HTTP/1.1 200 OK"
    other[1].close()
    writer.transport.abort()


async def test_who_leaves_to_a_successor_waits_for_the_next_request_as_long_as_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0)
    asked = await house.visit(GREETING)
    await asyncio.wait_for(asked[0].readuntil(b"hello"), PATIENCE_SECONDS)
    retiring = asyncio.create_task(process.Process(house.door, house.server).retire())  # type: ignore[arg-type]
    await asyncio.wait({retiring}, timeout=10 * door_module.POLL_SECONDS)
    assert not retiring.done()
    asked[1].write(GREETING)
    assert await greeted(asked) == b"HTTP/1.1 200 OK"
    asked[1].close()
    await asyncio.wait_for(retiring, PATIENCE_SECONDS)


async def test_more_than_are_let_in_are_told_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MAX_CONNECTIONS", 3)
    inside = [await house.visit(GREETING) for _ in range(3)]
    for each in inside:
        assert await greeted(each) == b"HTTP/1.1 200 OK"
    reader, writer = await house.visit(GREETING)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1\r\n" in head
    writer.close()
    inside.pop()[1].close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await greeted(again := await house.visit(GREETING)) != b"HTTP/1.1 200 OK":
            again[1].close()
    for _, writer in (*inside, again):
        writer.close()
