"""The interface by which the store sends commands to Redis, and the translation of driver errors."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import OutOfMemoryError, ResponseError

from service.errors import RequestError, StoreFullError, StoreUnavailableError
from service.link.trouble import what_is_wrong

Argument = str | bytes | int | float

RETRY_AFTER_SECONDS = 1
_REFUSED = "Redis refused the command"

log = structlog.get_logger(__name__)


class Link(Protocol):
    """Sends the commands of all requests of this process to Redis, those of one turn of the event loop in one write.

    A command is never sent twice. When its reply is lost its request fails, and the caller may send it again where an
    idempotency key or a script that detects repeats makes that safe.
    """

    @property
    def reason(self) -> str:
        """Why the link is not up, as text for a person; "" while it is up."""

    @property
    def is_up(self) -> bool:
        """Whether a server is connected; of a cluster, any master."""

    def open(self) -> None:
        """Starts to connect, and connects again after each failure until the link is closed."""

    async def wait_up(self, timeout_seconds: float) -> bool:
        """Returns True as soon as the link is up, False after the timeout."""

    async def wait_whole(self, timeout_seconds: float) -> bool:
        """Returns True as soon as every master is connected, False after the timeout."""

    async def close(self) -> None:
        """Disconnects; commands without a reply fail."""

    def call(self, *command: Argument) -> Awaitable[Any]:
        """Queues one command and returns an awaitable of its reply, so that several calls share a write.

        The call or the awaitable raises StoreUnavailableError or StoreFullError when there is no reply, OverloadedError
        when it would come too late, and NoScriptError for EVALSHA of a script that the server does not have.
        """

    async def call_each(self, *command: Argument) -> list[Any]:
        """Sends a command without a key to every server that is up, and returns their replies."""

    def servers(self) -> Sequence["Server"]:
        """Returns a link to each master that is up; `layout.unchanged` checks that none is missing.

        Raises StoreUnavailableError when no master is up.
        """


class Server(Link, Protocol):
    """A `Link` to one server. `is_proved` says that a write succeeded since the server was connected and since it last
    refused a command, see `store/readiness.py`."""

    is_proved: bool

    async def connection(self) -> AbstractConnection:
        """Returns another connection to the server; it is not connected yet."""


async def arrives(event: asyncio.Event, timeout_seconds: float) -> bool:
    """Returns whether the event is set within the time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_seconds):  # wait_for of Python 3.11 may swallow a cancellation
            await event.wait()
            return True
    return False


def unavailable(detail: str) -> StoreUnavailableError:
    """Returns the error for a store that does not answer, with the time after which to try again."""
    return StoreUnavailableError(detail, retry_after_seconds=RETRY_AFTER_SECONDS)


def translate(error: BaseException) -> RequestError:
    """Returns the service's error for one of Redis: full, or unavailable. Driver errors are read here alone."""
    if isinstance(error, OutOfMemoryError) or (isinstance(error, ResponseError) and "OOM " in str(error)):
        return StoreFullError("Redis is out of memory.", retry_after_seconds=RETRY_AFTER_SECONDS)
    log.error("redis_refused", error=what_is_wrong(error))
    return refused(error)


def refused(reason: BaseException) -> StoreUnavailableError:
    """Returns the error for a command that Redis refused; its cause is for operators, and not for readers."""
    error = unavailable(_REFUSED)
    error.__cause__ = reason
    return error


def explained(error: RequestError) -> str:
    """Returns what an error says to those who watch the service: where Redis refused a command, what Redis said."""
    if error.detail == _REFUSED and error.__cause__:
        return what_is_wrong(error.__cause__)
    return str(error)
