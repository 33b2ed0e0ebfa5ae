"""A receipt tells whoever has it what became of the comment, as far as its author may know it, and nobody else."""

from typing import Any

import pytest
from aiohttp import ClientResponse

from service.app import DESK
from service.store import keys
from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/a%2Fb/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
ORIGIN = "https://news.example"
RECEIPT_CHARS = 44


async def submitted(application: Application, **more: Any) -> dict[str, Any]:
    answer = await application.ask("POST", COMMENTS, COMMENT | {"receipt": True} | more)
    assert answer.status == 202, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def asked(application: Application, receipt: object, site: str = "default") -> ClientResponse:
    return await application.ask("POST", f"/v1/sites/{site}/receipts", {"receipt": receipt}, token="")


async def decide(application: Application, comment_id: str, decision: str) -> None:
    answer = await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": decision})
    assert answer.status == 200


async def known(application: Application, receipt: str) -> dict[str, Any]:
    answer = await asked(application, receipt)
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_a_receipt_is_given_to_whom_asks_for_one_alone(application: Application) -> None:
    assert set(await submitted(application)) == {"comment_id", "state", "receipt"}
    for plain in ({}, {"receipt": False}, {"receipt": None}):
        answer = await application.ask("POST", COMMENTS, COMMENT | plain)
        assert set(await answer.json()) == {"comment_id", "state"}


@pytest.mark.parametrize("wrong", ["true", 1, "on", [], {}])
async def test_a_program_says_true_or_false(application: Application, wrong: object) -> None:
    answer = await application.ask("POST", COMMENTS, COMMENT | {"receipt": wrong})
    assert (answer.status, set((await answer.json())["errors"])) == (422, {"receipt"})


async def test_a_receipt_tells_the_state_and_when(application: Application) -> None:
    sent = await submitted(application)
    before = await known(application, sent["receipt"])
    assert list(before) == ["state", "submitted_at", "published_at"]
    assert (before["state"], before["published_at"]) == ("held", None)
    await decide(application, sent["comment_id"], "approve")
    after = await known(application, sent["receipt"])
    assert (after["state"], after["submitted_at"]) == ("published", before["submitted_at"])
    assert after["published_at"] >= after["submitted_at"]


async def test_all_that_is_not_published_looks_the_same(application: Application) -> None:
    """Held, rejected, spam, published once and taken down: not the body, its length, nor a header differs."""
    desk = application.client.app[DESK]
    sent = await submitted(application)
    name, at = keys.comment("default", sent["comment_id"]), keys.COMMENT_FIELDS

    async def seen() -> tuple[bytes, dict[str, str]]:
        answer = await asked(application, sent["receipt"])
        headers = {name: value for name, value in answer.headers.items() if name not in {"Date", "X-Request-ID"}}
        return await answer.read(), headers

    held = await seen()
    for decisions in (["reject"], ["spam"], ["approve", "reject"], ["approve", "spam"]):
        for decision in decisions:
            await decide(application, sent["comment_id"], decision)
        assert await seen() == held, decisions
    await desk.link.call("HSET", name, at["state"], "published", at["published_ms"], "1")
    assert (await seen())[0] != held[0]
    assert "ETag" not in held[1]
    assert held[1]["Cache-Control"] == "no-store"


async def test_receipts_of_others_forged_and_cut_ones_are_answered_alike(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    sent = await submitted(application)
    receipt = str(sent["receipt"])
    assert len(receipt) == RECEIPT_CHARS
    assert receipt.replace("-", "").replace("_", "").isalnum()
    swapped = receipt[:-1] + ("A" if receipt[-1] != "A" else "B")
    of_another = receipt[:10] + ("A" if receipt[10] != "A" else "B") + receipt[11:]
    forged = ["", "x", receipt[:-1], receipt + "A", receipt + "=", swapped, of_another, receipt.swapcase(), "é" * 44]
    forged += [sent["comment_id"], "A" * RECEIPT_CHARS, "A" * 3000, f" {receipt}", receipt.replace("A", "!"), "\0"]
    told = set()
    for text in forged:
        answer = await asked(application, text)
        told.add(_without_request_id(answer.status, await answer.json()))
    answer = await asked(application, receipt, "other")
    told.add(_without_request_id(answer.status, await answer.json()))
    desk = application.client.app[DESK]
    await desk.link.call("HSET", keys.comment("default", sent["comment_id"]), keys.COMMENT_FIELDS["state"], "erased")
    answer = await asked(application, receipt)
    told.add(_without_request_id(answer.status, await answer.json()))
    assert len(told) == 1, told
    ((status, code, *_),) = told
    assert (status, code) == (404, "receipt_not_found")


def _without_request_id(status: int, problem: dict[str, Any]) -> tuple[Any, ...]:
    return (status, problem["code"], problem["title"], problem["detail"], problem["type"])


@pytest.mark.parametrize("body", [{}, {"receipt": None}, {"receipt": 7}, {"receipt": ["x"]}, {"receipt": "x", "a": 1}])
async def test_a_question_that_is_none_names_its_field(application: Application, body: object) -> None:
    answer = await application.ask("POST", f"{SITE}/receipts", body, token="")
    assert (answer.status, (await answer.json())["code"]) == (422, "invalid_fields")


async def test_a_question_has_a_small_body(application: Application) -> None:
    assert (await asked(application, "A" * 5000)).status == 413


async def test_a_key_gives_the_same_receipt_again(application: Application) -> None:
    headers = {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": "k"}
    body = COMMENT | {"receipt": True}
    first, again = [await (await application.client.post(COMMENTS, json=body, headers=headers)).json() for _ in "12"]
    assert first == again
    assert len(first["receipt"]) == RECEIPT_CHARS
    assert (await known(application, first["receipt"]))["state"] == "held"


async def test_a_repeat_by_its_own_reader_has_the_receipt_of_the_first(application: Application) -> None:
    reader = {"client": {"ip": "192.0.2.7"}}
    first, again = await submitted(application, **reader), await submitted(application, **reader)
    assert first == again
    assert (await submitted(application, client={"ip": "192.0.2.8"}))["receipt"] != first["receipt"]


async def test_pages_of_the_sites_own_origins_may_ask(application: Application) -> None:
    await application.ask("PATCH", SITE, {"allowed_origins": [ORIGIN]})
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    asked_before = await application.client.options(f"{SITE}/receipts", headers=preflight)
    assert asked_before.headers["Access-Control-Allow-Methods"] == "POST"
    assert "Content-Type" in asked_before.headers["Access-Control-Allow-Headers"]
    receipt = (await submitted(application))["receipt"]
    answer = await application.client.post(f"{SITE}/receipts", json={"receipt": receipt}, headers={"Origin": ORIGIN})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    foreign = {"Origin": "https://evil.example"}
    answer = await application.client.post(f"{SITE}/receipts", json={"receipt": receipt}, headers=foreign)
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_whoever_asks_too_often_waits_and_may_comment_all_the_same(application: Application) -> None:
    """Whatever token comes along: nobody finds out here whether it is one."""
    await application.ask("PATCH", SITE, {"public_submission": True})
    statuses = [(await asked(application, "x")).status for _ in range(50)]
    assert set(statuses) == {404, 429}
    assert statuses.index(429) >= 40
    for token in ("", "wrong", ADMIN):
        refused = await application.ask("POST", f"{SITE}/receipts", {"receipt": "x"}, token=token)
        assert (refused.status, (await refused.json())["code"]) == (429, "too_many_questions")
        assert int(refused.headers["Retry-After"]) >= 1
    assert (await application.ask("POST", COMMENTS, COMMENT, token="")).status == 202


async def test_an_unknown_site_has_no_receipts(application: Application) -> None:
    answer = await asked(application, "x", "nowhere")
    assert (answer.status, (await answer.json())["code"]) == (404, "site_not_found")


@pytest.mark.parametrize("wish", ["1", "true", "on", "ON", " True "])
async def test_a_forms_way_back_carries_the_receipt_where_it_asked(application: Application, wish: str) -> None:
    await application.ask("PATCH", SITE, {"public_submission": True, "allowed_origins": [ORIGIN]})
    headers = {"Accept": "text/html", "Origin": ORIGIN, "Referer": f"{ORIGIN}/river"}
    form = COMMENT | {"receipt": wish}
    sent = await application.client.post(COMMENTS, data=form, headers=headers, allow_redirects=False)
    assert sent.status == 303
    query = sent.headers["Location"].partition("?")[2].partition("#")[0]
    told = dict(pair.split("=", 1) for pair in query.split("&"))
    assert (told["commentdesk"], len(told["receipt"])) == ("held", RECEIPT_CHARS)
    assert (await known(application, told["receipt"]))["state"] == "held"


async def test_a_program_that_sends_a_form_has_its_receipt_too(application: Application) -> None:
    website = {"Authorization": f"Bearer {await application.token('website')}"}
    form = COMMENT | {"receipt": "1"}
    sent = await application.client.post(COMMENTS, data=form, headers=website, allow_redirects=False)
    told = sent.headers["Location"].partition("receipt=")[2]
    assert (sent.status, len(told)) == (303, RECEIPT_CHARS)
    assert (await application.client.get(sent.headers["Location"])).status == 200


@pytest.mark.parametrize("wish", ["", "0", "off", "false", "no", "please"])
async def test_a_form_that_asks_for_none_has_none(application: Application, wish: str) -> None:
    await application.ask("PATCH", SITE, {"public_submission": True})
    form, headers = COMMENT | {"receipt": wish}, {"Accept": "text/html"}
    sent = await application.client.post(COMMENTS, data=form, headers=headers, allow_redirects=False)
    assert (sent.status, sent.headers["Location"]) == (303, "/received?commentdesk=held&site=default")


# What the website that passed a comment on may read of it


async def test_a_website_reads_what_its_reader_may_know_and_no_more(application: Application) -> None:
    website = await application.token("website")
    sent = await application.ask("POST", COMMENTS, COMMENT, token=website)
    comment_id = (await sent.json())["comment_id"]
    path = sent.headers["Location"]
    assert path == f"{SITE}/comments/{comment_id}"
    first = await (await application.ask("GET", path, token=website)).json()
    assert list(first) == ["comment_id", "thread", "state", "submitted_at", "published_at"]
    assert (first["comment_id"], first["thread"], first["state"]) == (comment_id, "a/b", "held")
    await decide(application, comment_id, "spam")
    assert await (await application.ask("GET", path, token=website)).json() == first
    await decide(application, comment_id, "approve")
    published = await (await application.ask("GET", path, token=website)).json()
    assert (published["state"], published["published_at"] is None) == ("published", False)
    for role in ("moderator", "admin"):
        full = await (await application.ask("GET", path, token=await application.token(role))).json()
        assert full["email"] == COMMENT["email"]


async def test_a_website_reads_no_comment_that_is_not_there(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    website, of_other = await application.token("website"), await application.token("website", "other")
    comment_id = (await submitted(application))["comment_id"]
    assert (await application.ask("GET", f"{SITE}/comments/{comment_id}", token=of_other)).status == 403
    for unknown in ("0" * 16, "x"):
        answer = await application.ask("GET", f"{SITE}/comments/{unknown}", token=website)
        assert (answer.status, (await answer.json())["code"]) == (404, "comment_not_found")
    desk = application.client.app[DESK]
    await desk.link.call("HSET", keys.comment("default", comment_id), keys.COMMENT_FIELDS["state"], "erased")
    assert (await application.ask("GET", f"{SITE}/comments/{comment_id}", token=website)).status == 404


async def test_a_strangers_location_is_the_thread_that_anyone_reads(application: Application) -> None:
    await application.ask("PATCH", SITE, {"public_submission": True})
    sent = await application.ask("POST", COMMENTS, COMMENT, token="")
    assert sent.headers["Location"] == COMMENTS
    assert (await application.ask("GET", sent.headers["Location"], token="")).status == 200


async def test_the_store_is_asked_the_same_whatever_is_asked(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read says how long it takes: one short read of a fixed size, for any comment and for none."""
    await application.ask("POST", "/v1/sites", {"site": "other"})
    held, rejected, published, erased = [await submitted(application) for _ in range(4)]
    await decide(application, rejected["comment_id"], "reject")
    await decide(application, published["comment_id"], "approve")
    link = application.client.app[DESK].link
    await link.call("HSET", keys.comment("default", erased["comment_id"]), keys.COMMENT_FIELDS["state"], "erased")
    call, asked_of_store = link.call, []

    async def watched(*command: Any) -> Any:
        if command[0] in {"HMGET", "HGETALL", "HGET", "EVALSHA"}:
            asked_of_store.append((command[0], command[2:]))
        return await call(*command)

    monkeypatch.setattr(link, "call", watched)
    seen = []
    receipts = [each["receipt"] for each in (held, rejected, published, erased)]
    for receipt in (*receipts, receipts[0][:-1], "x", "A" * RECEIPT_CHARS):
        asked_of_store.clear()
        await asked(application, receipt)
        seen.append(tuple(asked_of_store))
    asked_of_store.clear()
    await asked(application, receipts[0], "other")
    seen.append(tuple(asked_of_store))
    assert set(map(len, seen)) == {1}
    assert len(set(seen)) == 1
