"""From aiohttp's request to an operation and back: one function that every route goes through.

Each refused or failed request leaves one line in the log. What callers sent is never in it: of the address the route's
pattern alone, of the caller the id of its token.
"""

import hashlib
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import orjson
import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong, TransferEncodingError

from service.desk import Desk
from service.domain.caller import Role
from service.domain.replay import NO_REPLAY, Replay
from service.domain.site import DEMO_SITE, Site
from service.errors import (
    BodyTooSlowError,
    HostUnknownError,
    InvalidFieldsError,
    MalformedRequestError,
    MethodNotAllowedError,
    OverloadedError,
    RateLimitedError,
    RequestError,
    RouteNotFoundError,
)
from service.web import admission, problems
from service.web import body as bodies
from service.web.access import authorise, caller_id
from service.web.connection import Request
from service.web.headers import PRIVATE, Completion, defaults_of
from service.web.hosts import is_own_host
from service.web.operation import MAX_IDEMPOTENCY_KEY_CHARS, Access, Answer, Call, ProcessContext, Route
from service.web.response import Response
from service.web.router import Router

Handle = Callable[[Request], Awaitable[Response]]
UNKNOWN_ROUTE = "unknown"
FORM: web.RequestKey[dict[str, Any]] = web.RequestKey("form", dict[str, Any])
_NO_HTTP: dict[type[Exception], str] = {
    LineTooLong: "The address or a header is too long.",
    BadHttpMethod: "The method is not one of HTTP's.",
    TransferEncodingError: "The body is not in chunks as its head says.",
}
_VERSIONS = ((1, 1), (1, 0))
"""Of HTTP, that have headers and that we speak: 0.9 has none, others begin otherwise."""
_PROBED = {"/healthz", "/readyz"}
"""Paths that are answered under any Host: load balancers and containers ask by address."""

log = structlog.get_logger(__name__)


class _Answered(NamedTuple):
    """What the log says of a refused or failed request."""

    request_id: str
    method: str
    route: str
    status: int
    code: str
    ms: float


def _ms_since(started: float) -> float:
    return round(1000 * (perf_counter() - started), 1)


def handler(route: Route, desk: Desk, context: ProcessContext, completion: Completion) -> Handle:
    """What aiohttp calls for a route: the answer, or the problem document, measured."""
    acceptor = context.acceptor
    defaults = defaults_of(route)

    async def handle(request: Request) -> Response:
        started = perf_counter()
        request_id = os.urandom(8).hex()
        code = ""
        site = desk.registry.sites.get(request.match_info.get("site", ""))
        acceptor.under_way += 1
        try:
            call = await _call(request, route, desk, context, request_id)
            response = _response(await route.operation.handler(call), request_id)
        except RequestError as error:
            code = error.code
            if isinstance(error, OverloadedError):
                context.measures.refuse(error.queue)
            admission.learn(request, desk, context, error)
            response = _form_refusal(request, route, site, error, request_id) or refusal(error, request_id)
        except Exception:  # the last resort: our own mistake is logged, and told without detail
            code = problems.INTERNAL
            answered = _Answered(request_id, route.method, route.path, 500, code, _ms_since(started))
            log.exception("request_failed", **answered._asdict(), **_caller_of(request, desk, context))
            response = _finished(500, problems.internal_problem(request_id), problems.CONTENT_TYPE, {}, request_id)
        finally:
            acceptor.under_way -= 1
        if acceptor.is_draining:
            response.is_last = True
        _allow_origin(request, route, site.allowed_origins if site else (), response)
        completion.complete(request, response, defaults)
        context.measures.count(route.method, route.path, response.status, perf_counter() - started)
        if response.status >= 400 and code != problems.INTERNAL:
            answered = _Answered(request_id, route.method, route.path, response.status, code, _ms_since(started))
            _log_refusal(request, desk, context, answered)
        return response

    return handle


def _log_refusal(request: Request, desk: Desk, context: ProcessContext, answered: _Answered) -> None:
    """The line for an answer of 400 or above that is no mistake of our own."""
    write = log.warning if answered.status >= 500 else log.info
    write("request_refused", **answered._asdict(), **_caller_of(request, desk, context))


def _caller_of(request: Request, desk: Desk, context: ProcessContext) -> dict[str, str | None]:
    """What the log says of who asked: the id of his token, and a name for his network that is good for a day."""
    now_ms = desk.now_ms()
    network = context.network_names.name(admission.address_of(request, context), now_ms)
    return {"token_id": caller_id(request, desk.registry, now_ms), "network": network}


async def _call(request: Request, route: Route, desk: Desk, context: ProcessContext, request_id: str) -> Call:
    if context.gate.is_anyone_refused:
        admission.admit_token(request, route, desk, context)
    caller, site = authorise(request, route, desk, context)
    if route.access is Access.WATCHER or (caller is not None and caller.role is Role.ADMIN):
        admission.note_given_token(request, desk, context)
    operation = route.operation
    if operation.is_scored:  # before the body costs anything
        desk.scorer.require_room()
        if caller is None:
            # The one scored route without a site in its path is the demo's.
            admission.admit_stranger(request, site or desk.registry.sites.get(DEMO_SITE), context)
    if request.invite is not None:
        admission.invite_body(request, request.invite)
    call = Call(desk, request, request_id, caller, site, {}, operation.load_query(request), context)
    raw = b""
    if operation.body is not None:
        raw = await bodies.read_body(request)
        fields: Any = {}
        if not raw and route.method in {"PUT", "PATCH"}:
            raise InvalidFieldsError(errors={"_body": ["Missing: say what to set."]})
        if raw or "Content-Type" in request.headers:
            kind = bodies.media_type(request)
            bodies.require_media_type(kind, is_form_taken=operation.form is not None)
            call.is_form = kind != bodies.JSON
            fields = bodies.parse_form(request, kind, raw) if call.is_form else bodies.parse_json(raw or b"{}")
            if call.is_form:
                request[FORM] = fields
        call.body = operation.load_body(fields, is_form=call.is_form)
    if route.method == "POST":
        call.replay = _replay(request, call, raw)
    return call


def _replay(request: Request, call: Call, raw: bytes) -> Replay:
    """Where the first answer to this Idempotency-Key is kept: the key's own to its sender and address.

    Strangers behind one address are one sender: the body is part of theirs, so that none meets another's key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return NO_REPLAY
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY_CHARS or not key.isprintable() or not key.isascii():
        raise InvalidFieldsError(errors={"Idempotency-Key": ["1-255 printable ASCII characters."]})
    fingerprint = hashlib.sha256(raw).hexdigest()
    if call.caller:
        sender = [call.caller.token_id]
    else:
        sender = [f"reader {admission.address_of(request, call.context)}", fingerprint]
    digest = call.desk.vault.digest(*sender, request.rel_url.raw_path, key)
    return Replay(digest, fingerprint)


def _response(answer: Answer, request_id: str) -> Response:
    content = answer.content
    body = content if isinstance(content, bytes) or content is None else orjson.dumps(content)
    return _finished(answer.status, body, answer.content_type, answer.headers, request_id)


def _finished(
    status: int, body: bytes | None, content_type: str, headers: Mapping[str, str], request_id: str
) -> Response:
    all_headers = {**headers, "X-Request-ID": request_id}
    if body is not None:
        all_headers["Content-Type"] = content_type
    return Response(status, all_headers, body)


def _form_refusal(
    request: Request, route: Route, site: Site | None, error: RequestError, request_id: str
) -> Response | None:
    """A page instead of a problem document, for a person whose browser sent the form by itself."""
    page = route.operation.form_refusal
    fields = request.get(FORM)
    if fields is None and isinstance(error, RateLimitedError) and admission.is_form(request):
        fields = {}  # refused before it was read
    if page is None or fields is None or "text/html" not in request.headers.get("Accept", ""):
        return None
    return _response(page(request, site, fields, error), request_id)


def refusal(error: RequestError, request_id: str) -> Response:
    """An error as a response."""
    document = problems.problem(error, request_id)
    headers = dict(problems.headers(error))
    response = _finished(problems.status_of(error), document, problems.CONTENT_TYPE, headers, request_id)
    if isinstance(error, BodyTooSlowError):
        response.is_last = True
    return response


def _allow_origin(request: Request, route: Route, allowed: tuple[str, ...], response: Response) -> None:
    """Lets the scripts of the site's own web pages read what anyone may read (CORS)."""
    if route.access is Access.TOKEN or not allowed:
        return
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() in allowed:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "ETag, Location, Retry-After, X-Request-ID"


class Dispatch:
    """Leads each request to what answers it."""

    def __init__(
        self,
        routes: Iterable[Route],
        desk: Desk,
        context: ProcessContext,
        wrap: Callable[[Route, Handle], Handle] | None = None,
    ) -> None:
        """Each route's handle goes through `wrap`."""
        self._desk = desk
        self._context = context
        self._hosts = context.hosts
        self._completion = Completion(context.trusted_proxies)
        self._router: Router[tuple[Route, Handle]] = Router()
        for route in routes:
            handle = handler(route, desk, context, self._completion)
            target = (route, wrap(route, handle) if wrap else handle)
            for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
                self._router.add(method, route.path, target)

    def answer(self, request: Request) -> Awaitable[Response]:
        """The answer to any request that is HTTP."""
        taken, request.match_info = self._router.find(request.rel_url.path_safe)
        if request.version not in _VERSIONS:
            return self._answer_unknown(request, taken, MalformedRequestError("Only HTTP/1.1 and HTTP/1.0 are spoken."))
        if self._hosts and request.path not in _PROBED and not is_own_host(request, self._hosts):
            return self._answer_unknown(request, taken, HostUnknownError())
        target = taken.get(request.method)
        return self._answer_unknown(request, taken) if target is None else target[1](request)

    def refuse(self, error: BaseException, address: str) -> Response:
        """The answer to what is no HTTP, after which nothing more can be understood."""
        kind = next((each for each in _NO_HTTP if isinstance(error, each)), Exception)
        refused = MalformedRequestError(_NO_HTTP.get(kind, ""))
        started, request_id = perf_counter(), os.urandom(8).hex()
        response = refusal(refused, request_id)
        response.headers = {**PRIVATE, **response.headers}
        self._context.measures.count("*", UNKNOWN_ROUTE, response.status, perf_counter() - started)
        answered = _Answered(request_id, "other", UNKNOWN_ROUTE, response.status, refused.code, _ms_since(started))
        network = self._context.network_names.name(address, self._desk.now_ms())
        log.info("request_refused", **answered._asdict(), token_id=None, network=network)
        return response

    async def _answer_unknown(
        self, request: Request, taken: Mapping[str, tuple[Route, Handle]], error: RequestError | None = None
    ) -> Response:
        """What no route takes: the error, 404, 405 with `Allow`, or the answer to a browser that asks before it posts
        (CORS). Nothing is understood after what is no HTTP."""
        started = perf_counter()
        request_id = os.urandom(8).hex()
        if error is not None:
            response = refusal(error, request_id)
            response.is_last = isinstance(error, MalformedRequestError)
        elif not taken:
            error = RouteNotFoundError()
            response = refusal(error, request_id)
        elif request.method == "OPTIONS":
            response = self._options(request, taken, request_id)
        else:
            error = MethodNotAllowedError()
            response = refusal(error, request_id)
            response.headers["Allow"] = ", ".join(sorted(taken))
        self._completion.complete(request, response)
        if self._context.acceptor.is_draining:
            response.is_last = True
        self._context.measures.count("*", UNKNOWN_ROUTE, response.status, perf_counter() - started)
        if error:
            method = request.method if request.method in hdrs.METH_ALL else "other"
            answered = _Answered(request_id, method, UNKNOWN_ROUTE, response.status, error.code, _ms_since(started))
            _log_refusal(request, self._desk, self._context, answered)
        return response

    def _options(self, request: Request, taken: Mapping[str, tuple[Route, Handle]], request_id: str) -> Response:
        response = _finished(204, None, "", {"Allow": ", ".join(sorted(taken))}, request_id)
        readable = [route for method, (route, _) in taken.items() if method != "HEAD" and route.access != Access.TOKEN]
        if readable:
            site = self._desk.registry.sites.get(request.match_info.get("site", ""))
            _allow_origin(request, readable[0], site.allowed_origins if site else (), response)
            response.headers["Access-Control-Allow-Methods"] = ", ".join(each.method for each in readable)
            response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key, If-None-Match"
            response.headers["Access-Control-Max-Age"] = "3600"
        return response
