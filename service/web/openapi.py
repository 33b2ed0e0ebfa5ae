"""The API's description, OpenAPI 3.1, made from the route table and the schemas."""

import re
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from schemas import operation as operation_schemas
from schemas.fields import COMMENT_ID_PATTERN, SITE_PATTERN
from schemas.moderation import BulkDecisionSchema
from service.web import body as bodies
from service.web import problems
from service.web.authentication import BEARER
from service.web.operation import Operation
from service.web.route import Access, Route

Json = dict[str, Any]
_PARAMETERS: dict[str, Json] = {
    "site": {"type": "string", "pattern": SITE_PATTERN},
    "thread": {"type": "string", "minLength": 1, "maxLength": 256, "description": "The publisher's id of the article."},
    "comment_id": {"type": "string", "pattern": COMMENT_ID_PATTERN},
    "token_id": {"type": "string"},
}
_MEANING = {
    400: "The body cannot be read.",
    401: "A valid token is needed.",
    403: "The token is of another role or site.",
    404: "There is no such site, thread, comment, token or receipt.",
    405: "This address does not take that method.",
    408: "The body did not arrive in time.",
    409: "The state of things does not allow it; `code` says which.",
    413: "The body is over %s.",
    415: "The body's content type is not taken.",
    422: "Fields are not valid; `errors` names each.",
    429: "Too many in a short time; `Retry-After` says when to come again.",
    503: "The store cannot be reached right now, or too much waits; `Retry-After` says when to come again.",
}


def describe(routes: tuple[Route, ...], version: str) -> Json:
    """The whole document."""
    spec = APISpec(
        title="commentdesk",
        version=version,
        openapi_version="3.1.0",
        info={
            "description": "Self-hosted comment moderation: submissions, queue, decisions.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/"}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    ways = {way.name: way for way in (BEARER, *(route.operation.authentication for route in routes))}
    for way in ways.values():
        spec.components.security_scheme(way.name, dict(way.scheme))
    spec.components.schema("Problem", schema=operation_schemas.ProblemSchema)
    spec.components.schema("BulkDecision", schema=BulkDecisionSchema)
    for route in routes:
        spec.path(path=route.path, operations={route.method.lower(): _operation(route)})
    document: Json = _plain(spec.to_dict())
    decisions = document["components"]["schemas"]["BulkDecisions"]["properties"]["decisions"]
    decisions["items"] = {"$ref": "#/components/schemas/BulkDecision"}  # checked one by one, so the schema says "any"
    return document


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
        described["description"] = operation.handler.__doc__
    if operation.body is not None:
        kinds = [bodies.JSON, bodies.URLENCODED, bodies.MULTIPART] if operation.form is not None else [bodies.JSON]
        is_needed = any(field.required for field in operation.body.fields.values())
        described["requestBody"] = {
            "required": is_needed,
            "content": {kind: {"schema": operation.body} for kind in kinds},
        }
    if route.access is Access.TOKEN:
        described["security"] = [{operation.authentication.name: []}]
    if route.access in {Access.TOKEN_OR_READER, Access.WATCHER}:
        described["security"] = [{operation.authentication.name: []}, {}]
    if route.roles:
        roles = ", ".join(sorted(route.roles))
        described["description"] = f"{described.get('description', '')} Roles: {roles}.".strip()
    return described


def _parameters(route: Route) -> list[Json]:
    names = re.findall(r"{(\w+)}", route.path)
    path: list[Json] = [{"name": n, "in": "path", "required": True, "schema": _PARAMETERS[n]} for n in names]
    query: list[Any] = [{"in": "query", "schema": type(route.operation.query)}] if route.operation.query else []
    key: list[Json] = []
    if route.method == "POST" and route.operation.body is not None:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        key = [{"name": "Idempotency-Key", "in": "header", "schema": schema}]
    return path + query + key


def _responses(route: Route) -> dict[str, Json]:
    responses: dict[str, Json] = {}
    for status, given in route.operation.answers.items():
        responses[str(status)] = {"description": given} if isinstance(given, str) else _answer(given)
    for status in sorted(_error_statuses(route)):
        problem = {problems.CONTENT_TYPE: {"schema": operation_schemas.ProblemSchema}}
        responses.setdefault(str(status), {"description": _meaning(status, route.operation), "content": problem})
    return responses


def _answer(schemas: tuple[Schema, ...]) -> Json:
    description = " Or: ".join((type(schema).__doc__ or "").strip() for schema in schemas)
    schema: Any = schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
    return {"description": description, "content": {bodies.JSON: {"schema": schema}}}


def _meaning(status: int, operation: Operation) -> str:
    meaning = _MEANING[status]
    return meaning % _limit(operation) if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else meaning


def _limit(operation: Operation) -> str:
    size = _size(operation.max_body_bytes)
    return f"{size}, or a form over {_size(operation.max_form_bytes)}" if operation.form is not None else size


def _size(count: int) -> str:
    """Bytes in words, in KiB where that is a whole number."""
    return f"{count} bytes" if count % 1024 else f"{count // 1024} KiB"


def _error_statuses(route: Route) -> set[int]:
    statuses = {*route.operation.errors, 422, 503}
    if route.access is not Access.ANYONE:
        statuses |= {401, 403, 429}
    if route.operation.is_rationed:
        statuses.add(429)
    if route.operation.body is not None:
        statuses |= {400, 408, 413, 415}
    return statuses


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
