"""Where browsers reach the service: by its public address, or by what trusted proxies tell, else by the request's own
host."""

import re
from urllib.parse import unquote, urlsplit

from aiohttp import hdrs, web
from multidict import istr

from schemas.origin import OWN_PORTS, PublicAddress, is_path
from service.web.call import Networks
from service.web.exchange import Request
from service.web.hosts import is_loopback_name, name_of
from service.web.proxies import is_trusted, told
from service.web.response import Response

OWN_PATH = "\ufdd0"
"""Stands in pages and problem documents for the path that the service lies under, until they are sent: they are made
once for all paths. It is no character (Unicode, 23.7); a reader who writes it all the same shows the path, which is no
secret."""
_OWN_PATH = OWN_PATH.encode()
_HOLDING_IT = ("text/html", "application/problem+json")
_PREFIX = istr("X-Forwarded-Prefix")
_PORT = re.compile(r"[0-9]{1,5}")


class OwnAddresses:
    """Finds for each request where its browser reaches the service."""

    def __init__(self, public: PublicAddress | None, trusted: Networks) -> None:
        self._public = public
        self._trusted = trusted

    def path(self, request: Request) -> str:
        """The path that the service lies under: "" or one such as `/comments`."""
        if self._public is not None:
            return self._public.path
        if _PREFIX not in request.headers or not is_trusted(request.remote or "", self._trusted):
            return ""
        path = told(request, self._trusted, _PREFIX).rstrip("/")
        return path if is_path(path) else ""

    def is_https(self, request: Request) -> bool:
        """Whether the browser came by https: as a trusted proxy tells, by the public address, or itself."""
        if request.scheme == "https":
            return True
        told_here = told_scheme(request, self._trusted)
        if told_here:
            return told_here == "https"
        return self._public is not None and self._public.scheme == "https" and not self._is_here(request)

    def _is_here(self, request: Request) -> bool:
        """Whether the browser calls this machine by one of its own names, past the public address."""
        return is_loopback_name(name_of(request.host.lower()))

    def hosts(self, request: Request) -> list[str]:
        """The hosts, each perhaps with a port, that the browser may have called the service by.

        Under a public address the request's own host is one only where it is of this machine: somebody else's name may
        have been made to point here.
        """
        asked = request.host.lower()
        if self._public is not None:
            return [self._public.host, *([asked] if is_loopback_name(name_of(asked)) else [])]
        hosts = [asked, *filter(None, [self.told_host(request)])]
        port = told(request, self._trusted, "X-Forwarded-Port") if self._is_by_a_proxy(request) else ""
        return [*hosts, *(f"{host}:{port}" for host in hosts if _PORT.fullmatch(port))]

    def told_host(self, request: Request) -> str:
        """The host that a trusted proxy tells, in lower case; "" where none does."""
        host = told(request, self._trusted, "X-Forwarded-Host", "host").lower() if self._is_by_a_proxy(request) else ""
        return host if name_of(host) else ""

    def _is_by_a_proxy(self, request: Request) -> bool:
        return is_trusted(request.remote or "", self._trusted)


_ADDRESSES: web.RequestKey[OwnAddresses] = web.RequestKey("addresses", OwnAddresses)


def told_scheme(request: Request, trusted: Networks) -> str:
    """`https` or `http` as the browser had it, as a trusted proxy tells; "" where none does."""
    if not is_trusted(request.remote or "", trusted):
        return ""
    scheme = told(request, trusted, "X-Forwarded-Proto", "proto").lower()
    return scheme if scheme in OWN_PORTS else ""


def find_addresses_by(request: Request, addresses: OwnAddresses) -> None:
    """Says how the addresses of the service are found for this request. Without it the request's own host is its."""
    request[_ADDRESSES] = addresses


def own_path(request: Request) -> str:
    """The path that the service lies under: "" or one such as `/comments`."""
    addresses = request.get(_ADDRESSES)
    return addresses.path(request) if addresses else ""


def is_https(request: Request) -> bool:
    """Whether the browser came by https, so that a cookie may be kept from all else."""
    addresses = request.get(_ADDRESSES)
    return addresses.is_https(request) if addresses else request.scheme == "https"


def told_host(request: Request) -> str:
    """The host that the browser asked for, as a trusted proxy tells; "" where none does."""
    addresses = request.get(_ADDRESSES)
    return addresses.told_host(request) if addresses else ""


def is_own_origin(request: Request, origin: str) -> bool:
    """Whether a page's origin, as `origin_of` gives it, is the service's own."""
    scheme, _, host = origin.partition("://")
    addresses = request.get(_ADDRESSES)
    hosts = addresses.hosts(request) if addresses else [request.host.lower()]
    return bool(host) and host in [each.removesuffix(OWN_PORTS.get(scheme, "")) for each in hosts]


def is_from_own_page(request: Request, origin: str) -> bool:
    """Whether a browser sends the request from one of our own pages: by its origin, or as the browser says itself, by a
    header that no script can set, where a proxy does not tell the host that was asked for."""
    return is_own_origin(request, origin) or request.headers.get("Sec-Fetch-Site", "").lower() == "same-origin"


def local_path(request: Request) -> str:
    """The path of the request as it came, encoded, without the path that the service lies under: proxies may leave that
    on or take it off."""
    return without_prefix(request.rel_url.raw_path, own_path(request))


def own_action(request: Request) -> str:
    """The address that the request was sent to, as a form on one of our pages names it."""
    query = request.rel_url.raw_query_string
    return f"{OWN_PATH}{local_path(request)}{'?' if query else ''}{query}"


def is_this_page(request: Request, address: str) -> bool:
    """Whether an address of our own is that of the request itself."""
    return without_prefix(urlsplit(address).path, own_path(request)) == local_path(request)


def without_prefix(path: str, prefix: str) -> str:
    """The path below the prefix, or the path itself where it does not lie there."""
    if prefix and (path == prefix or path.startswith(prefix + "/")):
        return path[len(prefix) :] or "/"
    return path


def decoded(prefix: str) -> str:
    """A prefix as it stands in a path that was decoded."""
    return unquote(prefix) if "%" in prefix else prefix


def place(request: Request, response: Response) -> None:
    """Puts the path that the service lies under into an answer: in front of a Location of our own, and for `OWN_PATH`
    in a page or a problem document."""
    path = own_path(request)
    location = response.headers.get(hdrs.LOCATION, "") if path else ""
    if location.startswith("/"):
        response.headers[hdrs.LOCATION] = path + location
    if response.body and response.headers.get(hdrs.CONTENT_TYPE, "").startswith(_HOLDING_IT):
        response.body = response.body.replace(_OWN_PATH, path.encode())
