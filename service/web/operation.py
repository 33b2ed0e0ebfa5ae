"""An operation: one call of the API, with what it takes, what it answers, and who may make it.

A handler is declared with `@operation(...)` and gets a place in the one route table of `app.py`. `Operation` then does
what all calls share, in this order: who asks, which site, the body, its schema, the handler, the answer.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from ipaddress import IPv4Network, IPv6Network
from types import MappingProxyType
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError
from marshmallow.fields import List, Nested

from schemas.fields import COMMENT_ID_PATTERN, PlainText, field_errors
from schemas.loader import Loader
from schemas.threads import MAX_THREAD_CHARS
from service.desk import Desk
from service.domain.caller import Caller, Role
from service.domain.replay import NO_REPLAY, Replay
from service.domain.site import Audience, Site
from service.errors import CommentNotFoundError, InvalidFieldsError, RequestError
from service.metrics import RequestMeasures
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.web import body as bodies
from service.web.connection import Request
from service.web.gate import Gate
from service.web.network import NetworkNames

Json = dict[str, Any]
Networks = tuple[IPv4Network | IPv6Network, ...]
MAX_IDEMPOTENCY_KEY_CHARS = 255
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_COMMENT_ID = re.compile(COMMENT_ID_PATTERN)
_THREAD = PlainText(min_chars=1, max_chars=MAX_THREAD_CHARS)


class Access(Enum):
    """Who may make a call: anyone; a token's holder; or, where the site allows it, also a reader without one; or who
    watches the service, from its own machine or with a token for that."""

    ANYONE = auto()
    TOKEN = auto()
    TOKEN_OR_READER = auto()
    WATCHER = auto()


class Answer(NamedTuple):
    """What a handler gives: a status, a JSON value or bytes that are ready, and headers."""

    status: int
    content: Json | bytes | None = None
    headers: Mapping[str, str] = _NO_HEADERS
    content_type: str = bodies.JSON


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """What handlers may need of the process beside the desk."""

    measures: RequestMeasures
    counts: Counters
    acceptor: Acceptor
    trusted_proxies: Networks = ()
    metrics_token: str | None = None
    hosts: frozenset[str] = frozenset()
    openapi: Callable[[], Json] = dict
    demo: Audience = Audience.LOCAL
    gate: Gate = field(default_factory=Gate)
    network_names: NetworkNames = field(default_factory=NetworkNames)


@dataclass(slots=True)
class Call:
    """One call, checked: what the handler works with."""

    desk: Desk
    request: Request
    request_id: str
    caller: Caller | None
    site: Site | None
    body: Json
    query: Json
    context: ProcessContext
    is_form: bool = False
    replay: Replay = NO_REPLAY

    @property
    def known_site(self) -> Site:
        """The site in the path; only for routes that have one."""
        assert self.site is not None  # noqa: S101
        return self.site

    @property
    def known_caller(self) -> Caller:
        """The token's holder; only for routes that need a token."""
        assert self.caller is not None  # noqa: S101
        return self.caller

    @property
    def thread(self) -> str:
        """The thread in the path, or InvalidFieldsError."""
        return self._checked("thread", _THREAD)

    @property
    def comment_id(self) -> str:
        """The comment in the path; CommentNotFoundError for what can be no id."""
        comment_id = self.request.match_info["comment_id"]
        if not _COMMENT_ID.match(comment_id):
            raise CommentNotFoundError
        return comment_id

    def _checked(self, name: str, text: PlainText) -> str:
        given = self.request.match_info[name]
        plain = text.plainly(given)
        if plain is not None:
            return plain
        try:
            checked: str = text.deserialize(given)
        except ValidationError as error:
            raise InvalidFieldsError(errors={name: list(map(str, error.messages))}) from error
        return checked


Handler = Callable[[Call], Awaitable[Answer]]
FormRefusal = Callable[[Request, Site | None, Json, RequestError], Answer]
"""What a browser without scripts sees when its form is refused: made of the request, its site, the form's fields, and
the error."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A handler with its description."""

    handler: Handler
    summary: str
    body: Schema | None
    loader: Loader | None
    form: Schema | None
    query: Schema | None
    answers: Mapping[int, Schema | str]
    errors: tuple[int, ...]
    form_refusal: FormRefusal | None = None
    is_scored: bool = False

    def load_body(self, fields: Any, *, is_form: bool) -> Json:
        """The body's fields, checked; InvalidFieldsError names every bad one. Forms may hold what we do not know."""
        schema = self.form if is_form else self.loader
        assert schema is not None  # noqa: S101
        if not isinstance(fields, dict):
            raise InvalidFieldsError(errors={"_body": ["Not a JSON object."]})
        return _loaded(schema, fields)

    def load_query(self, request: Request) -> Json:
        if self.query is None:
            return {}
        given: Json = {}
        for name, schema_field in self.query.fields.items():
            values = request.query.getall(name, None)
            if values is not None:
                given[name] = values if isinstance(schema_field, List) else values[-1]
        return _loaded(self.query, given)


def _loaded(schema: Schema | Loader, fields: Json) -> Json:
    try:
        loaded: Json = schema.load(fields)
    except ValidationError as error:
        raise InvalidFieldsError(errors=field_errors(error)) from error
    return loaded


def _tolerant(kind: type[Schema]) -> Schema:
    """The schema for forms: it passes over what it does not know, within its nested fields too."""
    schema = kind(unknown=EXCLUDE)
    for each in schema.fields.values():
        if isinstance(each, Nested):
            each.unknown = EXCLUDE
    return schema


def operation(
    summary: str,
    *,
    answers: Mapping[int, type[Schema] | str],
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    is_form_taken: bool = False,
    errors: tuple[int, ...] = (),
    form_refusal: FormRefusal | None = None,
    is_scored: bool = False,
) -> Callable[[Handler], Operation]:
    """Declares a handler. `answers` maps a status to its schema, or to words where it has no JSON body; `errors` are
    the statuses that it may have beyond those that its access and body bring. What `is_scored` is refused while too
    much waits for the classifier."""

    def declare(handler: Handler) -> Operation:
        schema = body() if body else None
        return Operation(
            handler,
            summary,
            schema,
            Loader(schema) if schema else None,
            _tolerant(body) if body and is_form_taken else None,
            query() if query else None,
            {status: given if isinstance(given, str) else given() for status, given in answers.items()},
            errors,
            form_refusal,
            is_scored,
        )

    return declare


@dataclass(frozen=True, slots=True)
class Route:
    """A line of the route table."""

    method: str
    path: str
    operation: Operation
    access: Access = Access.TOKEN
    roles: frozenset[Role] = frozenset()


def route(method: str, path: str, to: Operation, *roles: Role) -> Route:
    """A call for holders of a token of these roles; the administrator may make every call."""
    return Route(method, path, to, Access.TOKEN, frozenset(roles) | {Role.ADMIN})


def open_route(method: str, path: str, to: Operation) -> Route:
    """A call that anyone may make."""
    return Route(method, path, to, Access.ANYONE)


def watcher_route(method: str, path: str, to: Operation) -> Route:
    """A call for those who watch the service: see `access.require_watcher`."""
    return Route(method, path, to, Access.WATCHER, frozenset({Role.OPERATOR, Role.ADMIN}))


def reader_route(method: str, path: str, to: Operation, *roles: Role) -> Route:
    """A call for these roles, and for readers without a token where the site allows public submission."""
    return Route(method, path, to, Access.TOKEN_OR_READER, frozenset(roles) | {Role.ADMIN})
