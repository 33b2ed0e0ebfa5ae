"""Makes the link that COMMENTDESK_REDIS_URL describes: to one server, to one that sentinels watch, or to a cluster."""

import asyncio
from dataclasses import dataclass
from urllib.parse import unquote

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from service.errors import StartError
from service.link.cluster import ClusterLink, Node
from service.link.link import Link
from service.link.server import Connect, ServerLink

CONNECT_TIMEOUT_SECONDS = 2.0
CLUSTER = "+cluster"
SENTINEL = "+sentinel"
_PORTS = {CLUSTER: 6379, SENTINEL: 26379}
_ENCODED = "In a password / ? # @ and % are written as %2F %3F %23 %40 and %25."


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The parts of `scheme://[user:password@]host[:port],host[:port]/[name[/database]]`."""

    scheme: str
    login: str
    nodes: list[Node]
    path: list[str]

    def url(self, node: Node, database: str = "") -> str:
        return f"{self.scheme}://{self.login}{node[0]}:{node[1]}/{database}"


def has_password(url: str) -> bool:
    """Whether a URL holds a password, before its hosts or among its options."""
    authority, _, options = url.partition("://")[2].partition("?")
    return "@" in authority or "password=" in options


def make_link(url: str, scripts: tuple[str, ...], wait_replicas: int = 0) -> Link:
    """Returns a link to what a URL names; it is not open yet.

    Raises StartError for a URL that is not valid. Its message quotes nothing of the URL: a password that was not
    encoded may be read as any part of it.
    """
    scheme = url.partition("://")[0]
    if scheme.endswith(CLUSTER):
        nodes = _nodes(url, CLUSTER)
        _pool(nodes.url(nodes.nodes[0]))  # a mistake is reported now, not at the first connection
        return ClusterLink(nodes.nodes, lambda node: ServerLink(_direct(nodes.url(node)), scripts, wait_replicas))
    if scheme.endswith(SENTINEL):
        return ServerLink(_watched(_nodes(url, SENTINEL)), scripts, wait_replicas)
    return ServerLink(_direct(url), scripts, wait_replicas)


def _nodes(url: str, kind: str) -> _Nodes:
    """Raises StartError when a host or a port is not valid."""
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    login, at, hosts = authority.rpartition("@")
    nodes = [_node(number, host, _PORTS[kind]) for number, host in enumerate(hosts.split(","), start=1)]
    parts = [unquote(part) for part in path.split("/") if part]
    return _Nodes(scheme.removesuffix(kind), login + at, nodes, path=parts)


def _node(number: int, text: str, default_port: int) -> Node:
    host, _, port = text.rpartition(":") if not text.endswith("]") and ":" in text else (text, "", str(default_port))
    if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
        raise StartError(
            f"COMMENTDESK_REDIS_URL names a host or port that is none, in the place {number} of its hosts. {_ENCODED}"
        )
    return host.strip("[]"), int(port)


def _direct(url: str) -> Connect:
    pool = _pool(url)

    async def connect() -> AbstractConnection:
        return pool.make_connection()  # type: ignore[no-untyped-call,no-any-return]

    return connect


def _watched(nodes: _Nodes) -> Connect:
    """Asks the sentinels for the master's address before each connection: a failover changes it."""
    if not nodes.path:
        raise StartError("COMMENTDESK_REDIS_URL needs the master's name: redis+sentinel://host:26379/NAME")
    name, database = nodes.path[0], nodes.path[1] if len(nodes.path) > 1 else "0"
    _pool(nodes.url(nodes.nodes[0], database))  # a mistake is reported now, not at the first connection
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        nodes.nodes,
        socket_timeout=CONNECT_TIMEOUT_SECONDS,
        socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )

    async def connect() -> AbstractConnection:
        try:
            host, port = await sentinel.discover_master(name)
        finally:
            await asyncio.gather(*(client.aclose() for client in sentinel.sentinels))
        return _pool(nodes.url((host, port), database)).make_connection()  # type: ignore[no-untyped-call,no-any-return]

    return connect


def _pool(url: str) -> ConnectionPool:
    try:
        pool = ConnectionPool.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py reads the options here
    except (ValueError, TypeError):
        # The error is neither quoted nor kept as the cause: its message holds the part that was not understood.
        raise StartError(
            f"COMMENTDESK_REDIS_URL names a port, a database or an option that is none. {_ENCODED}"
        ) from None
    return pool
