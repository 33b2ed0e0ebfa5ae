"""Counts the open connections of each client, so that one client cannot hold all of them."""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from service.domain.network import is_loopback, reader_network

Connecting = asyncio.Task[tuple[asyncio.Transport, asyncio.BaseProtocol]]
"""The task that makes an accepted connection, and that gives it when it is done."""
_MOST_REMEMBERED = 4096
"""The number of addresses whose network is cached."""


def is_this_machine(address: str) -> bool:
    """Returns whether the client runs on this machine; the peer of a Unix socket, which has no address, does.

    A reverse proxy on this machine holds the connections of all readers, whether it is a trusted proxy or not.
    """
    return not address or is_loopback(address)


def exempt(trusted: Sequence[IPv4Network | IPv6Network]) -> Callable[[str], bool]:
    """Returns a predicate of addresses that may hold any number of connections: this machine's and trusted proxies'."""

    def is_exempt(address: str) -> bool:
        return is_this_machine(address) or any(ip_address(address) in network for network in trusted)

    return is_exempt


class Shares:
    """Open connections by network, which is one IPv4 address or the /64 of an IPv6 address."""

    def __init__(self, is_exempt: Callable[[str], bool] = is_this_machine) -> None:
        self._held: dict[str, list[Connecting]] = {}
        self._network_of = lru_cache(_MOST_REMEMBERED)(
            lambda address: "" if is_exempt(address) else reader_network(address)
        )

    @property
    def networks(self) -> int:
        """The number of networks with a connection."""
        return len(self._held)

    def has_all(self, address: str, share: int) -> bool:
        """Returns whether the network of the address holds `share` connections or more."""
        network = self._network_of(address)
        if not network or len(self._held.get(network, ())) < share:
            return False
        self._forget_closed(network)
        return len(self._held.get(network, ())) >= share

    def add(self, address: str, connecting: Connecting) -> None:
        """Counts a connection until it is closed, unless its address is exempt."""
        network = self._network_of(address)
        if network:
            self._held.setdefault(network, []).append(connecting)

    def forget_closed(self) -> None:
        """Stops counting the connections that are closed."""
        for network in list(self._held):
            self._forget_closed(network)

    def _forget_closed(self, network: str) -> None:
        still_open = [connecting for connecting in self._held[network] if not _is_closed(connecting)]
        if still_open:
            self._held[network] = still_open
        else:
            del self._held[network]


def _is_closed(connecting: Connecting) -> bool:
    if not connecting.done():
        return False
    return connecting.cancelled() or connecting.exception() is not None or connecting.result()[0].is_closing()
