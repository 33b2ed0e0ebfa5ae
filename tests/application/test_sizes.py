"""How large a body may be: what the contract allows passes in any script, as a form and as JSON."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
TOKEN = {"Authorization": f"Bearer {ADMIN}"}
URLENCODED = "application/x-www-form-urlencoded"
KIB = 1024
LETTERS = {"Latin": "a", "Greek": "α", "Chinese": "字", "Thai": "ก", "Hindi": "क", "emoji": "🎉", "ideographs": "𠀀"}


def parts(fields: dict[str, str]) -> bytes:
    each = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items())
    return f"{each}--b--\r\n".encode()


async def post(application: Application, data: bytes, content_type: str, **headers: str) -> Any:
    sent = TOKEN | {"Content-Type": content_type} | headers
    return await application.client.post(COMMENTS, data=data, headers=sent, allow_redirects=False)


@pytest.mark.parametrize("script", LETTERS)
async def test_the_longest_comment_passes_as_a_form_in_any_script(application: Application, script: str) -> None:
    letter = LETTERS[script]
    fields = {"name": letter * 100, "email": "e" * 242 + "@" + "d" * 11, "body": letter * 10_000}
    fields["website"] = "https://w.example/".ljust(2048, "p")
    lines = fields | {"body": (letter * 99 + "\r\n") * 100}
    for number, (data, kind) in enumerate(
        [
            (urlencode(fields).encode(), URLENCODED),
            (urlencode(lines).encode(), URLENCODED),
            (parts(fields | {"name": "Bob"}), "multipart/form-data; boundary=b"),
        ],
        start=1,
    ):
        answer = await post(application, data, kind)
        assert answer.status == 303, await answer.text()
        queue = await (await application.ask("GET", f"{SITE}/queue")).json()
        assert queue["total"] == number
    assert [len(each["body"]) for each in queue["comments"]] == [10_000, 9_999, 10_000]


@pytest.mark.parametrize("script", LETTERS)
async def test_the_longest_comment_passes_as_json_in_any_script(application: Application, script: str) -> None:
    fields = COMMENT | {"body": LETTERS[script] * 10_000, "name": LETTERS[script] * 100}
    answer = await post(application, json.dumps(fields, ensure_ascii=False).encode(), "application/json")
    assert answer.status == 202
    escaped = json.dumps(fields).encode()
    answer = await post(application, escaped, "application/json")
    assert (answer.status, len(escaped) > 64 * KIB) in {(202, False), (413, True)}
    assert (answer.status == 413) == (script in {"emoji", "ideographs"}), "12 bytes each where all is escaped"


@pytest.mark.parametrize("kind", [URLENCODED, URLENCODED.upper(), "multipart/form-data; boundary=b"])
async def test_a_form_of_160_kib_is_taken_and_no_larger_one(application: Application, kind: str) -> None:
    data = parts(COMMENT | {"other": ""}) if "multipart" in kind else urlencode(COMMENT | {"other": ""}).encode()
    for size, status in ((160 * KIB, 303), (160 * KIB + 1, 413)):
        padding = b"x" * (size - len(data))
        padded = data.replace(b'"other"\r\n\r\n', b'"other"\r\n\r\n' + padding) if b"--b" in data else data + padding
        assert len(padded) == size
        answer = await post(application, padded, kind)
        assert answer.status == status, await answer.text()


async def test_json_has_64_kib_also_where_forms_are_taken(application: Application) -> None:
    raw = json.dumps(COMMENT).encode()
    for size, status in ((64 * KIB, 202), (64 * KIB + 1, 413), (100 * KIB, 413)):
        assert (await post(application, raw.ljust(size), "application/json")).status == status
    assert (await post(application, raw.ljust(100 * KIB), "text/plain")).status == 413


async def test_the_demo_takes_as_long_a_comment(application: Application) -> None:
    data = urlencode(COMMENT | {"body": "字" * 10_000}).encode()
    sent = {"Content-Type": URLENCODED}
    answer = await application.client.post("/demo", data=data, headers=sent, allow_redirects=False)
    assert answer.status == 303, await answer.text()


async def test_500_decisions_with_notes_are_taken_at_once(application: Application) -> None:
    ids = [(await (await application.ask("POST", COMMENTS, COMMENT)).json())["comment_id"]]
    ids += [f"{number:016}" for number in range(499)]
    decisions = [{"comment_id": each, "decision": "reject", "reason": "r" * 50, "note": "n" * 150} for each in ids]
    assert 130 * KIB < len(json.dumps({"decisions": decisions})) < 160 * KIB
    answer = await application.ask("POST", f"{SITE}/decisions", {"decisions": decisions})
    assert answer.status == 200
    results = (await answer.json())["results"]
    assert [each["status"] for each in results] == [200] + [404] * 499
    long = [{"comment_id": ids[0], "decision": "reject", "note": quote("字" * 300)}] * 100
    assert (await application.ask("POST", f"{SITE}/decisions", {"decisions": long})).status == 413
