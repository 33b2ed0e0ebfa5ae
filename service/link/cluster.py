"""A link to a Redis Cluster: it sends each command to the master of its key's slot, also after a failover."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, TryAgainError

from service.errors import RequestError
from service.link.link import Argument, arrives, explained, unavailable
from service.link.location import Node
from service.link.server import BROKEN, ServerLink
from service.link.trouble import shortened, what_is_wrong

REFRESH_SECONDS = 30.0
"""The map of slots is read this often while all masters answer and every slot has one."""
RETRY_SECONDS = 0.25
"""The map of slots is read this often while a master does not answer or a slot has none."""
MAX_MOVES = 5
"""A command fails after so many redirections: the nodes of the cluster then disagree about its slot."""
SLOTS = 16384
"""The number of slots of every cluster."""
_KEY_AT = {"EVALSHA": 3, "EVAL": 3, "XINFO": 2, "XREAD": 6, "XGROUP": 2}
"""The position of the first key of these commands (XREAD is sent with COUNT, BLOCK and STREAMS)."""
_KEY_FIRST = frozenset(
    (
        "DEL",
        "ECHO",
        "EXISTS",
        "GET",
        "GETRANGE",
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
        "XTRIM",
        "ZADD",
        "ZCARD",
        "ZRANGE",
        "ZREM",
        "ZSCAN",
        "ZSCORE",
    )
)
"""The other commands that the service uses: their key is the first argument. A command in neither list is refused,
because a master that does not own its key would redirect it for ever, or carry it out where nobody reads the result."""

log = structlog.get_logger(__name__)


class ClusterLink:
    """A `Link` to a cluster. When a master does not answer, only its own slots are unavailable.

    The replies MOVED, ASK and TRYAGAIN mean that a command was not carried out, so it is safe to send it again.
    """

    def __init__(self, seeds: Sequence[Node], make_server: Callable[[Node], ServerLink]) -> None:
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
        """Whether at least one master answers, so that some sites can be served."""
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
        self._stale.set()  # the caller needs all of the present masters, and one may be missing
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
        """Returns the reply to a command, which is redirected up to MAX_MOVES times."""
        reply = first
        for moves_left in reversed(range(MAX_MOVES)):
            try:
                return await reply
            except (MovedError, AskError, TryAgainError) as error:
                if not moves_left:
                    raise unavailable("this site is moving within the cluster") from error
                reply = await self._redirect(slot, command, error)
        raise AssertionError  # the loop returns or raises

    async def _redirect(
        self, slot: int, command: tuple[Argument, ...], error: MovedError | AskError | TryAgainError
    ) -> asyncio.Future[Any]:
        """Sends a command again, to the server that the error names."""
        if isinstance(error, TryAgainError):
            await asyncio.sleep(RETRY_SECONDS)
            return self._server_of(slot).call(*command)
        server = await self._connected((error.host, error.port))
        if isinstance(error, MovedError):
            self._stale.set()
            self._masters[slot] = (error.host, error.port)
        else:
            server.call("ASKING").add_done_callback(_ignore_reply)
        return server.call(*command)

    async def _connected(self, node: Node) -> ServerLink:
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
        """Keeps the map of slots and the connections to the masters up to date."""
        while True:
            self._stale.clear()
            await self._read_map()
            await arrives(self._stale, RETRY_SECONDS if self.reason else REFRESH_SECONDS)
            await asyncio.sleep(RETRY_SECONDS / 5)

    async def _read_map(self) -> None:
        """Asks the known servers, then the seeds, until one answers which master serves which slots."""
        for node in [*self._servers, *self._seeds]:
            server = self._servers.get(node)
            try:
                slots = await (_read_slots(server) if server and server.is_up else self._ask_new_server(node))
            except RequestError as error:
                self._note(node, explained(error))
                continue
            except (TimeoutError, *BROKEN) as error:
                self._note(node, what_is_wrong(error))
                continue
            await self._use(slots, node)
            return
        self._up.clear()
        self._whole.clear()

    def _note(self, node: Node, reason: str) -> None:
        """Keeps why a server did not tell the map, and logs it where it is another reason than before."""
        reason = shortened(f"{node[0]}:{node[1]}: {reason}")
        if not self._up.is_set() and reason.partition(": ")[2] != self.reason.partition(": ")[2]:
            log.warning("redis_away", error=reason)
        self.reason = reason

    async def _ask_new_server(self, node: Node) -> Any:
        """Returns the answer to CLUSTER SLOTS over a connection that is closed again."""
        server = self._make_server(node)
        server.open()
        try:
            if not await server.wait_up(RETRY_SECONDS * 4):
                raise unavailable(server.reason)
            return await _read_slots(server)
        finally:
            await server.close()

    async def _use(self, slots: list[Any], asked: Node) -> None:
        """Puts an answer to CLUSTER SLOTS in force; `asked` is the server that gave it."""
        masters: list[Node | None] = [None] * SLOTS
        for first, last, master, *_ in slots:
            host = master[0].decode() if master[0] else asked[0]
            node = (host, int(master[1]))
            masters[first : last + 1] = [node] * (last + 1 - first)
        serving = {node for node in masters if node is not None}
        if serving != set(self._servers):
            log.info("cluster_map", masters=sorted(f"{host}:{port}" for host, port in serving))
        await asyncio.gather(*(self._connected(node) for node in serving))
        self._masters = masters
        for node in set(self._servers) - serving:
            self._close_in_background(self._servers.pop(node))
        up = [server for server in self._servers.values() if server.is_up]
        is_whole = None not in masters and len(up) == len(self._servers)
        self.reason = "" if is_whole else self._tell_missing(len(up))
        if up:
            self._up.set()
        if is_whole:
            self._whole.set()
        else:
            self._whole.clear()

    def _tell_missing(self, up: int) -> str:
        """Returns how many masters answer, and why the first of the others does not."""
        away = (f"; {node[0]}:{node[1]}: {server.reason}" for node, server in self._servers.items() if not server.is_up)
        return shortened(f"{up} of {len(self._servers)} masters answer{next(away, '')}")

    def _close_in_background(self, server: ServerLink) -> None:
        task = asyncio.create_task(server.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _read_slots(server: ServerLink) -> Any:
    async with asyncio.timeout(REFRESH_SECONDS / 10):  # wait_for of Python 3.11 may swallow a cancellation
        return await server.call("CLUSTER", "SLOTS")


def _slot(command: tuple[Argument, ...]) -> int:
    """Returns the slot of a command's first key. Raises ValueError for a command whose key position is not listed."""
    name = str(command[0])
    if name not in _KEY_AT and name not in _KEY_FIRST:
        raise ValueError(f"where {name} has its key is not known")
    key = command[_KEY_AT.get(name, 1)]
    return key_slot(key if isinstance(key, bytes) else str(key).encode())


def _ignore_reply(done: asyncio.Future[Any]) -> None:
    """Drops the reply to ASKING: an error shows in the reply to the command after it."""
    if not done.cancelled():
        done.exception()
