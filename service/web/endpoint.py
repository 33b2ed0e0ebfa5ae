"""The end of a route: from aiohttp's request to an operation and back, in the order in which all calls are answered."""

from functools import partial
from typing import Any

import structlog
from aiohttp import hdrs, web

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.site import DEMO_SITE, Site
from service.errors import InvalidFieldsError, OverloadedError, RequestError
from service.web import admission, problems
from service.web import body as bodies
from service.web.access import authorise
from service.web.answer import response_of, streamed_response_of
from service.web.authentication import BEARER, identify
from service.web.call import Call, Json, ProcessContext
from service.web.cors import allow_origin
from service.web.exchange import BODY, FORM, Request, begin_exchange
from service.web.finish import Finish
from service.web.headers import defaults_of
from service.web.idempotency import replay_of
from service.web.response import Response, StreamedResponse
from service.web.route import Access, Route
from service.web.stream import OpenStream, Stream

log = structlog.get_logger(__name__)


class Endpoint:
    """Answers the requests of one route: who asks, which site, the body, its schema, the handler, the answer."""

    def __init__(self, route: Route, desk: Desk, context: ProcessContext, *, finish: Finish) -> None:
        self._route = route
        self._desk = desk
        self._context = context
        self._finish = finish
        self._defaults = defaults_of(route)

    async def handle(self, request: Request) -> web.StreamResponse:
        """The answer, or the problem document, measured."""
        route, acceptor = self._route, self._context.acceptor
        exchange = begin_exchange(route.method, route.path)
        site = self._desk.registry.sites.get(request.match_info.get("site", ""))
        code = ""
        transport = request.transport
        opened: OpenStream | None = None
        acceptor.begin_request(transport)
        try:
            call = await self._call(request, exchange.request_id)
            answer = await route.operation.handler(call)
            if isinstance(answer, Stream):
                if request.method == hdrs.METH_HEAD:
                    await answer.chunks.aclose()
                else:
                    opened = await self._context.streams.open(answer, transport, partial(self._may_go_on, request))
                response: Response = streamed_response_of(answer, exchange.request_id, self._defaults)
            else:
                response = response_of(answer, exchange.request_id, self._defaults)
        except RequestError as error:
            code = error.code
            response = await self._refused(request, site, error, request_id=exchange.request_id)
        except Exception:  # the last resort: our own mistake is logged, and told without detail
            code = problems.INTERNAL
            log.exception("request_failed", **self._finish.account.line(request, exchange, 500, code=code))
            response = await self._finish.refusals.tell_mistake(
                request,
                site,
                request_id=exchange.request_id,
                defaults=self._defaults,
                max_body_bytes=self._max_bytes(request),
            )
        finally:
            acceptor.end_request(transport)
        allow_origin(request, route, site, response)
        if opened is not None and isinstance(response, StreamedResponse):
            await self._finish.send_stream(request, response, exchange, opened)
        elif not self._finish.finish(request, response, exchange, code=code):
            await self._finish.send(request, response)
        return response

    async def _call(self, request: Request, request_id: str) -> Call:
        """The call, checked: what costs least is asked first."""
        operation = self._route.operation
        if operation.authentication.is_in_body:
            caller, site = None, None
            admission.admit_stranger(request, None, self._context)
        else:
            caller, site = await self._identify(request, {})
        if hdrs.EXPECT in request.headers:
            await admission.invite_body(request, self._max_bytes(request))
        if request.rel_url.raw_query_string and not self._is_led_by_a_page(request):
            operation.require_known_query(request)
        query = operation.load_query(request)
        call = Call(self._desk, request, request_id, caller, site, {}, query, self._context)
        raw = b"" if operation.body is None else await self._read_body(call)
        if self._route.method == hdrs.METH_POST:
            call.replay = replay_of(call, raw)
        return call

    async def _identify(self, request: Request, fields: Json) -> tuple[Caller | None, Site | None]:
        """The caller and the site, once what shows who asks has been read."""
        way = self._route.operation.authentication
        if way is not BEARER:
            await identify(request, way, self._desk, fields)
        return self._admit(request)

    def _admit(self, request: Request) -> tuple[Caller | None, Site | None]:
        """The caller and the site of a request that may have its body read."""
        route, desk, context = self._route, self._desk, self._context
        if context.gate.is_anyone_refused:
            admission.admit_token(request, route, desk, context)
        caller, site = authorise(request, route, desk, context)
        if route.access is Access.WATCHER or (caller is not None and caller.is_admin):
            admission.note_given_token(request, desk, context)
        if route.operation.is_rationed:
            admission.admit_question(request, site, context)
        if route.operation.is_scored:
            desk.scorer.require_room()
            if caller is None:
                # The one scored route without a site in its path is the demo's.
                admission.admit_stranger(request, site or desk.registry.sites.get(DEMO_SITE), context)
        return caller, site

    async def _read_body(self, call: Call) -> bytes:
        """The body as it came, after its fields went into the call."""
        request, operation = call.request, self._route.operation
        request[BODY] = b""
        raw = request[BODY] = await bodies.read_body(request, self._max_bytes(request))
        if not raw and self._route.method in {hdrs.METH_PUT, hdrs.METH_PATCH}:
            raise InvalidFieldsError(errors={"_body": ["Missing: say what to set."]})
        fields: Any = {}
        if raw or hdrs.CONTENT_TYPE in request.headers:
            kind = bodies.media_type(request)
            bodies.require_media_type(kind, is_form_taken=operation.form is not None)
            call.is_form = kind != bodies.JSON
            fields = bodies.parse_form(request, kind, raw) if call.is_form else bodies.parse_json(raw or b"{}")
            if call.is_form:
                request[FORM] = fields
        if operation.authentication.is_in_body:
            call.caller, call.site = await self._identify(request, fields if isinstance(fields, dict) else {})
        call.body = operation.load_body(fields, is_form=call.is_form)
        return raw

    def _may_go_on(self, request: Request) -> bool:
        """Whether who asked might ask again now: the token is in force, of a role and a site that the call is for."""
        try:
            authorise(request, self._route, self._desk, self._context)
        except RequestError:
            return False
        return True

    def _max_bytes(self, request: Request) -> int:
        """What the body may have: more where a form comes, whose escapes make a text three times as long as it is."""
        operation = self._route.operation
        return operation.max_form_bytes if self._is_form(request) else operation.max_body_bytes

    def _is_form(self, request: Request) -> bool:
        return self._route.operation.form is not None and admission.is_form(request)

    def _is_led_by_a_page(self, request: Request) -> bool:
        """Whether the address is that of a link or a form in a page, to which scripts of others may add parameters."""
        return not self._route.audience or self._is_form(request)

    async def _refused(self, request: Request, site: Site | None, error: RequestError, *, request_id: str) -> Response:
        """The answer to a refused call, after what is to be learned from it."""
        if isinstance(error, OverloadedError):
            self._context.measures.refuse(error.queue)
        way = self._route.operation.authentication
        admission.learn(request, self._desk, self._context, error, way=way)
        return await self._finish.refusals.refuse(
            request,
            site,
            error,
            request_id=request_id,
            defaults=self._defaults,
            max_body_bytes=self._max_bytes(request),
            writer=self._route.operation.error_writer,
        )
