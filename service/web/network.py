"""Networks of clients: what is counted as one source, and what the log calls it."""

import hashlib
import os
import socket
from collections.abc import Callable
from ipaddress import ip_address

from service.domain.times import DAY_MS

_MAPPED = bytes(10) + b"\xff\xff"
"""RFC 4291, 2.5.5.2: an IPv4 address written as IPv6."""
_WIDTHS = ((8, 1), (7, 4), (6, 16))
"""Bytes of an IPv6 address, and how many readers' worth a network of that width may have: one line is given a /64, a
customer a /56 or a /48 (RFC 6177), so that a /48 is 16 readers and not 65,536."""
_NAME_BYTES = 6


def networks_of(address: str) -> list[tuple[bytes, int]]:
    """The networks that an address belongs to, narrowest first, each with its allowance in readers: an IPv4 address
    alone, or the /64, the /56 and the /48 around an IPv6 one. What is no address, as that of a Unix socket, is one
    reader."""
    if ":" not in address:
        return [(address.encode(), 1)]
    try:
        raw = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return [(address.encode("utf-8", "replace"), 1)]
    if raw.startswith(_MAPPED):
        return [(str(ip_address(raw[12:])).encode(), 1)]
    return [(raw[:width], allowance) for width, allowance in _WIDTHS]


class NetworkNames:
    """Names for the log: lines of one network have the same name until the day (UTC) ends, and none leads back to an
    address. The key is this process's own and is destroyed with its day; `key_of` may give one that processes share,
    for a day counted from 1970.
    """

    def __init__(self, key_of: Callable[[int], bytes] | None = None) -> None:
        self._key_of = key_of or (lambda _: os.urandom(16))
        self._day = -1
        self._key = b""

    def name(self, address: str, now_ms: int) -> str:
        """12 hex digits for the narrowest network of an address."""
        day = now_ms // DAY_MS
        if day != self._day:
            self._day, self._key = day, self._key_of(day)
        return hashlib.blake2b(networks_of(address)[0][0], key=self._key, digest_size=_NAME_BYTES).hexdigest()
