"""Which pages of other websites may read an answer (CORS, as the Fetch standard has it)."""

from collections.abc import Sequence

from aiohttp import hdrs

from service.domain.site import Site
from service.web.exchange import Request
from service.web.origins import is_listed
from service.web.response import Response
from service.web.route import Access, Route

_READABLE_HEADERS = "ETag, Location, Retry-After, X-Request-ID"
_SENT_HEADERS = "Content-Type, Idempotency-Key, If-None-Match"
_REMEMBERED_SECONDS = 3600


def allow_origin(request: Request, route: Route, site: Site | None, response: Response) -> None:
    """Lets scripts of web pages read what anyone may read: of the pages that the site lists, or of all where it lists
    none and takes comments from anyone. No cookie and no token comes along with what is open to all."""
    if site is None or route.access is Access.TOKEN:
        return
    origin = request.headers.get(hdrs.ORIGIN)
    if site.allowed_origins:
        response.headers[hdrs.VARY] = "Origin"
        allowed = origin if origin is not None and is_listed(origin, site.allowed_origins) else None
    else:
        allowed = "*" if site.public_submission else None
    if allowed is not None:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = allowed
        response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _READABLE_HEADERS


def answer_preflight(request: Request, routes: Sequence[Route], site: Site | None, response: Response) -> None:
    """Tells a browser that asks before it posts what web pages may send to the routes of a path."""
    readable = [route for route in routes if route.access is not Access.TOKEN]
    if readable:
        allow_origin(request, readable[0], site, response)
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = ", ".join(route.method for route in readable)
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = _SENT_HEADERS
        response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = str(_REMEMBERED_SECONDS)
