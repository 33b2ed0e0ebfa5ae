"""What the store asks of Redis, whatever stands behind the address: one server, a watched one, or a cluster."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import OutOfMemoryError, ResponseError

from service.errors import RequestError, StoreFullError, StoreUnavailableError

Argument = str | bytes | int | float

RETRY_AFTER_SECONDS = 1

log = structlog.get_logger(__name__)


class Link(Protocol):
    """Commands to Redis, of all requests of this process. What one turn of the event loop asks goes out together.

    A command is never sent twice: when its reply is lost, its request fails, and only the caller, who has an
    idempotency key or a script that sees repeats, can safely ask again.
    """

    @property
    def reason(self) -> str:
        """Why it is not up, for a person; "" while it is."""

    @property
    def is_up(self) -> bool: ...

    def open(self) -> None:
        """Starts connecting, and keeps trying until closed."""

    async def wait_up(self, timeout_seconds: float) -> bool:
        """True as soon as connected, of a cluster to any master; False after the timeout."""

    async def wait_whole(self, timeout_seconds: float) -> bool:
        """True as soon as every master is connected, False after the timeout."""

    async def close(self) -> None: ...

    def call(self, *command: Argument) -> Awaitable[Any]:
        """The reply to one command. It is on its way when this returns, so that several calls share a write.

        StoreUnavailableError or StoreFullError when there is no reply, OverloadedError when it would come too late,
        from here or from the awaitable; NoScriptError.
        """

    async def call_each(self, *command: Argument) -> list[Any]:
        """The replies of every server that is up to a command without a key."""

    def servers(self) -> Sequence["Server"]:
        """A link to each master that is up; StoreUnavailableError when there is none. `layout.py` tells whether these
        are all."""


class Server(Link, Protocol):
    """A `Link` to one server. `is_proved`: a write was carried out since it was connected and since it last refused a
    command, see `readiness.py`."""

    is_proved: bool

    async def connection(self) -> AbstractConnection:
        """One more connection to it, not connected yet."""


async def arrives(event: asyncio.Event, timeout_seconds: float) -> bool:
    """Whether the event comes within the time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_seconds):  # wait_for of Python 3.11 may pass over being cancelled
            await event.wait()
            return True
    return False


def unavailable(detail: str) -> StoreUnavailableError:
    return StoreUnavailableError(detail, retry_after_seconds=RETRY_AFTER_SECONDS)


def translate(error: BaseException) -> RequestError:
    """Redis's error in our words: full, or away for now. The only place where driver errors are read."""
    if isinstance(error, OutOfMemoryError) or (isinstance(error, ResponseError) and "OOM " in str(error)):
        return StoreFullError("Redis is out of memory", retry_after_seconds=RETRY_AFTER_SECONDS)
    log.error("redis_refused", error=str(error))
    return unavailable("Redis refused the command")
