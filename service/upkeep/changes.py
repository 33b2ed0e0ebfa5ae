"""Collects the names of keys that are written, which Redis sends over one more connection to each server.

It uses the tracking of client-side caching in broadcast mode (Redis 6), which needs no configuration of the server. No
name is missed while the connections last; after one breaks, the next question raises an error.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Self

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisClusterException, RedisError

from service.errors import BackupError
from service.link.info import fields, read_info
from service.link.link import Link, Server, unavailable
from service.link.trouble import what_is_wrong, what_kept_us_out
from service.store import keys
from service.store.rights import CHANNEL

REPLY_TIMEOUT_SECONDS = 30.0
_BROKEN = (RedisError, RedisClusterException, OSError)


class Changes:
    """The names of keys that are written on all servers of a link after this context is entered."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._listeners: list[_InvalidationListener] = []
        self._ending = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as ending:
            self._listeners = [
                await ending.enter_async_context(await _InvalidationListener.of(server))
                for server in self._link.servers()
            ]
            self._ending = ending.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ending.aclose()

    async def since_last(self) -> set[bytes]:
        """Returns all keys that were written or deleted between the last call and this one.

        Raises StoreUnavailableError when a connection broke, BackupError when the database was emptied.
        """
        return set[bytes]().union(*await asyncio.gather(*(listener.since_last() for listener in self._listeners)))


class _InvalidationListener:
    """A connection to one server that receives the names of written keys."""

    def __init__(self, server: Server, connection: AbstractConnection) -> None:
        self._server = server
        self._connection = connection

    @classmethod
    async def of(cls, server: Server) -> Self:
        """Returns a listener that is not connected yet; raises StoreUnavailableError when sentinels name no master."""
        try:
            return cls(server, await server.connection())
        except _BROKEN as error:
            raise unavailable(f"Redis cannot be reached: {what_kept_us_out(error)}") from error

    async def __aenter__(self) -> Self:
        try:
            await self._connection.connect()  # type: ignore[no-untyped-call]
            await self._listen()
        except BaseException as error:
            await self.__aexit__()
            if isinstance(error, _BROKEN):
                raise unavailable(f"Redis does not tell what changes: {what_is_wrong(error)}") from error
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.disconnect()

    async def _listen(self) -> None:
        """Starts to receive names; raises StoreUnavailableError when the link is connected to another server."""
        info = fields(await self._ask("INFO", "server"))
        (linked,) = await read_info(self._server, "server")
        if info["run_id"] != linked["run_id"]:  # the sentinels have named another master meanwhile
            raise unavailable("a failover is under way")
        number = await self._ask("CLIENT", "ID")
        await self._ask("CLIENT", "TRACKING", "ON", "REDIRECT", number, "BCAST", "PREFIX", keys.PREFIX)
        await self._ask("SUBSCRIBE", CHANNEL)

    async def since_last(self) -> set[bytes]:
        """Returns the names since the last call."""
        changed: set[bytes] = set()
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_SECONDS):
                # The server sends names at the end of a turn of its loop: those of the turn in which it reads the first
                # PING follow the answer to that, and precede the answer to the second one.
                for _ in range(2):
                    await self._connection.send_command("PING")
                    await self._read_until_pong(changed)
        except (RedisError, OSError) as error:
            raise unavailable(f"the connection that tells what changes broke: {what_is_wrong(error)}") from error
        return changed

    async def _ask(self, *command: Any) -> Any:
        await self._connection.send_command(*command)
        return await self._connection.read_response()

    async def _read_until_pong(self, changed: set[bytes]) -> None:
        while True:
            kind, *rest = await self._connection.read_response(disconnect_on_error=False)
            if kind == b"pong":
                return
            if rest[1] is None:
                raise BackupError("The database was emptied meanwhile.")
            changed.update(rest[1])
