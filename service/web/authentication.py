"""How a call shows who makes it: a bearer token, unless its operation says otherwise.

A guest's operation names another way: a session's cookie, a key in the query, in a field of a form, or in the name of
the host. Whatever the way, what was shown is one text; the gate counts those that are wrong, and the registry knows
whose a token is, unless the way finds its callers by itself. What stands in the head of a request is asked for before
anything of its body is read; what stands in the body can be asked for only then, and so such a call passes the rates of
strangers first.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from aiohttp import web

from service.desk import Desk
from service.domain.caller import Caller
from service.web.exchange import Request

Json = dict[str, Any]
_SHOWN: web.RequestKey[str] = web.RequestKey("shown", str)
_FOUND: web.RequestKey[Caller | None] = web.RequestKey("found")


class Authentication(NamedTuple):
    """A way to show who asks.

    `read` gives what was shown, "" when nothing was, from a request and the fields of its body, which are there when
    it `is_in_body`. `find_caller` tells whose it is, None when it is nobody's; without it the registry of tokens does.
    A wrong one is a guess, unless it `ends`: what was right until a moment ago, and that nobody can guess, comes from
    many who share a network, and is none.
    `scheme` describes the way as OpenAPI does (Security Scheme Object), under a `name` of its own.
    """

    name: str
    scheme: Mapping[str, str]
    read: Callable[[Request, Json], str]
    is_in_body: bool = False
    find_caller: Callable[[Desk, str], Awaitable[Caller | None]] | None = None
    ends: bool = False


def _bearer_token(request: Request, fields: Json) -> str:  # noqa: ARG001 they have none
    """RFC 6750, 2.1; "" without a token, or under another scheme."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


BEARER = Authentication("token", {"type": "http", "scheme": "bearer"}, _bearer_token)


async def identify(request: Request, way: Authentication, desk: Desk, fields: Json) -> None:
    """Reads what a request shows by a way that is not the bearer's, once, for all that ask for it afterwards."""
    request[_SHOWN] = shown = way.read(request, fields)
    if way.find_caller is not None:
        request[_FOUND] = await way.find_caller(desk, shown) if shown else None


def shown_token(request: Request) -> str:
    """What the request shows of who makes it; "" when it shows nothing."""
    shown = request.get(_SHOWN)
    return _bearer_token(request, {}) if shown is None else shown


def has_credential(request: Request, way: Authentication) -> bool:
    """Whether the request tries to show who makes it, however badly."""
    return "Authorization" in request.headers if way is BEARER else bool(request.get(_SHOWN))


def found_caller(request: Request, desk: Desk, now_ms: int) -> Caller | None:
    """Whose it is that the request shows; None when it is nobody's, or nothing."""
    if _FOUND in request:
        return request[_FOUND]
    token = shown_token(request)
    return desk.registry.caller(token, now_ms) if token else None
