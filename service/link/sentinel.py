"""Sentinels, which know where the master is: they are asked before each connection, as a failover changes it."""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisClusterException, RedisError, ResponseError

from service.link.location import CONNECT_TIMEOUT_SECONDS, Location, Node
from service.link.trouble import LinkTroubleError, shortened, what_kept_us_out

_BROKEN = (RedisError, RedisClusterException, OSError)
_DOWN = {"s_down", "o_down"}
"""The flags of a master that this sentinel, or a majority of them, takes for dead."""


class Sentinels:
    """Connects to the master that the sentinels of a location name."""

    def __init__(self, read: Callable[[], Location]) -> None:
        """`read` gives the location as it is now."""
        self._read = read
        self._first: Node | None = None

    async def connect(self) -> AbstractConnection:
        """Returns a connection to the present master; it is not connected yet.

        Raises LinkTroubleError, which says what each sentinel answered, where none names a master.
        """
        location = self._read()
        reasons: dict[str, list[str]] = {}
        for node in sorted(location.nodes, key=lambda node: node != self._first):
            try:
                master = await _ask(location, node)
            except _BROKEN as error:
                reasons.setdefault(what_kept_us_out(error), []).append(f"{node[0]}:{node[1]}")
            else:
                self._first = node
                return location.connection(master)
        told = "; ".join(f"{reason} ({', '.join(nodes)})" for reason, nodes in reasons.items())
        raise LinkTroubleError(shortened(f"no sentinel names the master: {told.replace('Redis', 'the sentinel')}"))


async def _ask(location: Location, node: Node) -> Node:
    """Returns where a sentinel says that the master is; raises what the driver raises, or LinkTroubleError."""
    connection = location.sentinel_connection(node)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            await connection.connect()  # type: ignore[no-untyped-call]
            await connection.send_command("SENTINEL", "MASTER", location.name)
            told = await connection.read_response()
    except ResponseError as error:
        if "No such master" in str(error):
            raise LinkTroubleError("it knows no master of this name") from error
        raise
    finally:
        await connection.disconnect(nowait=True)
    return _address(dict(zip(told[::2], told[1::2], strict=True)))


def _address(master: dict[bytes, Any]) -> Node:
    """Returns the address in a sentinel's answer, if the master is not taken for dead."""
    if _DOWN & set(master[b"flags"].decode().split(",")):
        raise LinkTroubleError("it takes the master for dead")
    return master[b"ip"].decode(), int(master[b"port"])
