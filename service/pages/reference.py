"""The API's description for people: what the page shows, made of the OpenAPI document and the error tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from service.pages.examples import example_of
from service.web import problems

Json = dict[str, Any]
_AUDIENCES = {
    "readers": ("Readers and websites", "Comments come in, and published ones go out."),
    "moderators": ("Moderators", "The queue, leases on it, and decisions."),
    "administrators": ("Operators and administrators", "Policies, sites and tokens."),
    "watchers": ("Machines that watch", "Health, readiness and metrics."),
}
_WITHOUT_A_TOKEN = {
    "readers": " Where the site allows public submission, also readers without one.",
    "watchers": " Without one, programs on the service's own machine, unless it has a token for metrics.",
}
_PLACES = {"path": "In the address", "query": "In the query", "header": "A header"}
_RANGES = (("minLength", "maxLength", " characters"), ("minItems", "maxItems", " of them"), ("minimum", "maximum", ""))
_REMEDIES = {
    "malformed_request": "Send HTTP/1.1.",
    "malformed_body": "Send UTF-8, closed brackets, and the compression that the headers name.",
    "unauthenticated": "Send `Authorization: Bearer TOKEN` with a token that was not revoked and has not expired.",
    "forbidden": "The token is valid, but of another role or site. It says so whether the thing exists or not.",
    "origin_not_allowed": "List the website's origin in the site's `allowed_origins`.",
    "host_unknown": "Ask by a name that the setting `COMMENTDESK_HOSTS` lists.",
    "not_found": "Compare the address with this page. A `/` inside a thread's id is written `%2F`.",
    "site_not_found": "Site ids are lower-case letters, digits and hyphens. `default` exists from the start.",
    "thread_not_found": "A thread begins with its first comment, or when a website sets it.",
    "comment_not_found": "The id is of another site, or of none.",
    "token_not_found": "It may be revoked already.",
    "author_not_found": "Ids of authors are of one site. Look the author up by his email.",
    "bulk_not_found": "Bulks are of one site, and are kept for seven days.",
    "policy_version_not_found": "`GET .../policy/versions` lists those that are kept: the newest 100.",
    "member_not_found": "`GET /v1/members` lists those that there are. One whose last token was revoked is gone.",
    "receipt_not_found": "Send the receipt as it came, whole, to the site of its comment. One of an erased comment is "
    "not found any more.",
    "too_many_questions": "Wait as long as `Retry-After` says. A website asks with its token by the comment's id.",
    "method_not_allowed": "The `Allow` header names the methods.",
    "site_exists": "Choose another id, or change the site that is there.",
    "thread_closed": "Its website or a moderator closed it.",
    "claimed_by_another": "Another moderator's lease has not run out. Claim another comment, or come back later.",
    "stale_revision": "Read the comment again and decide on what it is now.",
    "stale_policy": "Read the policy again, and make the change to that; without `version` the newest is changed.",
    "not_queued": "Somebody decided on the comment meanwhile, or it was never in the queue.",
    "built_in_member": "The administrator of the settings is changed there: COMMENTDESK_ADMIN_TOKEN.",
    "nothing_to_undo": "The comment is as the machine left it.",
    "body_too_large": "Each call says how much it takes: 64 KiB of JSON as a rule, 160 KiB as a form.",
    "unsupported_media_type": "Send JSON; comments may also come as an HTML form.",
    "invalid_fields": "`errors` names every bad field with its messages.",
    "idempotency_key_reused": "Use a new key for a new body. Keys are kept for a day.",
    "body_too_slow": "The body did not arrive in time: send it without pauses.",
    "overloaded": "More comes in than can be answered in time: come again after `Retry-After` seconds.",
    "rate_limited": "Wait for as many seconds as `Retry-After` says.",
    "too_many_wrong_tokens": "Wait for as many seconds as `Retry-After` says, then come with a token that is valid.",
    "too_many_streams": "Close a stream of events that is open, in another tab for example, or come again later.",
    "streams_full": "Come again after `Retry-After`; a higher COMMENTDESK_EVENT_LISTENERS lets more in.",
    "store_unavailable": "Nothing was written. Try again after `Retry-After`; an Idempotency-Key makes that safe.",
    "store_full": "Redis has no memory left: reads and decisions go on, new comments do not.",
    "internal": "A mistake of ours: the log tells more under the `request_id`.",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a field in words, and the shape that it is or holds."""

    words: str
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    limits: str
    is_required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer: its status, when it comes, and the shapes that its body may have with examples of them; or where it is
    a refusal its codes, each with the reason."""

    status: int
    description: str
    shapes: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """One of the forms in which a body is taken."""

    content_type: str
    shape: str | None


@dataclass(frozen=True, slots=True)
class ApiCall:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    who: str
    parameters: tuple[Field, ...]
    bodies: tuple[Body, ...]
    body: tuple[Field, ...]
    outcomes: tuple[Outcome, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Audience:
    anchor: str
    title: str
    introduction: str
    calls: tuple[ApiCall, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    status: int
    title: str
    remedy: str
    example: str


@dataclass(frozen=True, slots=True)
class Reference:
    version: str
    audiences: tuple[Audience, ...]
    shapes: tuple[Shape, ...]
    problems: tuple[Problem, ...]


def reference(document: Json) -> Reference:
    """All that the page shows."""
    shapes: Json = document["components"]["schemas"]
    calls = [
        (described["tags"][0], _call(method, path, described, shapes))
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    tags = dict.fromkeys(tag for tag, _ in calls)
    return Reference(
        document["info"]["version"],
        tuple(_audience(tag, tuple(call for its_tag, call in calls if its_tag == tag)) for tag in tags),
        tuple(_shape(name, shapes[name]) for name in sorted(shapes)),
        tuple(_problems(document)),
    )


def _audience(tag: str, calls: tuple[ApiCall, ...]) -> Audience:
    title, introduction = _AUDIENCES.get(tag, (tag.capitalize(), ""))
    return Audience(tag, title, introduction, calls)


def _call(method: str, path: str, described: Json, shapes: Json) -> ApiCall:
    description, who = _who(described)
    content: Json = described.get("requestBody", {}).get("content", {})
    taken = tuple(Body(kind, _reference(each["schema"])) for kind, each in content.items())
    shape = taken[0].shape if taken else None
    return ApiCall(
        f"call-{described['operationId']}",
        method.upper(),
        path,
        summary=described["summary"],
        description=description,
        who=who,
        parameters=tuple(_parameter(each) for each in described["parameters"]),
        bodies=taken,
        body=tuple(_fields(shapes[shape])) if shape else (),
        outcomes=tuple(_outcome(status, given) for status, given in described["responses"].items()),
        example=example_of(method.upper(), path, described),
    )


def _who(described: Json) -> tuple[str, str]:
    """The description without its last sentence, which names the roles; and who may call, in words."""
    description, _, roles = described.get("description", "").rpartition("Roles: ")
    security = described.get("security", [])
    if not security:
        return described.get("description", ""), "Anyone."
    names = [name for name in roles.rstrip(".").split(", ") if name != "admin"]
    who = f"A token with the role {' or '.join(names)}." if names else "The administrator."
    if {} in security:
        who += _WITHOUT_A_TOKEN[described["tags"][0]]
    return description.strip(), who


def _parameter(parameter: Json) -> Field:
    schema = parameter["schema"]
    description = parameter.get("description") or schema.get("description", "")
    place = _PLACES[parameter["in"]]
    is_required = parameter.get("required", False)
    return Field(
        parameter["name"], _kind(schema), _limits(schema), is_required=is_required, description=description, place=place
    )


def _fields(schema: Json) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, each in schema.get("properties", {}).items():
        yield Field(
            name, _kind(each), _limits(each), is_required=name in required, description=each.get("description", "")
        )


def _kind(schema: Json) -> Kind:
    options = schema.get("anyOf") or schema.get("allOf") or []
    named = _reference(schema) or next((name for name in map(_reference, options) if name), None)
    may_be_null = {"type": "null"} in options or "null" in schema.get("type", [])
    if named:
        return Kind("or null" if may_be_null else "", named)
    types = schema.get("type", [])
    words = [each for each in ([types] if isinstance(types, str) else types) if each != "null"]
    if "array" in words:
        inner = _kind(schema.get("items", {}))
        return Kind(f"list of {inner.words}".strip(), inner.shape)
    if "object" in words and isinstance(inner_schema := schema.get("additionalProperties"), dict):
        words = [f"object of {_kind(inner_schema).words}"]
    return Kind(" or ".join([*(words or ["any"]), *(["null"] if may_be_null else [])]))


def _limits(schema: Json) -> str:
    parts = [_range(schema.get(lowest), schema.get(highest), unit) for lowest, highest, unit in _RANGES]
    if "enum" in schema:
        parts.append("One of " + ", ".join(f"`{each}`" for each in schema["enum"]))
    if "format" in schema:
        parts.append(f"Format `{schema['format']}`")
    if schema.get("default") not in (None, ""):
        parts.append(f"Otherwise `{orjson.dumps(schema['default']).decode()}`")
    return ". ".join(part for part in parts if part)


def _range(lowest: float | None, highest: float | None, unit: str) -> str:
    if highest is None:
        return f"At least {lowest:,}{unit}" if lowest else ""
    if lowest is None or (lowest == 0 and unit):
        return f"At most {highest:,}{unit}"
    return f"{lowest:,} to {highest:,}{unit}"


def _outcome(status: str, given: Json) -> Outcome:
    contents: Json = given.get("content", {})
    if problems.CONTENT_TYPE in contents:
        examples = contents[problems.CONTENT_TYPE]["examples"]
        codes = tuple((code, each["summary"]) for code, each in examples.items())
        return Outcome(int(status), given["description"], codes=codes)
    content: Json = next(iter(contents.values()), {})
    schema: Json = content.get("schema", {})
    shapes = [shape for shape in map(_reference, schema.get("anyOf", [schema])) if shape]
    examples = [each["value"] for each in content.get("examples", {}).values()] or [content.get("example")]
    written = tuple(_written(example) for example in examples if example is not None)
    return Outcome(int(status), given["description"], tuple(shapes), examples=written)


def _written(example: Any) -> str:
    """An example as people read it."""
    return example if isinstance(example, str) else orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()


def _shape(name: str, schema: Json) -> Shape:
    return Shape(name, schema.get("description", ""), tuple(_fields(schema)))


def _reference(schema: Json) -> str | None:
    found = re.fullmatch(r"#/components/schemas/(\w+)", schema.get("$ref", ""))
    return found[1] if found else None


def _problems(document: Json) -> Iterator[Problem]:
    """Every problem that a document has an example of, in the order of their statuses."""
    examples = _problem_examples(document)
    for code, example in sorted(examples.items(), key=lambda each: each[1]["status"]):
        yield Problem(code, example["status"], example["title"], _REMEDIES.get(code, ""), example=_written(example))


def _problem_examples(document: Json) -> dict[str, Json]:
    """The first example of each code."""
    found = {example["code"]: example for example in document["components"]["schemas"]["Problem"]["examples"]}
    for methods in document["paths"].values():
        for call in methods.values():
            for given in call["responses"].values():
                content = given.get("content", {}).get(problems.CONTENT_TYPE, {})
                for code, example in content.get("examples", {}).items():
                    found.setdefault(code, example["value"])
    return found
