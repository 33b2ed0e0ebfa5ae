"""From COMMENTDESK_REDIS_URL to a link: one server, one that sentinels watch, or a cluster."""

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
    """`scheme://[user:password@]host[:port],host[:port]/[name[/database]]`, taken apart."""

    scheme: str
    login: str
    nodes: list[Node]
    path: list[str]

    def url(self, node: Node, database: str = "") -> str:
        return f"{self.scheme}://{self.login}{node[0]}:{node[1]}/{database}"


def has_password(url: str) -> bool:
    """Whether a URL holds one, before its hosts or among its options."""
    authority, _, options = url.partition("://")[2].partition("?")
    return "@" in authority or "password=" in options


def make_link(url: str, scripts: tuple[str, ...], wait_replicas: int = 0) -> Link:
    """A link to what a URL names, not open yet. StartError for one that names nothing; it shows nothing of the URL,
    whose password may stand anywhere when it was not encoded."""
    scheme = url.partition("://")[0]
    if scheme.endswith(CLUSTER):
        nodes = _nodes(url, CLUSTER)
        _pool(nodes.url(nodes.nodes[0]))  # here, where somebody is told of a mistake
        return ClusterLink(nodes.nodes, lambda node: ServerLink(_direct(nodes.url(node)), scripts, wait_replicas))
    if scheme.endswith(SENTINEL):
        return ServerLink(_watched(_nodes(url, SENTINEL)), scripts, wait_replicas)
    return ServerLink(_direct(url), scripts, wait_replicas)


def _nodes(url: str, kind: str) -> _Nodes:
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    login, at, hosts = authority.rpartition("@")
    nodes = [_node(number, host, _PORTS[kind]) for number, host in enumerate(hosts.split(","), start=1)]
    return _Nodes(scheme.removesuffix(kind), login + at, nodes, [unquote(part) for part in path.split("/") if part])


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
    """Asks the sentinels at each connection where the master is now: after a failover it is another."""
    if not nodes.path:
        raise StartError("COMMENTDESK_REDIS_URL needs the master's name: redis+sentinel://host:26379/NAME")
    name, database = nodes.path[0], nodes.path[1] if len(nodes.path) > 1 else "0"
    _pool(nodes.url(nodes.nodes[0], database))  # here, where somebody is told of a mistake
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
            await asyncio.gather(*(each.aclose() for each in sentinel.sentinels))
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
        pool.make_connection()  # type: ignore[no-untyped-call]  # the options are looked at no sooner
    except (ValueError, TypeError):
        # Neither its words nor itself as the cause: they quote the part that was not understood.
        raise StartError(
            f"COMMENTDESK_REDIS_URL names a port, a database or an option that is none. {_ENCODED}"
        ) from None
    return pool
