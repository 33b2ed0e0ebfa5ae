"""How many connections each client holds: no stranger may have all of them."""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from service.domain.network import is_loopback, reader_network

Connecting = asyncio.Task[tuple[asyncio.Transport, asyncio.BaseProtocol]]
"""A connection, from its accepting on."""
_MOST_REMEMBERED = 4096
"""Addresses whose network need not be found again."""


def is_this_machine(address: str) -> bool:
    """Whether the client is on this machine: a reverse proxy on it holds the connections of all readers, listed or not.
    What has no address is the peer of a Unix socket."""
    return not address or is_loopback(address)


def exempt(trusted: Sequence[IPv4Network | IPv6Network]) -> Callable[[str], bool]:
    """What tells of an address whether it may hold any number: this machine's, and trusted proxies'."""

    def is_exempt(address: str) -> bool:
        return is_this_machine(address) or any(ip_address(address) in network for network in trusted)

    return is_exempt


class Shares:
    """Open connections by network: an IPv4 address, or the /64 around an IPv6 one."""

    def __init__(self, is_exempt: Callable[[str], bool] = is_this_machine) -> None:
        self._held: dict[str, list[Connecting]] = {}
        self._network_of = lru_cache(_MOST_REMEMBERED)(
            lambda address: "" if is_exempt(address) else reader_network(address)
        )

    @property
    def networks(self) -> int:
        """How many are counted."""
        return len(self._held)

    def has_all(self, address: str, share: int) -> bool:
        """Whether the network of the address holds so many already."""
        network = self._network_of(address)
        if not network or len(self._held.get(network, ())) < share:
            return False
        self._forget_closed(network)
        return len(self._held.get(network, ())) >= share

    def add(self, address: str, connecting: Connecting) -> None:
        network = self._network_of(address)
        if network:
            self._held.setdefault(network, []).append(connecting)

    def forget_closed(self) -> None:
        for network in list(self._held):
            self._forget_closed(network)

    def _forget_closed(self, network: str) -> None:
        open_ones = [each for each in self._held[network] if not _is_closed(each)]
        if open_ones:
            self._held[network] = open_ones
        else:
            del self._held[network]


def _is_closed(connecting: Connecting) -> bool:
    if not connecting.done():
        return False
    return connecting.cancelled() or connecting.exception() is not None or connecting.result()[0].is_closing()
