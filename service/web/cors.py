"""Which pages of other websites may read an answer (CORS, as the Fetch standard has it)."""

from collections.abc import Sequence

from aiohttp import hdrs

from service.web.exchange import Request
from service.web.response import Response
from service.web.route import Access, Route

_READABLE_HEADERS = "ETag, Location, Retry-After, X-Request-ID"
_SENT_HEADERS = "Content-Type, Idempotency-Key, If-None-Match"
_REMEMBERED_SECONDS = 3600


def allow_origin(request: Request, route: Route, allowed: tuple[str, ...], response: Response) -> None:
    """Lets the scripts of the site's own web pages read what anyone may read."""
    if route.access is Access.TOKEN or not allowed:
        return
    response.headers[hdrs.VARY] = "Origin"
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin.lower() in allowed:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _READABLE_HEADERS


def answer_preflight(request: Request, routes: Sequence[Route], allowed: tuple[str, ...], response: Response) -> None:
    """Tells a browser that asks before it posts what the site's own web pages may send to the routes of a path."""
    readable = [route for route in routes if route.access is not Access.TOKEN]
    if readable:
        allow_origin(request, readable[0], allowed, response)
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = ", ".join(route.method for route in readable)
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = _SENT_HEADERS
        response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = str(_REMEMBERED_SECONDS)
