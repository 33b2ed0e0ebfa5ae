"""The sockets that the service listens on."""

import errno
import resource
import socket
import sys
from collections.abc import Sequence
from typing import Any

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
Address = tuple[socket.AddressFamily, tuple[Any, ...]]
"""A family, and an address with its port as sockets of the family have it."""
_OF_BOTH_FAMILIES = {"localhost": ("127.0.0.1", "::1"), "::": ("::", "0.0.0.0")}  # noqa: S104 that is what was asked for
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
_WORDS = {
    errno.EADDRINUSE: "another program listens there. End it, or set another COMMENTDESK_PORT.",
    errno.EADDRNOTAVAIL: "this machine has no such address. Set COMMENTDESK_HOST to one of its own, to 0.0.0.0 for all "
    "of IPv4, or to :: for all.",
    errno.EAFNOSUPPORT: "this machine has no addresses of that family.",
    errno.EACCES: "the system reserves this port. Take one from 1024 on, with a proxy in front.",
}


log = structlog.get_logger(__name__)


def listen(host: str, port: int, slots: int) -> list[list[socket.socket]]:
    """Sockets that listen on the port, a set for each slot; the kernel spreads connections over the sets.

    `localhost` is loopback of IPv4 and of IPv6, `::` is every address of both. StartError when the host is none of this
    machine's, or when the port is taken, also by another service that would share it.
    """
    try:
        first = _first_of_each(_addresses_of(host, port), port)
        if slots == 1 or sys.platform != "linux":  # elsewhere the kernel would not spread: all accept from one
            return _listening([first] * slots)
        names = [(each.family, each.getsockname()) for each in first]
        for each in first:
            each.close()
        return _listening([[_bound(*name, is_shared=True) for name in names] for _ in range(slots)])
    except OSError as error:
        raise StartError(f"Cannot listen on {host} port {port}: {_in_words(error)}") from error


def _addresses_of(host: str, port: int) -> list[Address]:
    """The addresses of a host, each once. Not every machine's own table has both families for `localhost`, and a socket
    for `::` takes no IPv4 connection, so that each client is known by its own address."""
    names = _OF_BOTH_FAMILIES.get(host.lower(), (host,))
    flags = socket.AI_PASSIVE
    found = [each for name in names for each in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=flags)]
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _first_of_each(addresses: Sequence[Address], port: int) -> list[socket.socket]:
    """A socket for each address, all on one port, without those of a family that this machine does not have. The last
    error where there is none at all."""
    made: list[socket.socket] = []
    missing: OSError | None = None
    for family, address in addresses:
        try:
            made.append(_bound(family, (address[0], port, *address[2:])))
        except OSError as error:
            if error.errno not in _NOT_HERE:
                for each in made:
                    each.close()
                raise
            missing = error
        port = made[0].getsockname()[1] if made else port
    if missing is not None and not made:
        raise missing
    return made


def _in_words(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "no address is known for this name."
    return _WORDS.get(error.errno or 0, str(error))


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
