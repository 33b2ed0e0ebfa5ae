"""A comment's way through the application, and how each mistake on it is told."""

import pytest

from tests.application.conftest import Application

COMMENTS = "/v1/sites/default/threads/a%2Fb/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}


async def submitted(application: Application) -> str:
    answer = await application.ask("POST", COMMENTS, COMMENT)
    assert answer.status == 202
    return str((await answer.json())["comment_id"])


async def test_a_comment_goes_from_its_website_to_its_readers(application: Application) -> None:
    comment_id = await submitted(application)
    queue = await (await application.ask("GET", "/v1/sites/default/queue")).json()
    assert [comment["comment_id"] for comment in queue["comments"]] == [comment_id]
    path = f"/v1/sites/default/comments/{comment_id}"
    decided = await (await application.ask("POST", f"{path}/decisions", {"decision": "approve", "revision": 1})).json()
    assert (decided["state"], decided["revision"]) == ("published", 2)
    page = await application.ask("GET", COMMENTS, token="")
    assert [comment["body"] for comment in (await page.json())["comments"]] == [COMMENT["body"]]
    full = await (await application.ask("GET", path)).json()
    assert (full["email"], [act["act"] for act in full["history"]]) == (COMMENT["email"], ["approve"])
    undone = await (await application.ask("POST", f"{path}/undo", {})).json()
    assert undone["state"] == "held"


async def test_a_page_that_did_not_change_is_not_sent_again(application: Application) -> None:
    tag = (await application.ask("GET", COMMENTS, token="")).headers["ETag"]
    again = await application.client.get(COMMENTS, headers={"If-None-Match": tag})
    assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "malformed_body"),
        (b'{"body": "\xff"}', {}, 400, "malformed_body"),
        (b"[" * 2000, {}, 400, "malformed_body"),
        (b"x", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b"x" * 70_000, {}, 413, "body_too_large"),
        (b"{}", {}, 422, "invalid_fields"),
        (b"[]", {}, 422, "invalid_fields"),
        (b'{"unknown": 1}', {}, 422, "invalid_fields"),
        (b"{}", {"Idempotency-Key": ""}, 422, "invalid_fields"),
    ],
)
async def test_a_body_that_is_not_right_is_told_in_its_own_words(
    application: Application, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    token = await application.token("website")
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
    answer = await application.client.post(COMMENTS, data=body, headers=sent)
    told = await answer.json()
    assert (answer.status, told["code"], told["status"]) == (status, code, status)
    assert answer.content_type == "application/problem+json"
    assert told["request_id"] == answer.headers["X-Request-ID"]


async def test_what_is_no_longer_so_is_a_conflict(application: Application) -> None:
    path = f"/v1/sites/default/comments/{await submitted(application)}"
    nothing = await application.ask("POST", f"{path}/undo", {})
    assert (nothing.status, (await nothing.json())["code"]) == (409, "nothing_to_undo")
    stale = await application.ask("POST", f"{path}/decisions", {"decision": "spam", "revision": 7})
    assert (stale.status, (await stale.json())["code"]) == (409, "stale_revision")
    moderator = await application.token("moderator")
    assert (await application.ask("POST", "/v1/sites/default/claims", {"limit": 1}, token=moderator)).status == 200
    another = await application.token("moderator")
    claimed = await application.ask("POST", f"{path}/decisions", {"decision": "spam"}, token=another)
    assert (claimed.status, (await claimed.json())["code"]) == (409, "claimed_by_another")


async def test_an_unknown_address_and_an_unknown_method_are_told(application: Application) -> None:
    assert (await application.ask("GET", "/v1/nothing")).status == 404
    answer = await application.ask("DELETE", COMMENTS)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


async def test_a_form_leads_back_and_is_shown_again_when_it_is_refused(application: Application) -> None:
    await application.ask("PATCH", "/v1/sites/default", {"public_submission": True})
    browser = {"Accept": "text/html"}
    sent = await application.client.post(COMMENTS, data=COMMENT, headers=browser, allow_redirects=False)
    assert (sent.status, sent.headers["Location"]) == (303, "/received?commentdesk=held&site=default")
    refused = await application.client.post(COMMENTS, data=COMMENT | {"email": "no"}, headers=browser)
    assert (refused.status, refused.content_type) == (422, "text/html")
    assert COMMENT["body"] in await refused.text()


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/received", "/favicon.ico", "/static/pages.css", "/demo"])
async def test_pages_are_served(application: Application, path: str) -> None:
    answer = await application.client.get(path)
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
