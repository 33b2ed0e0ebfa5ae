"""What readers write and cannot see: left out, never a reason to refuse a comment that has something to see in it."""

from typing import Any

import pytest

from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}


async def sent(application: Application, changes: dict[str, Any], kind: str) -> Any:
    """The comment as its moderator sees it, after it was sent as JSON or as a form of either kind."""
    fields = COMMENT | changes
    headers = {"Authorization": f"Bearer {ADMIN}"}
    if kind == "json":
        answer = await application.client.post(COMMENTS, json=fields, headers=headers)
    else:
        if kind == "multipart":
            boundary = "\r\n--b\r\nContent-Disposition: form-data; name="
            parts = "".join(f'{boundary}"{name}"\r\n\r\n{value}' for name, value in fields.items())
            data: Any = f"{parts}\r\n--b--\r\n".encode()
            headers["Content-Type"] = "multipart/form-data; boundary=b"
        else:
            data = fields
        answer = await application.client.post(COMMENTS, data=data, headers=headers, allow_redirects=False)
    assert answer.status in {202, 303}, await answer.text()
    (comment,) = (await (await application.ask("GET", f"{SITE}/queue")).json())["comments"]
    return await (await application.ask("GET", f"{SITE}/comments/{comment['comment_id']}")).json()


@pytest.mark.parametrize("kind", ["json", "urlencoded", "multipart"])
async def test_controls_become_line_ends_or_nothing(application: Application, kind: str) -> None:
    body = "one\ftwo\vthree\x85four\u2028five\u2029six\rseven\r\neight\x00\x1b[2J\x7f \x92nine\ufffe\U0010ffff\ttab"
    email = "ada\u200b@mail.example\x00"
    comment = await sent(application, {"body": body, "name": "A\fda\x00 \u202eLove\nlace", "email": email}, kind)
    assert comment["body"] == "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight[2J nine\ttab"
    assert (comment["name"], comment["email"]) == ("A da Love lace", "ada@mail.example")


@pytest.mark.parametrize("kind", ["json", "urlencoded", "multipart"])
@pytest.mark.parametrize(
    ("website", "kept"),
    [
        ("example.org", "http://example.org"),
        ("www.example.org", "http://www.example.org"),
        ("https://example.org/a?b#c", "https://example.org/a?b#c"),
        ("http://", None),
        ("n/a", None),
        ("-", None),
        ("none", None),
        ("ada@mail.example", None),
        ("javascript:alert(1)", None),
        ("http://example.org/" + "a" * 3000, None),
    ],
)
async def test_a_website_is_an_address_or_none(
    application: Application, website: str, kept: str | None, kind: str
) -> None:
    assert (await sent(application, {"website": website}, kind))["website"] == kept


NOTHINGS = [
    "\u200b",
    "\u3164",
    "\u2800",
    "\u2060",
    "\u202e",
    "\u115f",
    "\u00ad",
    "\ufeff",
    "\u180e",
    "\U000e0041",
    "\x00",
]


@pytest.mark.parametrize("nothing", NOTHINGS)
async def test_a_line_of_nothing_is_refused_wherever_people_read_it(application: Application, nothing: str) -> None:
    thread = f"{SITE}/threads/t"
    refused = [
        (await application.ask("POST", COMMENTS, COMMENT | {"name": nothing}), "name"),
        (await application.ask("POST", COMMENTS, COMMENT | {"body": nothing * 2}), "body"),
        (await application.ask("POST", "/v1/tokens", {"role": "admin", "name": nothing}), "name"),
        (await application.ask("POST", "/v1/sites", {"site": "s", "title": nothing}), "title"),
        (await application.ask("PATCH", SITE, {"title": nothing}), "title"),
        (await application.ask("PUT", thread, {"title": nothing}), "title"),
    ]
    for answer, field in refused:
        assert answer.status == 422
        assert set((await answer.json())["errors"]) == {field}


async def test_a_line_is_kept_as_it_is_seen_wherever_people_read_it(application: Application) -> None:
    hidden, seen = "\u202ead\u200bm\x00in", "admin"
    token = await (await application.ask("POST", "/v1/tokens", {"role": "admin", "name": hidden})).json()
    site = await (await application.ask("POST", "/v1/sites", {"site": "s", "title": hidden})).json()
    thread = await (await application.ask("PUT", f"{SITE}/threads/t", {"title": hidden})).json()
    assert (token["name"], site["title"], thread["title"]) == (seen, seen, seen)
    comment = await sent(application, {"name": hidden}, "json")
    assert comment["name"] == seen
    assert "name_of_staff" in {reason["code"] for reason in comment["reasons"]}
    decision = {"decision": "approve", "reason": hidden, "note": "one\x00\vtwo"}
    await application.ask("POST", f"{SITE}/comments/{comment['comment_id']}/decisions", decision)
    read = await (await application.ask("GET", f"{SITE}/comments/{comment['comment_id']}")).json()
    (act,) = read["history"]
    assert (act["reason"], act["note"]) == (seen, "one\ntwo")


async def test_the_same_words_to_two_comments_are_two(application: Application) -> None:
    await application.ask("PUT", f"{SITE}/policy", {"mode": "postmoderate", "reader_rate_per_minute": None})
    client = {"client": {"ip": "192.0.2.7"}}

    async def post(changes: dict[str, str]) -> str:
        answer = await application.ask("POST", COMMENTS, COMMENT | changes | client)
        assert answer.status == 201
        return str((await answer.json())["comment_id"])

    parents = [await post({"body": body}) for body in ("The tram first.", "The bridge first.")]
    ids = [await post({"body": "Thank you!", "parent_id": parent}) for parent in ("", *parents)]
    assert [await post({"body": "Thank you!", "parent_id": parent}) for parent in ("", *parents)] == ids
    page = await (await application.ask("GET", COMMENTS, token="")).json()
    assert page["count"] == 5
    assert {
        (each["comment_id"], each["parent_id"]) for each in page["comments"] if each["body"] == "Thank you!"
    } == set(zip(ids, (None, *parents), strict=True))
