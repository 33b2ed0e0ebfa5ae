"""Clients that hold a connection without using it, and more of them than are let in."""

import asyncio
import errno
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service import serving as process
from service.platform import acceptor as door_module
from service.platform.shares import Shares
from tests.overload.page_server import PageServer
from tests.servers import REPOSITORY

PATIENCE_SECONDS = 30
GREETING = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"
LONG_ANSWER = b"x" * (32 * 1024 * 1024)
"""More than the kernel keeps for a client that does not read."""

OURS, PROXY, STRANGER = "127.0.0.1", "127.0.0.2", "127.0.0.3"
"""All of them this machine's; here the last one is taken for somebody else's."""
TOO_MANY_CONNECTIONS = b"HTTP/1.1 503 Service Unavailable"
TAKEN = b"HTTP/1.1 200 OK"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class House(PageServer):
    """A server of one page."""

    def __init__(self) -> None:
        shares = Shares(lambda address: address in {OURS, PROXY})
        super().__init__(lambda path: LONG_ANSWER if path == "/long" else b"hello", shares=shares)

    async def connection(self, request: bytes = b"", *, address: str = OURS) -> Streams:
        reader, writer = await asyncio.open_connection(
            *self.listeners[0][0].getsockname(), limit=1024, local_addr=(address, 0)
        )
        writer.write(request)
        return reader, writer


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(door_module, "SWEEP_SECONDS", 0.02)
    house = House()
    async with house.serving():
        yield house


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
    asked = await house.connection(GREETING)
    assert await greeted(asked) == b"HTTP/1.1 200 OK"
    monkeypatch.setattr(door_module, "HEAD_SECONDS", 0.1)
    silent, slow = await house.connection(), await house.connection(GREETING[:20])
    await cut(silent)
    await cut(slow)
    await asyncio.wait_for(asked[0].readuntil(b"hello"), PATIENCE_SECONDS)
    asked[1].write(GREETING)
    assert await greeted(asked) == b"HTTP/1.1 200 OK"
    for _, writer in (asked, silent, slow):
        writer.close()


async def test_who_does_not_read_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "READ_SECONDS", 0.1)
    reader, writer = await house.connection(GREETING.replace(b"/", b"/long", 1))
    await greeted((reader, writer))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while house.server.connections:
            await asyncio.sleep(0.01)
    other = await house.connection(GREETING)
    assert await greeted(other) == b"HTTP/1.1 200 OK"
    other[1].close()
    writer.transport.abort()


async def test_who_leaves_to_a_successor_waits_for_the_next_request_as_long_as_ever(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STOP_SECONDS", 0)
    asked = await house.connection(GREETING)
    await asyncio.wait_for(asked[0].readuntil(b"hello"), PATIENCE_SECONDS)
    retiring = asyncio.create_task(process.Process(house.acceptor, house.server).retire())
    await asyncio.wait({retiring}, timeout=10 * door_module.POLL_SECONDS)
    assert not retiring.done()
    asked[1].write(GREETING)
    assert await greeted(asked) == b"HTTP/1.1 200 OK"
    asked[1].close()
    await asyncio.wait_for(retiring, PATIENCE_SECONDS)


async def test_more_than_are_let_in_are_told_to_come_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(door_module, "IDLE_SECONDS", 3600)
    inside = [await house.connection(GREETING) for _ in range(3)]
    for each in inside:
        assert await greeted(each) == b"HTTP/1.1 200 OK"
    reader, writer = await house.connection(GREETING)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1\r\n" in head
    writer.close()
    inside.pop()[1].close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await greeted(again := await house.connection(GREETING)) != b"HTTP/1.1 200 OK":
            again[1].close()
    for _, writer in (*inside, again):
        writer.close()


async def answers(house: House, count: int, address: str) -> list[tuple[bytes, Streams]]:
    """The first lines that so many connections hear, and the connections."""
    opened = [await house.connection(GREETING, address=address) for _ in range(count)]
    return [(await greeted(each), each) for each in opened]


async def test_a_stranger_holds_his_share_and_leaves_the_rest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MAX_CONNECTIONS", 24)
    monkeypatch.setattr(door_module, "IDLE_SECONDS", 3600)
    strangers = await answers(house, 8, STRANGER)
    assert [line for line, _ in strangers] == [TAKEN] * 3 + [TOO_MANY_CONNECTIONS] * 5
    proxied = await answers(house, 5, PROXY)
    assert [line for line, _ in proxied] == [TAKEN] * 5, "a proxy has no share"
    strangers[0][1][1].close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (again := (await answers(house, 1, STRANGER))[0])[0] != TAKEN:
            again[1][1].close()
    for _, (_, writer) in (*strangers, *proxied, again):
        writer.close()


async def test_when_all_are_taken_those_idle_longest_make_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MAX_CONNECTIONS", 4)
    monkeypatch.setattr(door_module, "CLOSED_AT_ONCE", 1)
    monkeypatch.setattr(door_module, "IDLE_SECONDS", 0)
    silent = await house.connection()
    old, busy, recent = [each for _, each in await answers(house, 3, OURS)]
    busy[1].write(GREETING[:20])
    await asyncio.wait_for(old[0].readuntil(b"hello"), PATIENCE_SECONDS)
    ((line, new),) = await answers(house, 1, OURS)
    assert line == TAKEN
    await cut(silent)
    ((line, newer),) = await answers(house, 1, OURS)
    assert line == TAKEN
    await cut(old)
    recent[1].write(GREETING)
    await asyncio.wait_for(recent[0].readuntil(b"hello"), PATIENCE_SECONDS)
    assert await greeted(recent) == TAKEN
    for _, writer in (silent, old, busy, recent, new, newer):
        writer.close()


class FewDescriptors:
    """A listening socket of a process that has descriptors for two connections."""

    def __init__(self, listener: socket.socket, house: "House") -> None:
        self._listener, self._house = listener, house

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)

    def accept(self) -> tuple[socket.socket, Any]:
        if len(self._house.server.connections) >= 2:
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listener.accept()


async def test_when_no_descriptor_is_left_idle_ones_make_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "IDLE_SECONDS", 0)
    house = House()
    house.listeners = [[FewDescriptors(house.listeners[0][0], house)]]  # type: ignore[list-item]
    async with house.serving():
        found = [(await answers(house, 1, OURS))[0] for _ in range(5)]
        assert [line for line, _ in found] == [TAKEN] * 5
        for _, (_, writer) in found:
            writer.close()


def test_a_process_may_have_descriptors_for_all_its_connections() -> None:
    program = (
        "import resource; from service.platform.sockets import DESCRIPTORS, allow_descriptors;"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE);"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard)); allow_descriptors();"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(DESCRIPTORS, hard % 2**63))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"


async def test_who_waits_for_an_answer_is_not_idle(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MAX_CONNECTIONS", 1)
    monkeypatch.setattr(door_module, "IDLE_SECONDS", 0)
    reader, writer = await house.connection(GREETING.replace(b"/", b"/long", 1))
    assert await greeted((reader, writer)) == TAKEN
    ((line, other),) = await answers(house, 1, OURS)
    assert line == TOO_MANY_CONNECTIONS
    async with asyncio.timeout(PATIENCE_SECONDS):
        await reader.readuntil(b"\r\n\r\n")
        assert len(await reader.readexactly(len(LONG_ANSWER))) == len(LONG_ANSWER)
    other[1].close()
    writer.close()


async def test_strangers_who_hold_all_they_may_do_not_keep_others_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is taken by many strangers who ask once and then hold on: a new client is answered all the same."""
    monkeypatch.setattr(door_module, "MAX_CONNECTIONS", 64)
    monkeypatch.setattr(door_module, "IDLE_SECONDS", 0)
    held = [each for number in range(8) for each in await answers(house, 8, f"127.0.1.{number + 1}")]
    assert [line for line, _ in held] == [TAKEN] * 64
    ((line, honest),) = await answers(house, 1, OURS)
    assert line == TAKEN
    for _, (_, writer) in held:
        writer.close()
    honest[1].close()
