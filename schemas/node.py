"""Addresses of nodes as proxies write them: with a port, in brackets or quotes, with a zone."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

IpAddress = IPv4Address | IPv6Address
MAX_NODE_CHARS = 80
"""An IPv6 address with a zone, brackets and a port has fewer."""
_MOST_NODES = 4096
"""So many nodes are remembered: 1 MB at most."""
_PORT = r"(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?"
_IPV4 = re.compile(rf"(?P<address>[0-9.]+){_PORT}")
_IPV6 = re.compile(rf"\[(?P<address>[0-9A-Fa-f:.]+)(?:%[^\]]*)?\]{_PORT}")
_BARE_IPV6 = re.compile(r"(?P<address>[0-9A-Fa-f:.]+)(?:%\S*)?")
_NODES = (_IPV4, _IPV6, _BARE_IPV6)
"""Also with a port, as RFC 7239 (6), the Application Gateway and IIS of Azure and others write them; the port may be
hidden."""


def is_address(text: str) -> bool:
    """Returns whether a text is an IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def address_in(node: str) -> IpAddress | None:
    """Returns the address of a node without its port and zone, or None where there is none; of an IPv4 address written
    as IPv6 the former."""
    return _address_in(node) if len(node) <= MAX_NODE_CHARS else None


@lru_cache(_MOST_NODES)
def _address_in(node: str) -> IpAddress | None:
    found = next((match for each in _NODES if (match := each.fullmatch(node))), None)
    try:
        address = ip_address(found["address"] if found else "")
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def unquoted(text: str) -> str:
    """Returns a value of `Forwarded` (RFC 7239, 4) without the quotes around it."""
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return re.sub(r"\\(.)", r"\1", text[1:-1]).strip() if is_quoted else text
