"""Leads each request to the end of its route, and answers what no route takes."""

from collections.abc import Callable, Iterable, Mapping

from aiohttp import hdrs, web

from service.desk import Desk
from service.domain.site import Site
from service.errors import (
    HostUnknownError,
    MalformedRequestError,
    MethodNotAllowedError,
    RequestError,
    RouteNotFoundError,
)
from service.web.account import UNKNOWN_ROUTE
from service.web.answer import Answer, response_of
from service.web.body import MAX_FORM_BYTES
from service.web.call import ProcessContext
from service.web.cors import allow_origin, answer_preflight
from service.web.endpoint import Endpoint
from service.web.exchange import Handle, Request, begin_exchange
from service.web.finish import Finish
from service.web.headers import PRIVATE
from service.web.hosts import is_own_host, is_own_name, name_of
from service.web.own_address import (
    OwnAddresses,
    decoded,
    find_addresses_by,
    local_path,
    own_path,
    told_host,
    without_prefix,
)
from service.web.response import Response
from service.web.route import Route
from service.web.router import Router

_VERSIONS = ((1, 1), (1, 0))
"""Of HTTP, that have headers and that we speak: 0.9 has none, others begin otherwise."""
_PROBED = {"/healthz", "/readyz"}
"""Paths that are answered under any Host: load balancers and containers ask by address."""


class Dispatch(web.PlainResource):
    """The one resource of the application, for all paths: aiohttp would ask one for each route in turn, which takes
    longer the more there are."""

    def __init__(
        self,
        routes: Iterable[Route],
        desk: Desk,
        context: ProcessContext,
        wrap: Callable[[Route, Handle], Handle] | None = None,
    ) -> None:
        """Each route's handle goes through `wrap`."""
        super().__init__("/")
        self._desk = desk
        self._hosts = context.hosts
        self._addresses = OwnAddresses(context.public_url, context.trusted_proxies)
        self._is_placed = bool(context.public_url or context.trusted_proxies)
        self._acceptor = context.acceptor
        self._finish = Finish(desk, context)
        self._unknown = self._target(hdrs.METH_ANY, self._answer_unknown)
        self._router: Router[tuple[Route, web.ResourceRoute]] = Router()
        context.measures.expect("*", UNKNOWN_ROUTE)
        for route in routes:
            context.measures.expect(route.method, route.path)
            handle: Handle = Endpoint(route, desk, context, finish=self._finish).handle
            target = self._target(route.method, wrap(route, handle) if wrap else handle)
            for method in (hdrs.METH_GET, hdrs.METH_HEAD) if route.method == hdrs.METH_GET else (route.method,):
                self._router.add(method, route.path, (route, target))

    def _target(self, method: str, handle: Handle) -> web.ResourceRoute:
        return web.ResourceRoute(method, handle, self, expect_handler=_invite_later)

    async def resolve(self, request: Request) -> tuple[web.UrlMappingMatchInfo, set[str]]:
        """What answers the request, found once for all routes, with what its path has for their placeholders."""
        if self._is_placed:
            find_addresses_by(request, self._addresses)
        taken, values = self._find(request)
        found = taken.get(request.method)
        target = self._unknown if found is None or self._misunderstood(request) else found[1]
        return web.UrlMappingMatchInfo(values, target), set()

    def _find(self, request: Request) -> tuple[Mapping[str, tuple[Route, web.ResourceRoute]], dict[str, str]]:
        """What takes the path by method, and what stands in its placeholders; also where a proxy leaves the path that
        the service lies under on it."""
        path = request.rel_url.path_safe
        found = self._router.find(path)
        if not found[0] and (prefix := own_path(request)):
            return self._router.find(without_prefix(path, decoded(prefix)))
        return found

    async def speak_for_aiohttp(self, request: Request, response: web.StreamResponse) -> None:
        """For `on_response_prepare`, which our own answers pass by. aiohttp asks no resource about a request whose
        target has no path, such as `CONNECT host:443`, and is about to answer by itself: it gets our words for it."""
        ours = await self._answer_unknown(request)
        body = ours.body or b""
        response.force_close()
        response.headers.popall(hdrs.SERVER, None)
        response.headers.update(ours.headers)
        response.headers.update({hdrs.CONTENT_LENGTH: str(len(body)), hdrs.CONNECTION: "close"})
        if isinstance(response, web.Response):
            response.body = body
            request.writer.length = len(body)

    def _misunderstood(self, request: Request) -> RequestError | None:
        """What is wrong with a request whatever its path."""
        if request.version not in _VERSIONS:
            return MalformedRequestError("Only HTTP/1.1 and HTTP/1.0 are spoken.")
        if self._hosts and local_path(request) not in _PROBED and not self._is_own_host(request):
            return HostUnknownError()
        return None

    def _is_own_host(self, request: Request) -> bool:
        """By what a trusted proxy tells of the browser's request, or else by the request itself."""
        host = told_host(request)
        return is_own_name(name_of(host), self._hosts) if host else is_own_host(request, self._hosts)

    async def _answer_unknown(self, request: Request) -> Response:
        """What no route takes: the error, 404, 405 with `Allow`, or the answer to a browser that asks before it posts
        (CORS)."""
        method = request.method if request.method in hdrs.METH_ALL else "other"
        exchange = begin_exchange(method, UNKNOWN_ROUTE)
        transport = request.transport
        self._acceptor.begin_request(transport)
        try:
            taken, _ = self._find(request)
            routes = {method: route for method, (route, _) in taken.items()}
            error = self._misunderstood(request) or _error_of(request, routes)
            allowed: dict[str, str] = {hdrs.ALLOW: ", ".join(sorted(routes))}
            if error is None:
                response = response_of(Answer(204, headers=allowed), exchange.request_id, PRIVATE)
                self._answer_preflight(request, routes, response)
            else:
                response = await self._finish.refusals.refuse(
                    request,
                    self._site(request),
                    error,
                    request_id=exchange.request_id,
                    defaults=PRIVATE,
                    max_body_bytes=MAX_FORM_BYTES,
                )
                self._allow_origin(request, routes, response)
        finally:
            self._acceptor.end_request(transport)
        if isinstance(error, MethodNotAllowedError):
            response.headers.update(allowed)
        if isinstance(error, MalformedRequestError):  # nothing is understood after what is no HTTP
            response.force_close()
        if not self._finish.finish(request, response, exchange, code=error.code if error else ""):
            await self._finish.send(request, response)
        return response

    def _allow_origin(self, request: Request, routes: dict[str, Route], response: Response) -> None:
        """A script of a web page that may read what the path has may read what was wrong with its request."""
        for route in routes.values():
            allow_origin(request, route, self._site(request), response)

    def _site(self, request: Request) -> Site | None:
        return self._desk.registry.sites.get(request.match_info.get("site", ""))

    def _answer_preflight(self, request: Request, routes: dict[str, Route], response: Response) -> None:
        own = [route for method, route in routes.items() if method != hdrs.METH_HEAD]
        answer_preflight(request, own, self._site(request), response)


def _error_of(request: Request, routes: dict[str, Route]) -> RequestError | None:
    """404 or 405; None where browsers may ask what is allowed."""
    if not routes:
        return RouteNotFoundError()
    return None if request.method == hdrs.METH_OPTIONS else MethodNotAllowedError()


async def _invite_later(request: Request) -> None:
    """aiohttp would give leave to send the body here, to whoever asks; see `admission.invite_body`."""
