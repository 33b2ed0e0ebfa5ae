"""Calls as they are typed in a shell, by the API's description. `$URL`, `$TOKEN`, `$ID` and `$RECEIPT` are set."""

import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import orjson

from service.web.body import JSON

Json = dict[str, Any]
_STREAMED = "text/event-stream"
_WIDEST = 90
_GIVEN_BEFORE = {"receipt": "$RECEIPT", "preview_token": "$ID"}
"""Fields of bodies that an earlier answer has, and what stands for them."""


def setup(address: str) -> str:
    """What is set before the first call, for a service at an address."""
    return f"URL={address}\nTOKEN=...   # the admin's token is in the data folder, in the file admin-token"


def example_of(method: str, path: str, described: Json) -> str:
    """The call by curl, with the examples that its description has; `$ID` is that of what is asked for, and `$RECEIPT`
    what the answer to a submission held."""
    command = "curl" if method == "GET" else f"curl -X {method}"
    if goes_on(described):
        command += " --no-buffer"
    parts = [f'{command} "$URL{_address(path, described)}"']
    if described.get("security"):
        parts.append('-H "Authorization: Bearer $TOKEN"')
    body = described.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
    if body is not None:
        parts += [f"-H 'Content-Type: {JSON}'", *_idempotency_key(described), f"-d {_as_json(body)}"]
    return " \\\n  ".join(parts)


def goes_on(described: Json) -> bool:
    """Whether the answer is a stream, which has no end."""
    return _STREAMED in described["responses"].get("200", {}).get("content", {})


def _address(path: str, described: Json) -> str:
    ids = dict.fromkeys(("comment_id", "token_id", "member_id", "author_id", "bulk_id"), "$ID")
    for parameter in described["parameters"]:
        if parameter["in"] == "path":
            name = parameter["name"]
            path = path.replace(f"{{{name}}}", ids.get(name) or str(parameter["example"]))
    query = urlencode({name: value for name, value in _query(described) if value}, doseq=True)
    return f"{path}?{query}" if query else path


def _query(described: Json) -> Iterator[tuple[str, Any]]:
    """The parameters of the query; a cursor is of an answer, and nobody has one before."""
    for parameter in described["parameters"]:
        if parameter["in"] == "query" and parameter["name"] != "cursor":
            yield parameter["name"], parameter.get("example")


def _idempotency_key(described: Json) -> Iterator[str]:
    """For what would be there twice if it were sent twice."""
    if "201" in described["responses"]:
        for parameter in described["parameters"]:
            if parameter["name"] == "Idempotency-Key":
                yield f"-H 'Idempotency-Key: {parameter['example']}'"


def _as_json(body: Json) -> str:
    """A body in quotes, on one line where that is short."""
    text = orjson.dumps(body).decode()
    if len(text) > _WIDEST:
        text = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    quoted = shlex.quote(text)
    for field, variable in _GIVEN_BEFORE.items():
        if isinstance(body.get(field), str):
            quoted = quoted.replace(body[field], f"'{variable}'")
    return quoted
