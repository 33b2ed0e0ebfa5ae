"""The sockets that the service listens on."""

import resource
import socket
import sys
from collections.abc import Sequence

import structlog

from service.errors import StartError

BACKLOG = 1024

MAX_CONNECTIONS = 4096
"""Of one process. If all of them ask at once and each takes 0.4 ms, the last answer comes within two seconds."""

DESCRIPTORS = 2 * MAX_CONNECTIONS + 256
"""Those that are told to come again have one for a second; the rest is for files and the store."""

READ_SECONDS = 30.0
"""A client has so long to take all that was sent to it."""

KERNEL_BYTES = 64 * 1024
"""So much that was not sent yet the kernel keeps for one client; by itself it takes 3 MB. The rest is in our memory,
which `web.unsent` bounds."""

Listeners = Sequence[Sequence[socket.socket]]
"""For each slot the sockets of one worker, one for each address."""


log = structlog.get_logger(__name__)


def listen(host: str, port: int, slots: int) -> list[list[socket.socket]]:
    """Sockets that listen on the port, a set for each slot; the kernel spreads connections over the sets.

    StartError when the port is taken, also by another service that would share it.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        addresses = list(dict.fromkeys((family, address) for family, _, _, _, address in found))
        first = [_bound(*address) for address in addresses[:1]]
        port = first[0].getsockname()[1]
        first += [_bound(family, (address[0], port, *address[2:])) for family, address in addresses[1:]]
        if slots == 1 or sys.platform != "linux":  # elsewhere the kernel would not spread: all accept from one
            return _listening([first] * slots)
        names = [(each.family, each.getsockname()) for each in first]
        for each in first:
            each.close()
        return _listening([[_bound(*name, is_shared=True) for name in names] for _ in range(slots)])
    except OSError as error:
        raise StartError(f"Cannot listen on {host} port {port}: {error}") from error


def _bound(family: int, address: tuple[object, ...], *, is_shared: bool = False) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bound_unsent(made)
        if is_shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _bound_unsent(listener: socket.socket) -> None:
    """Connections inherit it, so that it costs nothing for each. Elsewhere than on Linux the whole buffer is set, which
    slows far readers down."""
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * READ_SECONDS))
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * KERNEL_BYTES)


def _listening(listeners: list[list[socket.socket]]) -> list[list[socket.socket]]:
    for sockets in listeners:
        for each in sockets:
            each.settimeout(0)
            each.listen(BACKLOG)
    return listeners


def allow_descriptors() -> None:
    """Raises the limit of descriptors of this process, where the system lets it, to what all connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < DESCRIPTORS:
        log.warning("few_descriptors", limit=allowed, advice=f"let the process have {DESCRIPTORS}: ulimit -n")


def close(listeners: Listeners) -> None:
    """New connections are refused, once every process that has the sockets has closed them."""
    for sockets in listeners:
        for each in sockets:
            each.close()
