"""The names that this service goes by: what a request calls it, held against those that its operator listed."""

import re
from collections.abc import Set
from functools import lru_cache

from service.domain.network import is_loopback
from service.web.exchange import Request

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:@/?#\[\]]+)(:[0-9]{1,5})?")
"""RFC 9110, 7.2: a name or an address, and perhaps a port."""

_MAX_HOST_CHARS = 260
"""A name of DNS has at most 253 (RFC 1035, 3.1), then come a dot and a port."""
_MOST_HOSTS = 1000
"""So many are remembered: 0.5 MB at most."""


def is_own_host(request: Request, hosts: Set[str]) -> bool:
    """Whether the request calls us by a listed name or by a loopback address: a name that somebody else made to point
    here (DNS rebinding) is neither."""
    return all(is_own_name(name, hosts) for name in _names(request))


def is_own_name(name: str, hosts: Set[str]) -> bool:
    """Whether a name without a port is a listed one or this machine's own."""
    return name in hosts or is_loopback_name(name)


def is_loopback_name(name: str) -> bool:
    """`localhost` or a name under it (RFC 6761, 6.3), or an address of this machine alone."""
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def _names(request: Request) -> tuple[str, str]:
    """What the header and, where the request's line holds a whole URL, that URL call us; "" for what is no name."""
    header = request.headers.get("Host", "")
    return name_of(header), name_of(request.host or header)


def name_of(host: str) -> str:
    """A host without its port and the root's dot, in lower case; "" for what is no host."""
    return _short_name(host) if len(host) <= _MAX_HOST_CHARS else ""


@lru_cache(_MOST_HOSTS)
def _short_name(host: str) -> str:
    found = _HOST.fullmatch(host.strip().lower())
    return found[1].strip("[]").removesuffix(".") if found else ""
