"""Accepts connections for this process, and stops without losing one."""

import asyncio
import contextlib
import heapq
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from service.platform.shares import Connecting, Shares
from service.platform.sockets import MAX_CONNECTIONS, READ_SECONDS, Listeners, close

ACCEPTS_A_TURN = 64

SHARE_OF_ONE = 8
"""One client may hold an eighth of them, unless it is this machine or a trusted proxy."""

IDLE_SECONDS = 1.0
"""A connection on which nothing was asked for so long may be closed in favour of a new one when all are taken."""

CLOSED_AT_ONCE = 64
"""So many, that they need not be looked for again at every new one."""

HEAD_SECONDS = 10.0
"""A new connection has so long to send a whole request's head."""

KEEP_ALIVE_SECONDS = 75
"""From one answer to the next whole request on a connection: longer than reverse proxies keep theirs (nginx: 60 s), so
that it is they who close."""

STOP_SECONDS = 10.0
"""Requests under way have so long to finish when the process is told to go."""

RETIRE_SECONDS = KEEP_ALIVE_SECONDS + STOP_SECONDS
"""Until then each connection of a process that has a successor had its last answer, or was closed as it always is."""

WRITE_BUFFER_BYTES = 16 * 1024
"""An answer of which so much is left when it was written waits for its client; less is not worth counting."""

SWEEP_SECONDS = 1.0

TOO_MANY_CONNECTIONS = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)

POLL_SECONDS = 0.02

LAST_REQUESTS_SECONDS = 0.05
"""At a stop, what was accepted last has so long to be read: it was sent before."""

ProtocolFactory = Callable[[], asyncio.BaseProtocol]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class OpenConnection:
    """An open connection; its times are of the monotonic clock, in seconds."""

    transport: asyncio.Transport
    since: float
    waiting_since: float | None
    """Since when it waits for a request: since it was made, or its last answer. None while a request is answered."""
    was_asked: bool = False
    """Whether a whole request's head came."""
    stuck_since: float | None = None
    """When its client stopped to take all that we send."""

    def is_slow(self, now: float) -> bool:
        """Whether its client holds the connection without using it: no head of a first request, or an answer that is
        not read. (aiohttp itself limits the wait for the next request, but not these two.)"""
        if not self.transport.get_write_buffer_size():
            self.stuck_since = None
        elif self.stuck_since is None:
            self.stuck_since = now
        elif now - self.stuck_since > READ_SECONDS:
            return True
        return now - self.since > HEAD_SECONDS and not self.was_asked

    @property
    def idle_since(self) -> float | None:
        """Since when nothing was asked on it; None while something is, or an answer is not taken."""
        return None if self.transport.get_write_buffer_size() else self.waiting_since


class Acceptor:
    """Accepts connections for this process, and leaves without losing one.

    Nothing is lost because no listening socket is ever closed while the service runs: the supervisor holds all of
    them. A worker that leaves only stops to accept; what the kernel has queued waits for the worker that accepts from
    the same socket, and what was accepted gets its answer, with `Connection: close`. (A socket that is closed resets
    what is queued on it, also when others listen on the same port.) asyncio's own server is not used: closed between
    accepting a connection and making its transport, it drops the connection.
    """

    def __init__(self, shares: Shares | None = None) -> None:
        self._shares = shares or Shares()
        self._listeners: Listeners = ()
        self._taken: set[int] = set()
        self._factory: ProtocolFactory | None = None
        self._connecting: set[Connecting] = set()
        self._open_connections: dict[asyncio.Transport, OpenConnection] = {}
        self._refused: list[socket.socket] = []
        self._sweeper: asyncio.Task[None] | None = None
        self._swept = 0.0
        self._look_again = 0.0
        self.is_draining = False
        """Every answer is now the last on its connection."""
        self.on_draining: list[Callable[[], None]] = []
        """Called when that begins: what goes on and on has to come to its end."""
        self.under_way = 0
        """Requests that are being answered."""

    def open(self, factory: ProtocolFactory, listeners: Listeners, slot: int) -> None:
        """Starts to accept from the slot's sockets; each connection gets a protocol from the factory."""
        self._factory, self._listeners = factory, listeners
        self._sweeper = asyncio.create_task(self._sweep_always())
        self.take(slot)

    def close(self) -> None:
        """Ends what `open` began."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._close_refused()

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

    def begin_request(self, transport: asyncio.Transport | None) -> None:
        """Whoever answers requests calls this when the head of one has come; None is a connection that was lost."""
        self.under_way += 1
        if transport is not None:
            connection = self._connection_of(transport)
            connection.was_asked, connection.waiting_since = True, None

    def end_request(self, transport: asyncio.Transport | None) -> None:
        """Whoever called `begin_request` calls this when the answer is ready."""
        self.under_way -= 1
        connection = None if transport is None else self._open_connections.get(transport)
        if connection is not None:
            connection.waiting_since = time.monotonic()

    async def retire(self, seconds: float, connections: Callable[[], Sequence[object]]) -> None:
        """Leaves to others what is not accepted yet, and returns when all connections have had a last answer, or
        after so many seconds."""
        self._leave_all()
        await self._until(lambda: not self._connecting and not connections(), seconds)

    async def stop(self, seconds: float) -> None:
        """Accepts what waits, then closes; returns when no request is under way, or after so many seconds."""
        taken = [each for slot in self._taken for each in self._listeners[slot]]
        self._leave_all()
        for each in taken:
            self._accept(each)
        close(self._listeners)
        await asyncio.sleep(LAST_REQUESTS_SECONDS)
        await self._until(lambda: not self._connecting and not self.under_way, seconds)

    def _leave_all(self) -> None:
        self.is_draining = True
        for begin_to_drain in self.on_draining:
            begin_to_drain()
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
                connection, address = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no descriptor is left for it, most likely
                log.warning("connection_not_accepted", error=str(error))
                self._close_refused()
                if time.monotonic() >= self._look_again:
                    self._close_idle()
                return
            connection.settimeout(0)
            if self._shares.has_all(address[0], MAX_CONNECTIONS // SHARE_OF_ONE):
                self._refuse_connection(connection, "one client has its share")
                continue
            if self._has_too_many():
                self._refuse_connection(connection, "all are taken")
                continue
            task: Connecting = loop.create_task(loop.connect_accepted_socket(self._factory, connection))
            self._shares.add(address[0], task)
            self._connecting.add(task)
            task.add_done_callback(self._on_connected)

    def _on_connected(self, task: Connecting) -> None:
        self._connecting.discard(task)
        if task.cancelled():
            return
        if error := task.exception():
            log.warning("connection_not_made", error=str(error))
            return
        self._connection_of(task.result()[0])

    def _connection_of(self, transport: asyncio.Transport) -> OpenConnection:
        """What is known of a connection. Its first request may be here before the event loop has told that it is
        made."""
        connection = self._open_connections.get(transport)
        if connection is None:
            now = time.monotonic()
            transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
            connection = self._open_connections[transport] = OpenConnection(transport, now, now)
        return connection

    def _has_too_many(self) -> bool:
        if len(self._open_connections) + len(self._connecting) < MAX_CONNECTIONS:
            return False
        if time.monotonic() - self._swept > POLL_SECONDS:
            self._sweep()
        if (
            len(self._open_connections) + len(self._connecting) >= MAX_CONNECTIONS
            and time.monotonic() >= self._look_again
        ):
            self._close_idle()
        return len(self._open_connections) + len(self._connecting) >= MAX_CONNECTIONS

    def _close_idle(self) -> None:
        """Closes those that were idle longest: a client that keeps one for its next request opens another then. Where
        that were few, they are not looked for again at once: it takes a millisecond."""
        latest = time.monotonic() - IDLE_SECONDS
        found = [(each.idle_since, id(each), each) for each in self._open_connections.values()]
        idle = [(since, number, each) for since, number, each in found if since is not None and since < latest]
        for _, _, connection in heapq.nsmallest(CLOSED_AT_ONCE, idle):
            connection.transport.close()
        self._look_again = time.monotonic() + (0 if len(idle) >= CLOSED_AT_ONCE else POLL_SECONDS)
        self._forget_closed()

    def _refuse_connection(self, connection: socket.socket, reason: str) -> None:
        """Tells it to come again. Closed at once, with its request unread, it would be reset and not read that."""
        log.warning("connection_refused", reason=reason)
        with contextlib.suppress(OSError):
            connection.send(TOO_MANY_CONNECTIONS)
            connection.shutdown(socket.SHUT_WR)
        self._refused.append(connection)
        if len(self._refused) > MAX_CONNECTIONS:
            self._close_refused()

    def _close_refused(self) -> None:
        while self._refused:
            self._refused.pop().close()

    async def _sweep_always(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self._sweep()
            self._close_refused()

    def _sweep(self) -> None:
        """Forgets connections that are closed, and cuts those of slow clients: one timer for all."""
        now = self._swept = time.monotonic()
        for connection in self._open_connections.values():
            if connection.is_slow(now):
                connection.transport.abort()
        self._forget_closed()
        self._shares.forget_closed()

    def _forget_closed(self) -> None:
        for transport in [each for each in self._open_connections if each.is_closing()]:
            del self._open_connections[transport]
