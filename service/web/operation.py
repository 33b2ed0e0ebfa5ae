"""An operation: what a call takes and what it answers, declared with `@operation(...)` at the handler.

It gets a place in the one route table, `routes.py`, which says who may call it; `endpoint.py` does what all calls
share.
"""

import inspect
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError
from marshmallow.fields import List, Nested

from schemas.fields import MAX_UNKNOWN_NAMED, Checkbox, field_errors
from schemas.loader import Loader
from service.domain.site import Site
from service.errors import InvalidFieldsError, RequestError
from service.web.answer import Answer
from service.web.authentication import BEARER, Authentication
from service.web.body import JSON, MAX_BODY_BYTES, MAX_FORM_BYTES
from service.web.call import Call, Json
from service.web.exchange import Request
from service.web.stream import Stream

Handler = Callable[[Call], Awaitable[Answer | Stream]]
ErrorWriter = Callable[[Request, Site | None, RequestError], Answer | None]
"""What an operation answers in the place of a problem document, in a shape of its own: made of the request, its site
and the error; None where the document is right. Headers that every refusal has, such as Retry-After, are added."""


_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
Errors = Mapping[type[RequestError], str]
"""The errors that a call may be answered with, and why, in the words of that call."""


class Outcome(NamedTuple):
    """An answer that is no error: when it is given, the schemas of its JSON, one of them by who asks, or the content
    type of what else it holds ("" for nothing), and its headers, each with an example."""

    when: str
    schemas: tuple[Schema, ...] = ()
    content_type: str = ""
    headers: Mapping[str, str] = _NO_HEADERS


def outcome(
    when: str, *schemas: type[Schema], content_type: str = JSON, headers: Mapping[str, str] = _NO_HEADERS
) -> Outcome:
    """An answer with words of its own: see `Outcome`."""
    has_content = bool(schemas) or content_type != JSON
    return Outcome(when, tuple(each() for each in schemas), content_type if has_content else "", headers)


def doc_of(schema: Schema) -> str:
    """The docstring of a schema as one paragraph; "" for one that has none of its own."""
    return " ".join(inspect.cleandoc(type(schema).__doc__ or "").split())


@dataclass(frozen=True, slots=True)
class Operation:
    """A handler with its description."""

    handler: Handler
    summary: str
    body: Schema | None
    loader: Loader | None
    form: Schema | None
    query: Schema | None
    query_loader: Loader | None
    answers: Mapping[int, Outcome]
    errors: Errors
    error_writer: ErrorWriter | None = None
    is_scored: bool = False
    is_rationed: bool = False
    max_body_bytes: int = MAX_BODY_BYTES
    authentication: Authentication = BEARER

    @property
    def max_form_bytes(self) -> int:
        """What a form may have at most; 0 where none is taken."""
        return max(self.max_body_bytes, MAX_FORM_BYTES) if self.form is not None else 0

    def load_body(self, fields: Any, *, is_form: bool) -> Json:
        """The body's fields, checked; InvalidFieldsError names every bad one. Forms may hold what we do not know."""
        schema = self.form if is_form else self.loader
        assert schema is not None  # noqa: S101
        if not isinstance(fields, dict):
            raise InvalidFieldsError(errors={"_body": ["Not a JSON object."]})
        return checked(schema, fields)

    def require_known_query(self, request: Request) -> None:
        """InvalidFieldsError names the parameters that the call does not take, the first MAX_UNKNOWN_NAMED of them, and
        those that it takes once and were given again."""
        known = self.query.fields if self.query else {}
        wrong: dict[str, list[str]] = {}
        for name, times in Counter(name for name, _ in request.query.items()).items():
            if name not in known:
                wrong[name] = ["Unknown parameter."]
            elif times > 1 and not isinstance(known[name], List):
                wrong[name] = ["Given more than once."]
        if wrong:
            raise InvalidFieldsError(errors=dict(islice(wrong.items(), MAX_UNKNOWN_NAMED)))

    def load_query(self, request: Request) -> Json:
        if self.query is None or self.query_loader is None:
            return {}
        given: Json = {}
        for name, schema_field in self.query.fields.items():
            values = request.query.getall(name, None)
            if values is not None:
                given[name] = values if isinstance(schema_field, List) else values[-1]
        return checked(self.query_loader, given)


def checked(schema: Schema | Loader, fields: Json) -> Json:
    """The fields as a schema has them; InvalidFieldsError names every bad one."""
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
        if isinstance(each, Checkbox):
            each.is_of_form = True
    return schema


def _outcome_of(given: type[Schema] | tuple[type[Schema], ...] | str | Outcome) -> Outcome:
    if isinstance(given, Outcome):
        return given
    if isinstance(given, str):
        return Outcome(given)
    schemas = (given,) if isinstance(given, type) else given
    return outcome(" Or: ".join(doc_of(schema()) for schema in schemas), *schemas)


def operation(
    summary: str,
    *,
    answers: Mapping[int, type[Schema] | tuple[type[Schema], ...] | str | Outcome],
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    form: type[Schema] | None = None,
    errors: Errors = MappingProxyType({}),
    error_writer: ErrorWriter | None = None,
    is_scored: bool = False,
    is_rationed: bool = False,
    max_body_bytes: int = MAX_BODY_BYTES,
    authentication: Authentication = BEARER,
) -> Callable[[Handler], Operation]:
    """Declares a handler. `answers` maps a status to its schema, to one of several by who asks, to words where it has
    no JSON body, or to an outcome with both; `errors` says of each error that it may have beyond those of its access,
    address and body when that comes. A `form` is taken in the place of a JSON body where there is one; it may have
    fields of its own. What `is_scored` is refused while too much waits for the classifier; what `is_rationed`, to whom
    asks it too often. A body has at most `max_body_bytes`, a form MAX_FORM_BYTES where that is more, as it came and
    when it is unfolded. Errors are written as problem documents where there is no `error_writer`. Who asks is shown by
    `authentication`; ValueError where that stands in a body and there is none, as nobody would ever be asked."""
    if authentication.is_in_body and body is None:
        raise ValueError("What shows who asks stands in a body, and the operation takes none.")

    def declare(handler: Handler) -> Operation:
        body_schema, query_schema = body() if body else None, query() if query else None
        return Operation(
            handler,
            summary,
            body=body_schema,
            loader=Loader(body_schema) if body_schema else None,
            form=_tolerant(form) if form else None,
            query=query_schema,
            query_loader=Loader(query_schema) if query_schema else None,
            answers={status: _outcome_of(given) for status, given in answers.items()},
            errors=errors,
            error_writer=error_writer,
            is_scored=is_scored,
            is_rationed=is_rationed,
            max_body_bytes=max_body_bytes,
            authentication=authentication,
        )

    return declare
