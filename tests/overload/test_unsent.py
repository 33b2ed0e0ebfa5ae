"""Clients that ask for long answers and do not read: what they hold has an end, and others are answered."""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import AsyncIterator

import pytest

from service.platform.acceptor import WRITE_BUFFER_BYTES
from service.platform.sockets import KERNEL_BYTES
from service.web import unsent
from service.web.sending import AT_ONCE_BYTES, PIECE_BYTES
from service.web.unsent import YOUNG_SECONDS, Unsent
from tests.overload.page_server import PageServer

PAGE = b"x" * (2 * 1024 * 1024)
MOST_BYTES = 8 * len(PAGE)
CROWD = 60
PATIENCE_SECONDS = 30
ASK = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"


class ListedUnsent(Unsent):
    """Tells whose answers wait."""

    def __init__(self) -> None:
        super().__init__(MOST_BYTES)
        self.clients: set[unsent.Client] = set()

    def begin(self, client: unsent.Client) -> None:
        self.clients.add(client)
        super().begin(client)

    def end(self, client: unsent.Client) -> None:
        self.clients.discard(client)
        super().end(client)


class House(PageServer):
    """A service of one long page."""

    def __init__(self) -> None:
        self.unsent = ListedUnsent()
        self.page = PAGE
        super().__init__(lambda _: self.page, unsent=self.unsent)

    @property
    def transports(self) -> list[asyncio.Transport]:
        """Those of the connections that are open."""
        return [each.transport for each in self.server.connections if each.transport is not None]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    async with house.serving():
        yield house


def unread(house: House) -> socket.socket:
    """A client that asks, and will read nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(house.address)
    client.sendall(ASK)
    return client


def kernel_bytes(transport: asyncio.Transport) -> int:
    """What the kernel holds of what we wrote."""
    descriptor = transport.get_extra_info("socket").fileno()
    (size,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))
    return int(size)


def copied_bytes(transport: asyncio.Transport) -> int:
    """What lies in memory of this client's own, beside the page that all share."""
    return transport.get_write_buffer_size()


async def until_asked(house: House, count: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while house.asked < count:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0)


async def test_what_is_unsent_has_an_end_and_who_reads_is_answered(house: House) -> None:
    crowd = []
    for number in range(CROWD):
        crowd.append(unread(house))
        await until_asked(house, number + 1)
        assert sum(each.unsent_bytes for each in house.unsent.clients) <= MOST_BYTES
    assert 4 < len(house.transports) < CROWD, "some were cut, and not more than had to be"
    assert max(map(kernel_bytes, house.transports)) <= 4 * KERNEL_BYTES
    assert max(map(copied_bytes, house.transports)) <= PIECE_BYTES + 1024
    reader, writer = await asyncio.open_connection(*house.address)
    writer.write(ASK)
    async with asyncio.timeout(PATIENCE_SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(len(PAGE)) == PAGE
    writer.close()
    for each in crowd:
        each.close()


async def test_what_goes_out_at_once_is_counted_while_its_client_does_not_take_it(house: House) -> None:
    house.page = PAGE[:AT_ONCE_BYTES]
    client = unread(house)
    client.sendall(ASK * 100)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not house.unsent.clients:
            await asyncio.sleep(0.01)
    (waiting,) = house.unsent.clients
    assert WRITE_BUFFER_BYTES < waiting.unsent_bytes <= AT_ONCE_BYTES + 1024 + WRITE_BUFFER_BYTES
    client.close()


class Client:
    """One that has so much left to take."""

    def __init__(self, unsent_bytes: int) -> None:
        self.unsent_bytes = unsent_bytes
        self.is_cut = False

    def abort(self) -> None:
        self.is_cut = True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestWhoIsCut:
    def test_nobody_while_there_is_room(self) -> None:
        unsent = Unsent(100)
        clients = [Client(50), Client(50)]
        for each in clients:
            unsent.begin(each)
        assert [each.is_cut for each in clients] == [False, False]

    def test_the_slowest_of_those_that_had_their_time(self) -> None:
        clock = Clock()
        unsent = Unsent(100, clock)
        quick, slow = Client(40), Client(40)
        unsent.begin(quick)
        unsent.begin(slow)
        clock.now = 2 * YOUNG_SECONDS
        quick.unsent_bytes, slow.unsent_bytes = 30, 39
        new = Client(40)
        unsent.begin(new)
        assert [each.is_cut for each in (quick, slow, new)] == [False, True, False]

    def test_the_oldest_of_those_that_are_all_new(self) -> None:
        clock = Clock()
        unsent = Unsent(100, clock)
        clients = [Client(40) for _ in range(3)]
        for each in clients:
            unsent.begin(each)
            clock.now += YOUNG_SECONDS / 10
        assert [each.is_cut for each in clients] == [True, False, False]

    def test_what_was_taken_meanwhile_does_not_count(self) -> None:
        unsent = Unsent(100)
        first, second = Client(80), Client(80)
        unsent.begin(first)
        first.unsent_bytes = 10
        unsent.begin(second)
        assert not first.is_cut
        assert not second.is_cut

    def test_who_is_done_does_not_count(self) -> None:
        unsent = Unsent(100)
        for _ in range(100):
            each = Client(80)
            unsent.begin(each)
            unsent.end(each)
        assert not each.is_cut

    def test_one_answer_over_all_that_may_be_is_cut(self) -> None:
        each = Client(101)
        Unsent(100).begin(each)
        assert each.is_cut


def test_what_is_not_counted_is_little() -> None:
    assert 4096 * WRITE_BUFFER_BYTES <= 64 * 1024 * 1024


@pytest.mark.parametrize(
    "size",
    [
        AT_ONCE_BYTES,
        AT_ONCE_BYTES + 1,
        PIECE_BYTES - 1,
        PIECE_BYTES,
        PIECE_BYTES + 1,
        5 * PIECE_BYTES,
        5 * PIECE_BYTES + 7,
    ],
)
async def test_long_answers_arrive_whole_and_in_turn(house: House, size: int) -> None:
    house.page = bytes(number % 251 for number in range(size))
    reader, writer = await asyncio.open_connection(*house.address)
    writer.write(ASK * 3)
    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(3):
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(size) == house.page
    writer.write(ASK.replace(b"GET", b"HEAD") + ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
        assert f"Content-Length: {size}\r\n".encode() in head
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.read() == house.page
    writer.close()
