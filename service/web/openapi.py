"""The API's description, OpenAPI 3.1, made from the route table, the schemas, and the examples beside the handlers."""

import re
from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema
from marshmallow.fields import Field

from schemas import operation as operation_schemas
from schemas.author_records import AUTHOR_ID_PATTERN
from schemas.bulk import BULK_ID_PATTERN
from schemas.fields import COMMENT_ID_PATTERN, SITE_PATTERN
from schemas.moderation import DecisionOfManySchema
from schemas.patterns import FILLED_LINE
from schemas.side_data import SideData
from schemas.threads import MAX_THREAD_CHARS
from service.errors import RequestError
from service.web import body as bodies
from service.web import problems
from service.web.authentication import BEARER
from service.web.call_examples import SHAPE, examples_of, show_in_fields
from service.web.form_shape import form_names, form_shape
from service.web.operation import Outcome, doc_of
from service.web.problem_examples import general_examples, problem_example
from service.web.refusals import refusals_of, takes_idempotency_key
from service.web.route import Access, Route

Json = dict[str, Any]
_INTRODUCTION = (
    "Self-hosted comment moderation: submissions, queue, decisions. Beside what is listed at a call, any request may "
    "be answered with 400 `malformed_request`, 404 `not_found`, 405 `method_not_allowed`, 421 `host_unknown` or 500 "
    "`internal`."
)
_PARAMETERS: dict[str, Json] = {
    "site": {
        "schema": {"type": "string", "pattern": SITE_PATTERN},
        "description": "The site's id.",
        "example": "default",
    },
    "thread": {
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_THREAD_CHARS, "pattern": FILLED_LINE},
        "description": "The publisher's id of the article, percent-encoded: a `/` within it is `%2F`.",
        "example": "harbour-footbridge",
    },
    "comment_id": {
        "schema": {"type": "string", "pattern": COMMENT_ID_PATTERN},
        "description": "The comment's id.",
        "example": "06h25h3cahjlp26l",
    },
    "bulk_id": {
        "schema": {"type": "string", "pattern": BULK_ID_PATTERN},
        "description": "The bulk's id.",
        "example": "b06h25h3cahjlp26l",
    },
    "author_id": {
        "schema": {"type": "string", "pattern": AUTHOR_ID_PATTERN},
        "description": "The author's id on the site.",
        "example": "a3k0v9q2m1t7c",
    },
    "version": {
        "schema": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
        "description": "The number of a version of the site's policy.",
        "example": 9,
    },
    "token_id": {
        "schema": {"type": "string"},
        "description": "The token's id; not the token itself.",
        "example": "t97232c5739da",
    },
    "member_id": {
        "schema": {"type": "string"},
        "description": "The member's id.",
        "example": "m5b80c1e2d94a",
    },
}
_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "Any text of the caller's own, new for each new request: the same key and body within a day give "
    "the first answer again, and nothing is done twice.",
    "example": "0b8f2c1e-6f0e-4f3a-9d57-1b0a4b1f7c11",
}
_BULK_ITEM = "Checked by itself: an item that is no valid decision has a result of status 422 and harms no other."
_HEADERS = {
    "Location": "The address of what was made, or where to go.",
    "ETag": "Names this state of the answer: send it as `If-None-Match`.",
    "Retry-After": "After how many seconds to come again.",
    "WWW-Authenticate": "How to say who asks.",
}
_HEADERS_OF_STATUS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "10"},
    503: {"Retry-After": "1"},
}


class _Converter(OpenAPIConverter):
    """Describes a schema by its docstring, and by its rules of the whole body."""

    def schema2jsonschema(self, schema: Schema) -> Json:
        converted: Json = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return {"description": doc_of(schema), **converted, **getattr(schema, "shape_rules", {})}

    def field2property(self, field: Field[Any]) -> Json:
        converted: Json = super().field2property(field)
        if isinstance(field, SideData):
            converted["anyOf"].append({})  # whatever it is, it is no reason to refuse the comment
        return converted


class _DescribedSchemas(MarshmallowPlugin):
    """Makes components of marshmallow schemas, each with its docstring."""

    Converter = _Converter


def describe(routes: tuple[Route, ...], version: str) -> Json:
    """The whole document."""
    spec = APISpec(
        title="commentdesk",
        version=version,
        openapi_version="3.1.0",
        info={
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/"}],
        plugins=[_DescribedSchemas(schema_name_resolver=_name)],
    )
    ways = {way.name: way for way in (BEARER, *(route.operation.authentication for route in routes))}
    for way in ways.values():
        spec.components.security_scheme(way.name, dict(way.scheme))
    spec.components.schema("Problem", schema=operation_schemas.ProblemSchema)
    spec.components.schema("DecisionOfMany", schema=DecisionOfManySchema)
    for form in {type(route.operation.form) for route in routes if _has_form_of_its_own(route)}:
        spec.components.schema(_name(form), schema=form)
    for route in routes:
        spec.path(path=route.path, operations={route.method.lower(): _operation(route)})
    return _finished(_plain(spec.to_dict()), routes)


def _finished(document: Json, routes: tuple[Route, ...]) -> Json:
    """The document with what can be said once all shapes are known: the forms, and the examples of fields."""
    shapes: Json = document["components"]["schemas"]
    shapes["Problem"]["examples"] = general_examples()
    decisions = shapes["Decisions"]["properties"]["decisions"]
    decisions["items"] = {"anyOf": [{"$ref": f"{SHAPE}DecisionOfMany"}, {}], "description": _BULK_ITEM}
    for route in routes:
        if route.operation.form is not None:
            told = _name(route.operation.form)
            shapes |= dict.fromkeys(form_names(told).values(), form_shape(shapes[told], shapes))
        query = examples_of(route.operation).get("query", {})
        for parameter in document["paths"][route.path][route.method.lower()]["parameters"]:
            if parameter["in"] == "query":
                parameter |= _example("example", query.get(parameter["name"]))
    show_in_fields(document)
    return document


def _has_form_of_its_own(route: Route) -> bool:
    form, body = route.operation.form, route.operation.body
    return form is not None and type(form) is not type(body)


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")


def _operation(route: Route) -> Json:
    operation = route.operation
    described: Json = {
        "operationId": operation.handler.__name__,
        "summary": operation.summary,
        "tags": [route.audience],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if operation.handler.__doc__:
        described["description"] = " ".join(operation.handler.__doc__.split())
    if operation.body is not None:
        described["requestBody"] = _body(route, operation.body)
    if route.access is Access.TOKEN:
        described["security"] = [{operation.authentication.name: []}]
    if route.access in {Access.TOKEN_OR_READER, Access.WATCHER}:
        described["security"] = [{operation.authentication.name: []}, {}]
    if route.roles:
        roles = ", ".join(sorted(route.roles))
        described["description"] = f"{described.get('description', '')} Roles: {roles}.".strip()
    return described


def _body(route: Route, schema: Schema) -> Json:
    """What a call takes. A PUT or PATCH without a body would say nothing, and is refused."""
    examples = examples_of(route.operation)
    is_needed = route.method in {"PUT", "PATCH"} or any(field.required for field in schema.fields.values())
    content: Json = {bodies.JSON: {"schema": schema, **_example("example", examples.get("body"))}}
    if route.operation.form is not None:
        form = _example("example", examples.get("form"))
        for kind, name in form_names(_name(route.operation.form)).items():
            content[kind] = {"schema": {"$ref": SHAPE + name}, **form}
    return {"required": is_needed, "content": content}


def _example(name: str, value: Any) -> Json:
    return {} if value is None else {name: value}


def _parameters(route: Route) -> list[Json]:
    names = re.findall(r"{(\w+)}", route.path)
    path = [{"name": name, "in": "path", "required": True, **_PARAMETERS[name]} for name in names]
    query: list[Any] = [{"in": "query", "schema": type(route.operation.query)}] if route.operation.query else []
    key = [_IDEMPOTENCY_KEY] if takes_idempotency_key(route) else []
    return path + query + key


def _responses(route: Route) -> dict[str, Json]:
    examples = examples_of(route.operation)
    responses: dict[str, Json] = {}
    for status, given in route.operation.answers.items():
        responses[str(status)] = _answer(given, examples.get(str(status)))
    refused: dict[int, dict[type[RequestError], str]] = {}
    for error, reason in refusals_of(route).items():
        refused.setdefault(problems.STATUS[error], {})[error] = reason
    for status, reasons in refused.items():
        responses.setdefault(str(status), _refusal(route, status, reasons))
    return responses


def _answer(given: Outcome, example: Any) -> Json:
    answer: Json = {"description": given.when}
    if given.headers:
        answer["headers"] = _headers(given.headers)
    if len(given.schemas) > 1:
        examples = {_name(each): {"summary": doc_of(each), "value": example[_name(each)]} for each in given.schemas}
        answer["content"] = {given.content_type: {"schema": {"anyOf": list(given.schemas)}, "examples": examples}}
    elif given.content_type:
        schema = given.schemas[0] if given.schemas else {"type": "string"}
        answer["content"] = {given.content_type: {"schema": schema, **_example("example", example)}}
    return answer


def _refusal(route: Route, status: int, reasons: dict[type[RequestError], str]) -> Json:
    """The answer of one status, with an example of a problem document for each code that it may have."""
    examples = {
        error.code: {"summary": reason, "value": problem_example(error, route.operation)}
        for error, reason in reasons.items()
    }
    refusal: Json = {
        "description": " ".join(f"`{error.code}`: {reason}" for error, reason in reasons.items()),
        "content": {problems.CONTENT_TYPE: {"schema": operation_schemas.ProblemSchema, "examples": examples}},
    }
    headers = _HEADERS_OF_STATUS.get(status, {})
    return refusal | ({"headers": _headers(headers)} if headers else {})


def _headers(given: Mapping[str, str]) -> Json:
    return {
        name: {"description": _HEADERS[name], "schema": {"type": "string"}, "example": example}
        for name, example in given.items()
    }


def _plain(document: Any) -> Any:
    """The document without what JSON and ECMA's regular expressions do not have."""
    if isinstance(document, dict):
        plain = {str(key): _plain(value) for key, value in document.items()}
        if isinstance(plain.get("pattern"), str):
            plain["pattern"] = plain["pattern"].replace(r"\Z", "$")
        return plain
    if isinstance(document, list | tuple):
        return [_plain(value) for value in document]
    return document
