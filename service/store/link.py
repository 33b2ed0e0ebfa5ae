"""One connection to Redis that all requests share: what one turn of the event loop asks goes out in one write."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import hiredis
import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, OutOfMemoryError, RedisClusterException, RedisError, ResponseError

from service.errors import RequestError, StoreFullError, StoreUnavailableError

Argument = str | bytes | int | float

REPLY_TIMEOUT_SECONDS = 5.0
"""A server silent for so long is treated as gone: its requests fail, and the connection is made anew."""
CONNECT_TIMEOUT_SECONDS = 2.0
FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 1.0
MAX_PENDING = 20_000
"""More unanswered commands than this are refused at once, so that a slow server cannot fill the memory."""
RETRY_AFTER_SECONDS = 1
_BROKEN = (RedisError, RedisClusterException, OSError)

log = structlog.get_logger(__name__)


def unavailable(detail: str) -> StoreUnavailableError:
    return StoreUnavailableError(detail, retry_after_seconds=RETRY_AFTER_SECONDS)


def translate(error: BaseException) -> RequestError:
    """Redis's error in our words: full, or away for now. The only place where driver errors are read."""
    if isinstance(error, OutOfMemoryError) or (isinstance(error, ResponseError) and "OOM " in str(error)):
        return StoreFullError("Redis is out of memory", retry_after_seconds=RETRY_AFTER_SECONDS)
    log.error("redis_refused", error=str(error))
    return unavailable("Redis refused the command")


class Link:
    """Multiplexes commands over one connection and replaces it when it breaks.

    A command is never sent twice: when its reply is lost, its request fails, and only the caller, who has an
    idempotency key or a script that sees repeats, can safely ask again.
    """

    def __init__(self, url: str, scripts: tuple[str, ...] = ()) -> None:
        self._pool = ConnectionPool.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        self._scripts = scripts
        self._connection: AbstractConnection | None = None
        self._outgoing: list[bytes] = []
        self._pending: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._wake = asyncio.Event()
        self._up = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self.reason = "not connected yet"

    @property
    def is_up(self) -> bool:
        return self._connection is not None

    @property
    def pending(self) -> int:
        """Commands sent or about to be, and not yet answered."""
        return len(self._pending)

    def open(self) -> None:
        """Starts connecting, and keeps trying until closed."""
        self._keeper = asyncio.create_task(self._keep())

    async def wait_up(self, timeout_seconds: float) -> bool:
        """True as soon as connected, False after the timeout."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):  # wait_for of Python 3.11 may pass over being cancelled
                await self._up.wait()
                return True
        return False

    async def close(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        await self._pool.disconnect()

    def call(self, *command: Argument) -> Awaitable[Any]:
        """The reply to one command. StoreUnavailableError or StoreFullError when there is none.

        A server error other than those two comes as redis.ResponseError.
        """
        if self._connection is None:
            raise unavailable(f"Redis is away: {self.reason}")
        if len(self._pending) >= MAX_PENDING:
            raise unavailable("too many requests wait for Redis")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._pending.append((loop.time(), future))
        self._outgoing.append(hiredis.pack_command(command))  # type: ignore[arg-type]
        self._wake.set()
        return future

    async def _keep(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
            try:
                async with asyncio.timeout(REPLY_TIMEOUT_SECONDS):
                    await connection.connect()
                    for source in self._scripts:
                        await connection.send_command("SCRIPT", "LOAD", source)
                        await connection.read_response()
                self._begin(connection)
                wait = FIRST_RETRY_SECONDS
                await self._serve(connection)
            except _BROKEN as error:
                self._end(error)
            except asyncio.CancelledError:
                self._fail_pending("the service stops")
                raise
            except Exception as error:  # whatever it is, the next connection may do better; without one nothing works
                log.exception("redis_link_failed")
                self._end(error)
            finally:
                await connection.disconnect(nowait=True)
            await asyncio.sleep(wait)
            wait = min(LONGEST_RETRY_SECONDS, wait * 2)

    def _begin(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._up.set()
        self.reason = ""
        log.info("redis_connected")

    def _end(self, error: BaseException) -> None:
        if self._connection is not None or not self.reason.endswith(str(error)):
            log.warning("redis_away", error=str(error))
        self._fail_pending(str(error))

    def _fail_pending(self, reason: str) -> None:
        self.reason = reason
        self._connection = None
        self._up.clear()
        self._outgoing.clear()
        while self._pending:
            _, future = self._pending.popleft()
            if not future.done():
                future.set_exception(unavailable("the connection to Redis broke before its answer"))

    async def _serve(self, connection: AbstractConnection) -> None:
        tasks = [asyncio.create_task(each) for each in (self._write(connection), self._read(connection), self._watch())]
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
                commands, self._outgoing = self._outgoing, []
                await connection.send_packed_command(commands, check_health=False)

    async def _read(self, connection: AbstractConnection) -> None:
        while True:
            try:
                reply = await connection.read_response(disconnect_on_error=False)
            except ResponseError as error:
                _, future = self._pending.popleft()
                if not future.done():
                    future.set_exception(error if isinstance(error, NoScriptError) else translate(error))
                continue
            _, future = self._pending.popleft()
            if not future.done():
                future.set_result(reply)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(REPLY_TIMEOUT_SECONDS / 5)
            oldest = self._pending[0][0] if self._pending else None
            if oldest is not None and asyncio.get_running_loop().time() - oldest > REPLY_TIMEOUT_SECONDS:
                raise ConnectionError("no answer for too long")
