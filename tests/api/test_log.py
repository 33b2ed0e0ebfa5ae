"""The log: one line for each refused request, and in it nothing that a caller wrote."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.client import Api, Reply, Site, submission
from tests.servers import ServiceProcess, wait_until

SECRET = "Zanzibar7"
"""A mark in all that callers send here; it may be in no line."""
FIELDS = {"event", "level", "timestamp", "request_id", "method", "route", "status", "code", "ms", "token_id", "network"}


@pytest.fixture
def line_of(service: ServiceProcess) -> Callable[[Reply], dict[str, Any]]:
    """The one line that a reply left in the log."""

    def find(reply: Reply) -> dict[str, Any]:
        lines = wait_until(lambda: lines_of(service, reply), "the line", 5)
        assert len(lines) == 1, lines
        assert set(lines[0]) == FIELDS
        return lines[0]

    return find


def lines_of(service: ServiceProcess, reply: Reply) -> list[dict[str, Any]]:
    request_id = reply.headers["x-request-id"]
    return [json.loads(line) for line in service.said().splitlines() if f'"{request_id}"' in line]


def test_a_refusal_leaves_one_line(site: Site, line_of: Callable[[Reply], dict[str, Any]]) -> None:
    reply = site.website.post(site.comments(), submission(body=""))
    line = line_of(reply)
    assert (line["event"], line["level"]) == ("request_refused", "info")
    assert (line["method"], line["status"], line["code"]) == ("POST", 422, "invalid_fields")
    assert line["route"] == "/v1/sites/{site}/threads/{thread}/comments"
    assert 0 <= line["ms"] < 10_000
    token_ids = {token["token_id"] for token in site.admin.get("/v1/tokens").json["tokens"]}
    assert line["token_id"] in token_ids


def test_a_token_of_another_role_is_named_and_an_unknown_one_is_not(
    site: Site, line_of: Callable[[Reply], dict[str, Any]]
) -> None:
    assert line_of(site.website.get(site.path + "/queue"))["token_id"]
    line = line_of(Api(site.admin.url, SECRET).get(site.path + "/queue"))
    assert (line["status"], line["token_id"]) == (401, None)


def test_an_unknown_address_is_logged_without_it(
    service: ServiceProcess, anyone: Api, line_of: Callable[[Reply], dict[str, Any]]
) -> None:
    line = line_of(anyone.get(f"/{SECRET}/of?{SECRET}=1"))
    assert (line["route"], line["status"], line["code"], line["method"]) == ("unknown", 404, "not_found", "GET")
    line = line_of(anyone.ask("PUT", "/healthz"))
    assert (line["route"], line["status"], line["method"]) == ("unknown", 405, "PUT")
    line = line_of(anyone.ask("PURGE", "/healthz"))
    assert (line["route"], line["status"], line["method"]) == ("unknown", 405, "other")
    assert SECRET not in service.said()


def test_what_goes_well_leaves_no_line(service: ServiceProcess, site: Site) -> None:
    taken = site.website.post(site.comments(), submission())
    page = site.anyone.get(site.comments())
    unchanged = site.anyone.get(site.comments(), If_None_Match=page.headers["etag"])
    refused = site.anyone.get("/nowhere")
    assert [reply.status for reply in (taken, page, unchanged, refused)] == [202, 200, 304, 404]
    wait_until(lambda: lines_of(service, refused), "the line", 5)
    assert [lines_of(service, reply) for reply in (taken, page, unchanged)] == [[], [], []]


HOSTILE = {
    "name": SECRET,
    "email": f"{SECRET}@mail.example",
    "body": f"{SECRET} said so.",
    "website": f"https://{SECRET}.example",
    "client": {"ip": "2001:db8::77", "user_agent": SECRET, "referrer": f"https://{SECRET}.example"},
}
HEADERS = {
    "Idempotency-Key": SECRET,
    "User-Agent": SECRET,
    "Referer": SECRET,
    "Origin": f"https://{SECRET}.example",
    "X-Forwarded-For": "2001:db8::77",
    "X-Request-ID": SECRET,
    "Cookie": SECRET,
}


def test_nothing_that_a_caller_wrote_is_in_the_log(service: ServiceProcess, site: Site, admin: Api) -> None:
    comments = site.comments(SECRET)
    asked: list[tuple[int, Api, str, str, Any, dict[str, str]]] = [
        (422, site.website, "POST", comments, HOSTILE | {"parent_id": SECRET}, {}),
        (422, site.website, "POST", comments, HOSTILE | {SECRET: SECRET}, {}),
        (422, site.website, "POST", comments, HOSTILE | {"email": SECRET}, {}),
        (401, Api(admin.url, SECRET), "POST", comments, HOSTILE, {}),
        (401, site.anyone, "POST", comments, HOSTILE, {"Authorization": f"Basic {SECRET}"}),
        (403, site.moderator, "POST", comments, HOSTILE, {}),
        (422, site.website, "POST", comments, HOSTILE, {"Idempotency-Key": SECRET * 100}),
        (415, site.website, "POST", comments, HOSTILE, {"Content-Type": f"text/{SECRET}"}),
        (415, site.website, "POST", comments, HOSTILE, {"Content-Encoding": SECRET}),
        (404, admin, "GET", f"/v1/sites/{SECRET}/queue", {}, {}),
        (404, site.moderator, "GET", site.comment(SECRET), {}, {}),
        (422, site.moderator, "GET", f"{site.path}/queue?order={SECRET}", {}, {}),
        (422, site.moderator, "POST", site.path + "/claims", {"thread": SECRET, "limit": SECRET}, {}),
        (404, site.anyone, "GET", f"/{SECRET}", {}, {}),
        (422, admin, "POST", "/v1/tokens", {"role": SECRET, "site": SECRET, "name": SECRET}, {}),
    ]
    for status, caller, method, path, content, more in asked:
        reply = caller.ask(method, path, content, headers=HEADERS | more)
        assert reply.status == status, (method, path, reply.body)
        wait_until(lambda reply=reply: lines_of(service, reply), "the line", 5)  # type: ignore[misc]
    broken = site.website.ask(
        "POST", comments, raw=f'{{"{SECRET}": '.encode(), headers={"Content-Type": "application/json"}
    )
    broken.refuses(400, "malformed_body")
    wait_until(lambda: lines_of(service, broken), "the line", 5)
    said = service.said()
    assert SECRET.lower() not in said.lower()
    assert "2001:db8" not in said
    assert service.admin_token not in said
    assert (site.website.token or "?") not in said
