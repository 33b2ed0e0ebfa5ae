"""Makes the link that COMMENTDESK_REDIS_URL describes: to one server, to one that sentinels watch, or to a cluster."""

from collections.abc import Callable
from functools import partial

from redis.asyncio.connection import AbstractConnection

from service.errors import StartError
from service.link.cluster import ClusterLink
from service.link.link import Link
from service.link.location import Kind, Location, Node, locate
from service.link.sentinel import Sentinels
from service.link.server import ServerLink
from service.link.trouble import LinkTroubleError

ReadUrl = Callable[[], str]
"""Reads the URL anew. Raises StartError or OSError where it cannot be read."""


def has_password(url: str) -> bool:
    """Whether a URL holds a password, before its hosts or among its options."""
    authority, _, options = url.partition("://")[2].partition("?")
    return "@" in authority or "password=" in options


def make_link(url: str, scripts: tuple[str, ...], wait_replicas: int = 0, *, read_url: ReadUrl | None = None) -> Link:
    """Returns a link to what a URL names; it is not open yet.

    `read_url` reads the URL anew before each connection, where it lies in a file: a password that was changed there is
    used from then on. Raises StartError for a URL that is not valid, or whose certificates cannot be read. Its message
    quotes nothing of the URL: a password that was not encoded may be read as any part of it.
    """
    location = locate(url)
    location.check()
    read = partial(_read_again, location, read_url) if read_url else lambda: location
    if location.kind is Kind.CLUSTER:
        return ClusterLink(
            location.nodes, lambda node: ServerLink(partial(_connect, read, node), scripts, wait_replicas)
        )
    if location.kind is Kind.WATCHED:
        return ServerLink(Sentinels(read).connect, scripts, wait_replicas)
    return ServerLink(partial(_connect, read, None), scripts, wait_replicas)


def _read_again(first: Location, read_url: ReadUrl) -> Location:
    """Returns the location that the URL names now; raises LinkTroubleError where it cannot be used."""
    try:
        location = locate(read_url())
    except (OSError, StartError, ValueError) as error:
        raise LinkTroubleError("the file with COMMENTDESK_REDIS_URL has none that can be used") from error
    if location.kind is not first.kind:
        raise LinkTroubleError("the file with COMMENTDESK_REDIS_URL names another kind of server: restart the service")
    return location


async def _connect(read: Callable[[], Location], node: Node | None) -> AbstractConnection:
    return read().connection(node)
