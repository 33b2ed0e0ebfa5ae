"""What a request has to pass before anything of its body is read: the gate's questions, asked of a request."""

from aiohttp import hdrs, web

from service.desk import Desk
from service.domain.site import Site
from service.errors import (
    BodyTooLargeError,
    RateLimitedError,
    RequestError,
    TooManyQuestionsError,
    UnauthenticatedError,
)
from service.texts.sentence import sentence
from service.web import body as bodies
from service.web.access import is_metrics_token
from service.web.authentication import BEARER, Authentication, found_caller, shown_token
from service.web.call import ProcessContext
from service.web.exchange import Request
from service.web.media_type import kind_of
from service.web.proxies import reader_address
from service.web.route import Access, Route

_HTTP_1_1 = (1, 1)
_ADDRESS: web.RequestKey[str] = web.RequestKey("address", str)
_ADMITTED: web.RequestKey[bool] = web.RequestKey("admitted", bool)
"""Of a stranger whom the gate let on."""


def address_of(request: Request, context: ProcessContext) -> str:
    """The reader's address, found once for each request; "" and counted where a proxy names one that cannot be read."""
    address = request.get(_ADDRESS)
    if address is None:
        trusted, connected = context.trusted_proxies, request.remote or ""
        address = request[_ADDRESS] = reader_address(request, trusted) if trusted else connected
        if connected and not address:
            context.measures.count_unread_address()
    return address


def admit_token(request: Request, route: Route, desk: Desk, context: ProcessContext) -> None:
    """TooManyWrongTokensError for a network that sent many, unless the request's own is valid and cannot be guessed.
    What a site shows to anyone is shown whatever token comes along."""
    is_for_anyone = route.access is Access.ANYONE and "site" in request.match_info
    if is_for_anyone or route.operation.authentication.ends or not shown_token(request):
        return
    address = address_of(request, context)

    def is_past_guessing() -> bool:
        if is_given_token(request, desk, context):
            return context.gate.knows(address)
        return found_caller(request, desk, desk.now_ms()) is not None

    context.gate.require_few_wrong_tokens(address, is_past_guessing)


def note_given_token(request: Request, desk: Desk, context: ProcessContext) -> None:
    """After the request's token was found right: where it came from, if a person may have chosen it."""
    if is_given_token(request, desk, context):
        context.gate.note_given_token(address_of(request, context))


def is_given_token(request: Request, desk: Desk, context: ProcessContext) -> bool:
    """Whether its token is one of the settings, which need not be of 256 random bits as those that we make."""
    caller = found_caller(request, desk, desk.now_ms())
    return is_metrics_token(request, desk, context) if caller is None else caller.is_admin


def admit_stranger(request: Request, site: Site | None, context: ProcessContext) -> None:
    """Lets a submission without a token on to have its body read, or RateLimitedError."""
    address = address_of(request, context)
    try:
        context.gate.admit_reader(address, site.site if site else "", site.policy if site else None)
    except RateLimitedError:
        context.measures.count_gate_refusal()
        raise
    request[_ADMITTED] = True


def admit_question(request: Request, site: Site | None, context: ProcessContext) -> None:
    """Lets a question that anybody may ask on, or TooManyQuestionsError. Whatever token comes along, as nobody is to
    find out here whether it is one."""
    address = address_of(request, context)
    try:
        context.gate.admit_question(address, site.site if site else "", site.policy if site else None)
    except TooManyQuestionsError:
        context.measures.count_gate_refusal()
        raise


async def invite_body(request: Request, max_bytes: int) -> None:
    """Gives a client that waits for it leave to send its body (RFC 9110, 10.1.1), or BodyTooLargeError when it says
    that it is. aiohttp calls what is written here no part of the answer."""
    if request.version != _HTTP_1_1 or request.headers.get(hdrs.EXPECT, "").lower() != "100-continue":
        return
    if (request.content_length or 0) > max_bytes:
        raise BodyTooLargeError(sentence("At most %(most)s bytes.", most=max_bytes))
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0


def is_form(request: Request) -> bool:
    """Whether its head says that a form comes, as a browser sends it."""
    content_type = request.headers.get("Content-Type", "")
    return content_type != bodies.JSON and kind_of(content_type) in (bodies.URLENCODED, bodies.MULTIPART)


def learn(
    request: Request, desk: Desk, context: ProcessContext, error: RequestError, *, way: Authentication = BEARER
) -> None:
    """From a refusal: of a wrong token, or of a stranger whom his site's own limit in Redis refused."""
    if isinstance(error, UnauthenticatedError) and not way.ends and (token := shown_token(request)):
        context.measures.count_wrong_token()
        context.gate.note_wrong_token(address_of(request, context), token)
    elif isinstance(error, RateLimitedError) and _ADMITTED in request:
        site = desk.registry.sites.get(request.match_info.get("site", ""))
        if site is not None:
            seconds = error.retry_after_seconds or 0
            context.gate.remember_refusal(address_of(request, context), site.site, site.policy, seconds)
