"""A link to one server: all requests of the process share one connection."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import takewhile
from typing import Any, NamedTuple

import hiredis
import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    AskError,
    MovedError,
    NoScriptError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    TryAgainError,
)

from service.errors import OverloadedError
from service.link.link import Argument, arrives, translate, unavailable
from service.link.trouble import what_is_wrong, what_kept_us_out

Connect = Callable[[], Awaitable[AbstractConnection]]
"""Makes a connection to the server's present address; it is not connected yet."""

REPLY_TIMEOUT_SECONDS = 5.0
"""When a command has waited this long the server is taken for dead: its requests fail, and the link connects again."""
REPLICATION_TIMEOUT_MS = 1000
FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 1.0
BUSY_SECONDS = 0.5
"""While the oldest command has waited longer than this, new ones are refused at once: they would wait as long."""
LATE_SECONDS = 1.2
"""A command that has waited this long fails, so that with scoring a request is answered within two seconds. The server
may still carry it out; the caller has to ask again to learn the outcome."""
WATCH_SECONDS = 0.1
MAX_PENDING = 20_000
"""With so many unanswered commands new ones are refused at once, so that a slow server cannot fill the memory."""
BROKEN = (RedisError, RedisClusterException, OSError)
_FOR_THE_CALLER = (NoScriptError, MovedError, AskError, TryAgainError)
"""These errors mean that a command was not carried out, and that the caller can act on the reason."""

log = structlog.get_logger(__name__)


class _Pending(NamedTuple):
    """A command without a reply, sent at a time of the event loop; `future` is None for a WAIT that the link added."""

    since: float
    future: asyncio.Future[Any] | None


class ServerLink:
    """A `Link` to one server: it sends all commands over one connection and replaces that when it breaks.

    With `wait_replicas`, the link adds WAIT to every batch of commands and holds their replies back until so many
    replicas have confirmed the writes. When too few confirm, the requests fail as if their replies were lost.
    """

    def __init__(self, connect: Connect, scripts: tuple[str, ...] = (), wait_replicas: int = 0) -> None:
        self._connect = connect
        self._scripts = scripts
        self._wait_replicas = wait_replicas
        self._connection: AbstractConnection | None = None
        self._outgoing: list[bytes] = []
        self._pending: deque[_Pending] = deque()
        self._unconfirmed: list[tuple[asyncio.Future[Any], Any]] = []
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self.reason = "not connected yet"
        self.is_proved = False

    @property
    def is_up(self) -> bool:
        return self._connection is not None

    @property
    def pending(self) -> int:
        """The number of commands that have no reply yet."""
        return len(self._pending)

    def open(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def wait_up(self, timeout_seconds: float) -> bool:
        return await arrives(self._up, timeout_seconds)

    async def wait_whole(self, timeout_seconds: float) -> bool:
        return await self.wait_up(timeout_seconds)

    async def close(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None

    def call(self, *command: Argument) -> asyncio.Future[Any]:
        if self._connection is None:
            raise unavailable("Redis is away")
        if len(self._pending) >= MAX_PENDING:
            raise unavailable("too many requests wait for Redis")
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._pending and now - self._pending[0].since > BUSY_SECONDS:
            raise OverloadedError("store")
        future: asyncio.Future[Any] = loop.create_future()
        self._pending.append(_Pending(now, future))
        self._outgoing.append(_pack(command))
        self._wake.set()
        return future

    async def call_each(self, *command: Argument) -> list[Any]:
        return [await self.call(*command)]

    def servers(self) -> list["ServerLink"]:
        return [self]

    async def connection(self) -> AbstractConnection:
        return await self._connect()

    async def _keep(self) -> None:
        """Connects, serves, and connects again after a failure, with growing waits, until it is cancelled."""
        wait = FIRST_RETRY_SECONDS
        while True:
            connection: AbstractConnection | None = None
            try:
                connection = await self._connect()
                async with asyncio.timeout(REPLY_TIMEOUT_SECONDS):
                    await connection.connect()  # type: ignore[no-untyped-call]
                    for source in self._scripts:
                        await connection.send_command("SCRIPT", "LOAD", source)
                        await connection.read_response()
                self._begin(connection)
                wait = FIRST_RETRY_SECONDS
                await self._serve(connection)
            except BROKEN as error:
                self._end(error)
            except asyncio.CancelledError:
                self._fail_pending("the service stops")
                if connection is not None:
                    await connection.disconnect()
                raise
            except Exception as error:  # nothing works without a connection: whatever failed, try the next one
                log.exception("redis_link_failed")
                self._end(error)
            finally:
                if connection is not None:
                    await connection.disconnect(nowait=True)
            await asyncio.sleep(wait)
            wait = min(LONGEST_RETRY_SECONDS, wait * 2)

    def _begin(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self.is_proved = False
        self._up.set()
        self.reason = ""
        log.info("redis_connected")

    def _end(self, error: BaseException) -> None:
        was_up = self._connection is not None
        reason = what_is_wrong(error) if was_up else what_kept_us_out(error)
        if was_up or reason != self.reason:
            log.warning("redis_away", error=reason)
        self._fail_pending(reason)

    def _fail_pending(self, reason: str) -> None:
        self.reason = reason
        self._connection = None
        self._up.clear()
        self._outgoing.clear()
        lost = [future for future, _ in self._unconfirmed]
        lost += [command.future for command in self._pending if command.future]
        self._unconfirmed.clear()
        self._pending.clear()
        for future in lost:
            if not future.done():
                future.set_exception(unavailable("the connection to Redis broke before its answer"))

    async def _serve(self, connection: AbstractConnection) -> None:
        tasks = [asyncio.create_task(loop) for loop in (self._write(connection), self._read(connection), self._watch())]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._outgoing:
                if self._wait_replicas:
                    self._pending.append(_Pending(asyncio.get_running_loop().time(), None))
                    self._outgoing.append(_pack(("WAIT", self._wait_replicas, REPLICATION_TIMEOUT_MS)))
                commands, self._outgoing = self._outgoing, []
                await connection.send_packed_command(commands, check_health=False)

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            reply: Any
            try:
                reply = await connection.read_response(disconnect_on_error=False)
            except ReadOnlyError:
                raise  # the server has become a replica: the master has another address now
            except ResponseError as error:
                is_for_the_caller = isinstance(error, _FOR_THE_CALLER)
                self.is_proved = self.is_proved and is_for_the_caller
                reply = error if is_for_the_caller else translate(error)
            future = self._pending.popleft().future
            if future is None:
                self._confirm(reply)
            elif self._wait_replicas:
                self._unconfirmed.append((future, reply))
            else:
                _settle(future, reply)

    def _confirm(self, replicas: Any) -> None:
        """Gives the replies that were held back to their callers; `replicas` is the reply to WAIT."""
        confirmed, self._unconfirmed = self._unconfirmed, []
        is_safe = isinstance(replicas, int) and replicas >= self._wait_replicas
        obstacle = replicas if isinstance(replicas, BaseException) else unavailable("too few replicas have it")
        for future, reply in confirmed:
            _settle(future, reply if is_safe else obstacle)

    async def _watch(self) -> None:
        """Fails late commands, and raises ConnectionError when the server does not answer."""
        while True:
            await asyncio.sleep(min(WATCH_SECONDS, REPLY_TIMEOUT_SECONDS / 5))
            now = asyncio.get_running_loop().time()
            if self._pending and now - self._pending[0].since > REPLY_TIMEOUT_SECONDS:
                raise ConnectionError("no answer for too long")
            self._give_up(now - LATE_SECONDS)

    def _give_up(self, before: float) -> None:
        """Fails the commands sent before that time. They stay queued, as replies come in the order of commands."""
        late = [command.future for command in takewhile(lambda command: command.since < before, self._pending)]
        if late:
            late += [future for future, _ in self._unconfirmed]
        for future in late:
            if future is not None:
                _settle(future, unavailable("Redis did not answer in time"))


def _pack(command: tuple[Argument, ...]) -> bytes:
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]
    return packed


def _settle(future: asyncio.Future[Any], reply: Any) -> None:
    """Sets a reply, or an error, as the outcome of a future that has none yet."""
    if future.done():
        return
    if isinstance(reply, BaseException):
        future.set_exception(reply)
    else:
        future.set_result(reply)
