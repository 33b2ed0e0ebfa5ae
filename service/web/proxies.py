"""What trusted proxies tell of a request that they pass on: the reader's address, and what his browser asked for.

Each proxy appends to a list, so that the last entry is the nearest proxy's, and what a reader wrote there himself
stands before it. A list is read from its end, as far as its entries are trusted proxies' own.
"""

import re
from collections.abc import Iterator

from schemas.node import IpAddress, address_in, unquoted
from service.web.call import Networks
from service.web.exchange import Request

MAX_HOPS = 32
"""So many entries of a list are looked at, from its end."""
_MAX_PARAMETERS = 8
_HIDDEN = re.compile(r"_[A-Za-z0-9._-]{1,63}")
"""RFC 7239, 6.3: a name that a proxy gives to a reader whose address it does not tell."""


def reader_address(request: Request, trusted: Networks) -> str:
    """The address of the browser: the last one that the proxies name and that is not a trusted proxy's own, or, where
    all are, the first of them; the connection's where that is no trusted proxy's, or names nobody.

    "" where a proxy names somebody, but not by an address: `unknown`, or what cannot be read.
    """
    remote = address_in(request.remote or "")
    if remote is None or not _is_of(remote, trusted):
        return request.remote or "" if remote is None else str(remote)
    last = remote
    for node in _named_by_proxies(request):
        found = address_in(node)
        if found is None:
            return node if _HIDDEN.fullmatch(node) else ""
        last = found
        if not _is_of(found, trusted):
            break
    return str(last)


def is_trusted(address: str, trusted: Networks) -> bool:
    """Whether an address is one of the trusted proxies'."""
    found = address_in(address)
    return found is not None and _is_of(found, trusted)


def told(request: Request, trusted: Networks, header: str, parameter: str = "") -> str:
    """What the outermost trusted proxy tells by a header of its own, or by a parameter of `Forwarded` where that is not
    there; "" where nothing is told. Of a list the entry is taken that stands as far from its end as that proxy does."""
    values = _entries(request, header)
    if not values and parameter:
        values = [_parameter(each, parameter) for each in _entries(request, "Forwarded")]
    if len(values) > 1:
        return values[-min(len(values), _trusted_hops(request, trusted))]
    return values[0] if values else ""


def _trusted_hops(request: Request, trusted: Networks) -> int:
    """How many trusted proxies passed the request on, one at least."""
    hops = 1
    for node in _named_by_proxies(request):
        if not is_trusted(node, trusted):
            break
        hops += 1
    return hops


def _named_by_proxies(request: Request) -> Iterator[str]:
    """Whom each proxy had the request from, the nearest proxy's word first: by X-Forwarded-For, which nearly all write,
    else by Forwarded, else by X-Real-IP. A proxy that writes a later one has to drop those before it."""
    nodes = _entries(request, "X-Forwarded-For")
    if not nodes:
        nodes = [_parameter(each, "for") for each in _entries(request, "Forwarded")]
    if not any(nodes):
        nodes = _entries(request, "X-Real-IP")
    return reversed([unquoted(each) for each in nodes])


def _entries(request: Request, header: str) -> list[str]:
    """The last entries of a list, which may be in several headers, without those that are empty.

    No entry that a proxy writes has a comma in quotes, and what a reader wrote before it may have an open quote.
    """
    lines = request.headers.getall(header, ())
    entries = ",".join(lines).rsplit(",", MAX_HOPS)[-MAX_HOPS:] if lines else []
    return [entry for each in entries if (entry := each.strip())]


def _parameter(element: str, wanted: str) -> str:
    """A parameter of an element of `Forwarded` (RFC 7239, 4), without quotes; "" where there is none."""
    for pair in element.split(";", _MAX_PARAMETERS):
        name, _, value = pair.partition("=")
        if name.strip().lower() == wanted:
            return unquoted(value.strip())
    return ""


def _is_of(address: IpAddress, networks: Networks) -> bool:
    return any(address in network for network in networks)
