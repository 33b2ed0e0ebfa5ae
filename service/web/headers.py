"""Headers that every answer has: what browsers and caches may do with it."""

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import hdrs
from multidict import istr

from service.web.call import Networks
from service.web.exchange import Request
from service.web.own_address import own_path, told_scheme
from service.web.response import Response
from service.web.route import Access, Route

_RESOURCE_POLICY = istr("Cross-Origin-Resource-Policy")
_EVERY: dict[str, str] = {
    istr("X-Content-Type-Options"): "nosniff",
    istr("Content-Security-Policy"): "default-src 'none'; frame-ancestors 'none'",
    istr("Referrer-Policy"): "no-referrer",
}
"""The names are of a kind that need not be made lower for each answer."""
_NOT_KEPT: dict[str, str] = {hdrs.CACHE_CONTROL: "no-store"}
PRIVATE: Mapping[str, str] = MappingProxyType(_EVERY | _NOT_KEPT | {_RESOURCE_POLICY: "same-origin"})
"""Of all answers that are not meant for other websites' pages."""
_EMBEDDED: dict[str, str] = _EVERY | {_RESOURCE_POLICY: "cross-origin"}
_ONE_YEAR = "max-age=31536000"


def defaults_of(route: Route) -> Mapping[str, str]:
    """What the answers of a route have where its handler says nothing else."""
    if route.access in {Access.TOKEN, Access.WATCHER} or "{site}" not in route.path:
        return PRIVATE
    return _EMBEDDED if route.method == "GET" else _EMBEDDED | _NOT_KEPT


class Protection:
    """Gives answers the headers that depend on who asks and how it went, whatever they say."""

    def __init__(self, trusted: Networks) -> None:
        self._trusted = trusted

    def protect(self, request: Request, response: Response) -> None:
        """Nothing that came for a token, and no refusal, which may show what was sent, is kept by anyone. HSTS
        (RFC 6797) goes only to browsers that came by TLS, and only a trusted proxy knows that; it is for the whole
        host, which is somebody else's where the service lies under a path."""
        given = request.headers
        if response.status >= 400 or hdrs.AUTHORIZATION in given:
            response.headers[hdrs.CACHE_CONTROL] = "no-store"
        if self._trusted and told_scheme(request, self._trusted) == "https" and not own_path(request):
            response.headers["Strict-Transport-Security"] = _ONE_YEAR
