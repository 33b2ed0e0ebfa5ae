"""Addresses of networks: whose they are."""

from ipaddress import IPv6Address, IPv6Network, ip_address


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, also an IPv4 one written as IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def reader_network(address: str) -> str:
    """What rate limits take for one reader: an IPv4 address, or the /64 network that one IPv6 line is given
    (RFC 6177); an IPv4 address written as IPv6 is the same reader."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or IPv6Network((int(ip), 64), strict=False))
    return str(ip)
