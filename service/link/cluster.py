"""A Redis Cluster: each command goes to the master of its key's slot, and follows it through a failover."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, TryAgainError

from service.errors import RequestError
from service.link.link import Argument, arrives, unavailable
from service.link.server import BROKEN, ServerLink

Node = tuple[str, int]
"""A server's host and port."""

REFRESH_SECONDS = 30.0
"""How often the map of slots is read again when nothing is wrong."""
RETRY_SECONDS = 0.25
"""And how often while a master does not answer or a slot has none."""
MAX_MOVES = 5
"""A command that is sent on more often than this finds a cluster that does not know itself."""
SLOTS = 16384
"""Of every cluster."""
_KEY_AT = {"EVALSHA": 3, "EVAL": 3, "XINFO": 2, "XREAD": 6, "XGROUP": 2}
"""Where these have their first key (XREAD as COUNT, BLOCK, STREAMS)."""
_KEY_FIRST = frozenset(
    (
        "DEL",
        "ECHO",
        "EXISTS",
        "GET",
        "HDEL",
        "HEXISTS",
        "HGET",
        "HGETALL",
        "HINCRBY",
        "HLEN",
        "HMGET",
        "HSCAN",
        "HSET",
        "HSETNX",
        "PEXPIRE",
        "PEXPIREAT",
        "PTTL",
        "SADD",
        "SET",
        "STRLEN",
        "TYPE",
        "UNLINK",
        "XADD",
        "XDEL",
        "XLEN",
        "XRANGE",
        "XREVRANGE",
        "XSETID",
        "ZADD",
        "ZCARD",
        "ZRANGE",
        "ZREM",
        "ZSCAN",
        "ZSCORE",
    )
)
"""Commands of ours that have it first. One that is in neither list is refused: sent to the wrong master it would be
moved on and on, or be carried out where nobody looks for it."""

log = structlog.get_logger(__name__)


class ClusterLink:
    """A `Link` to a cluster. A master that is away makes only its own slots unavailable.

    MOVED, ASK and TRYAGAIN say that a command was not carried out: it alone is sent on.
    """

    def __init__(self, seeds: list[Node], make_server: Callable[[Node], ServerLink]) -> None:
        self._seeds = seeds
        self._make_server = make_server
        self._servers: dict[Node, ServerLink] = {}
        self._masters: list[Node | None] = [None] * SLOTS
        self._stale = asyncio.Event()
        self._up = asyncio.Event()
        self._whole = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self.reason = "not connected yet"

    @property
    def is_up(self) -> bool:
        """Whether any master answers: some sites can be served."""
        return any(server.is_up for server in self._servers.values())

    def open(self) -> None:
        self._keeper = asyncio.create_task(self._keep())

    async def wait_up(self, timeout_seconds: float) -> bool:
        return await arrives(self._up, timeout_seconds)

    async def wait_whole(self, timeout_seconds: float) -> bool:
        return await arrives(self._whole, timeout_seconds)

    async def close(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await asyncio.gather(*(server.close() for server in self._servers.values()), *self._closing)
        self._servers.clear()

    def call(self, *command: Argument) -> asyncio.Future[Any]:
        slot = _slot(command)
        first = self._server_of(slot).call(*command)
        return asyncio.ensure_future(self._follow(slot, command, first))

    async def call_each(self, *command: Argument) -> list[Any]:
        return [await server.call(*command) for server in self.servers()]

    def servers(self) -> list[ServerLink]:
        self._stale.set()  # who asks for all wants those of now, and may find that one is missing
        found = [server for server in self._servers.values() if server.is_up]
        if not found:
            raise unavailable("Redis Cluster is away")
        return found

    def _server_of(self, slot: int) -> ServerLink:
        node = self._masters[slot]
        if node is None:
            self._stale.set()
            raise unavailable("no master of the cluster serves this site: a failover is under way")
        server = self._servers[node]
        if not server.is_up:
            self._stale.set()
        return server

    async def _follow(self, slot: int, command: tuple[Argument, ...], first: asyncio.Future[Any]) -> Any:
        reply = first
        for moves_left in reversed(range(MAX_MOVES)):
            try:
                return await reply
            except (MovedError, AskError, TryAgainError) as error:
                if not moves_left:
                    raise unavailable("this site is moving within the cluster") from error
                reply = await self._sent_on(slot, command, error)
        raise AssertionError  # the loop returns or raises

    async def _sent_on(
        self, slot: int, command: tuple[Argument, ...], told: MovedError | AskError | TryAgainError
    ) -> asyncio.Future[Any]:
        if isinstance(told, TryAgainError):
            await asyncio.sleep(RETRY_SECONDS)
            return self._server_of(slot).call(*command)
        server = await self._reached((told.host, told.port))
        if isinstance(told, MovedError):
            self._stale.set()
            self._masters[slot] = (told.host, told.port)
        else:
            server.call("ASKING").add_done_callback(_forget)
        return server.call(*command)

    async def _reached(self, node: Node) -> ServerLink:
        server = self._add(node)
        await server.wait_up(RETRY_SECONDS)
        return server

    def _add(self, node: Node) -> ServerLink:
        server = self._servers.get(node)
        if server is None:
            server = self._servers[node] = self._make_server(node)
            server.open()
        return server

    async def _keep(self) -> None:
        while True:
            self._stale.clear()
            await self._read_map()
            calm = not self.reason
            await arrives(self._stale, REFRESH_SECONDS if calm else RETRY_SECONDS)
            await asyncio.sleep(RETRY_SECONDS / 5)

    async def _read_map(self) -> None:
        """Asks the servers that are known, then the seeds, until one tells who serves which slots."""
        for node in [*self._servers, *self._seeds]:
            server = self._servers.get(node)
            try:
                slots = await (_asked(server) if server and server.is_up else self._ask_stranger(node))
            except (RequestError, TimeoutError, *BROKEN) as error:
                self.reason = f"{node[0]}:{node[1]}: {error}"
                continue
            await self._use(slots, node)
            return
        self._up.clear()
        self._whole.clear()

    async def _ask_stranger(self, node: Node) -> Any:
        server = self._make_server(node)
        server.open()
        try:
            if not await server.wait_up(RETRY_SECONDS * 4):
                raise unavailable(server.reason)
            return await _asked(server)
        finally:
            await server.close()

    async def _use(self, slots: list[Any], told_by: Node) -> None:
        masters: list[Node | None] = [None] * SLOTS
        for first, last, master, *_ in slots:
            host = master[0].decode() if master[0] else told_by[0]
            node = (host, int(master[1]))
            masters[first : last + 1] = [node] * (last + 1 - first)
        serving = {node for node in masters if node is not None}
        if serving != set(self._servers):
            log.info("cluster_map", masters=sorted(f"{host}:{port}" for host, port in serving))
        await asyncio.gather(*(self._reached(node) for node in serving))
        self._masters = masters
        for node in set(self._servers) - serving:
            self._retire(self._servers.pop(node))
        up = [server for server in self._servers.values() if server.is_up]
        is_whole = None not in masters and len(up) == len(self._servers)
        self.reason = "" if is_whole else f"{len(up)} of {len(self._servers)} masters answer"
        if up:
            self._up.set()
        if is_whole:
            self._whole.set()
        else:
            self._whole.clear()

    def _retire(self, server: ServerLink) -> None:
        task = asyncio.create_task(server.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _asked(server: ServerLink) -> Any:
    async with asyncio.timeout(REFRESH_SECONDS / 10):  # wait_for of Python 3.11 may pass over being cancelled
        return await server.call("CLUSTER", "SLOTS")


def _slot(command: tuple[Argument, ...]) -> int:
    """The slot of a command's first key. ValueError for a command of which nobody said where that is."""
    name = str(command[0])
    if name not in _KEY_AT and name not in _KEY_FIRST:
        raise ValueError(f"where {name} has its key is not known")
    key = command[_KEY_AT.get(name, 1)]
    return key_slot(key if isinstance(key, bytes) else str(key).encode())


def _forget(done: asyncio.Future[Any]) -> None:
    """The reply to ASKING says nothing; the one after it tells."""
    if not done.cancelled():
        done.exception()
