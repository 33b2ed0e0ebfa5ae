"""Where connections come in: the listening sockets, which of them this process accepts from, and how it leaves."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Sequence

import structlog

from service.errors import StartError

BACKLOG = 1024
ACCEPTS_A_TURN = 64
POLL_SECONDS = 0.02
LAST_REQUESTS_SECONDS = 0.05
"""At a stop, what was accepted last has so long to be read: it was sent before."""

Listeners = Sequence[Sequence[socket.socket]]
"""For each slot the sockets of one worker, one for each address."""
ProtocolFactory = Callable[[], asyncio.BaseProtocol]

log = structlog.get_logger(__name__)


def listen(host: str, port: int, slots: int) -> list[list[socket.socket]]:
    """Sockets that listen on the port, a set for each slot; the kernel spreads connections over the sets.

    StartError when the port is taken, also by another service that would share it.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
        first = [_bound(*address) for address in addresses[:1]]
        port = first[0].getsockname()[1]
        first += [_bound(family, (address[0], port, *address[2:])) for family, address in addresses[1:]]
        if slots == 1 or sys.platform != "linux":  # elsewhere the kernel would not spread: all accept from one
            return _listening([first] * slots)
        names = [(each.family, each.getsockname()) for each in first]
        for each in first:
            each.close()
        return _listening([[_bound(*name, is_shared=True) for name in names] for _ in range(slots)])
    except OSError as error:
        raise StartError(f"Cannot listen on {host} port {port}: {error}") from error


def _bound(family: int, address: tuple[object, ...], *, is_shared: bool = False) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _listening(listeners: list[list[socket.socket]]) -> list[list[socket.socket]]:
    for sockets in listeners:
        for each in sockets:
            each.settimeout(0)
            each.listen(BACKLOG)
    return listeners


def close(listeners: Listeners) -> None:
    """New connections are refused, once every process that has the sockets has closed them."""
    for sockets in listeners:
        for each in sockets:
            each.close()


class Door:
    """Accepts connections for this process, and leaves without losing one.

    Nothing is lost because no listening socket is ever closed while the service runs: the supervisor holds all of
    them. A worker that leaves only stops to accept; what the kernel has queued waits for the worker that accepts from
    the same socket, and what was accepted gets its answer, with `Connection: close`. (A socket that is closed resets
    what is queued on it, also when others listen on the same port.) asyncio's own server is not used: closed between
    accepting a connection and making its transport, it drops the connection.
    """

    def __init__(self) -> None:
        self._listeners: Listeners = ()
        self._taken: set[int] = set()
        self._factory: ProtocolFactory | None = None
        self._meeting: set[asyncio.Task[object]] = set()
        self.is_leaving = False
        """Every answer is now the last on its connection."""
        self.under_way = 0
        """Requests whose handler runs."""

    def open(self, factory: ProtocolFactory, listeners: Listeners, slot: int) -> None:
        """Starts to accept from the slot's sockets; each connection gets a protocol from the factory."""
        self._factory, self._listeners = factory, listeners
        self.take(slot)

    def take(self, slot: int) -> None:
        """Accepts from the slot's sockets too, beside whoever else does."""
        self._taken.add(slot)
        for each in self._listeners[slot]:
            asyncio.get_running_loop().add_reader(each.fileno(), self._accept, each)

    def leave(self, slot: int) -> None:
        """Accepts no more from the slot's sockets."""
        self._taken.discard(slot)
        for each in self._listeners[slot]:
            asyncio.get_running_loop().remove_reader(each.fileno())

    async def retire(self, seconds: float, connections: Callable[[], Sequence[object]]) -> None:
        """Leaves to others what is not accepted yet, and returns when all connections have had a last answer, or
        after so many seconds."""
        self._leave_all()
        await self._until(lambda: not self._meeting and not connections(), seconds)

    async def stop(self, seconds: float) -> None:
        """Accepts what waits, then closes; returns when no request is under way, or after so many seconds."""
        taken = [each for slot in self._taken for each in self._listeners[slot]]
        self._leave_all()
        for each in taken:
            self._accept(each)
        close(self._listeners)
        await asyncio.sleep(LAST_REQUESTS_SECONDS)
        await self._until(lambda: not self._meeting and not self.under_way, seconds)

    def _leave_all(self) -> None:
        self.is_leaving = True
        for slot in list(self._taken):
            self.leave(slot)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not condition():  # noqa: ASYNC110 it is the end, and events would cost every request before
                    await asyncio.sleep(POLL_SECONDS)

    def _accept(self, listener: socket.socket) -> None:
        assert self._factory is not None  # noqa: S101 set by `open`
        loop = asyncio.get_running_loop()
        for _ in range(ACCEPTS_A_TURN):
            try:
                connection, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            connection.settimeout(0)
            task: asyncio.Task[object] = loop.create_task(loop.connect_accepted_socket(self._factory, connection))
            self._meeting.add(task)
            task.add_done_callback(self._met)

    def _met(self, task: asyncio.Task[object]) -> None:
        self._meeting.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("connection_not_made", error=str(error))
