"""Which of our keys are written: Redis tells their names, on a connection of its own (client-side caching's tracking,
in broadcast mode, since Redis 6). Nothing is to be set up on the server, and nothing is missed while the connection
lasts; when it breaks, whoever asks learns that."""

import asyncio
from typing import Any, Self

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError

from service import keys
from service.errors import BackupError
from service.store.link import unavailable

CONNECT_TIMEOUT_SECONDS = 2.0
REPLY_TIMEOUT_SECONDS = 30.0
_CHANNEL = "__redis__:invalidate"


class Changes:
    """The names of written keys, from `open` on."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        self._connection: AbstractConnection = self._pool.make_connection()  # type: ignore[no-untyped-call]

    async def __aenter__(self) -> Self:
        try:
            await self._connection.connect()  # type: ignore[no-untyped-call]
            number = await self._ask("CLIENT", "ID")
            await self._ask("CLIENT", "TRACKING", "ON", "REDIRECT", number, "BCAST", "PREFIX", keys.PREFIX)
            await self._ask("SUBSCRIBE", _CHANNEL)
        except (RedisError, RedisClusterException, OSError) as error:
            await self._pool.disconnect()
            raise unavailable(f"Redis does not tell what changes: {error}") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._connection.disconnect()

    async def since_last(self) -> set[bytes]:
        """The keys written, or gone, since the last call: all of them up to the moment of the call."""
        changed: set[bytes] = set()
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_SECONDS):
                # Names are sent at the end of a turn of the server's loop, so that those of the turn in which the first
                # PING is read come after its answer, and before the second's.
                for _ in range(2):
                    await self._connection.send_command("PING")
                    await self._read_until_pong(changed)
        except (RedisError, OSError) as error:
            raise unavailable(f"the connection that tells what changes broke: {error}") from error
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
