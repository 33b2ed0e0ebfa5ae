"""Escalations over HTTP: what a moderator hands to the others."""

from typing import Any

import pytest

from tests.application.conftest import Application

SITE = "/v1/sites/default"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "The bridge was closed for a year."}
NOTE = "Is this a threat?\nPlease look at the second line."


async def submitted(application: Application, body: str = "The bridge was closed.") -> str:
    answer = await application.ask("POST", f"{SITE}/threads/t/comments", COMMENT | {"body": body})
    return str((await answer.json())["comment_id"])


async def escalate(application: Application, comment_id: str, token: str, **body: object) -> tuple[int, dict[str, Any]]:
    answer = await application.ask("POST", f"{SITE}/comments/{comment_id}/escalations", body, token=token)
    return answer.status, await answer.json()


async def claimed(application: Application, token: str) -> list[str]:
    answer = await application.ask("POST", f"{SITE}/claims", {}, token=token)
    return [each["comment_id"] for each in (await answer.json())["comments"]]


async def test_a_comment_is_handed_to_the_others_and_marked_wherever_it_is_seen(application: Application) -> None:
    first, second = await application.token("moderator"), await application.token("moderator")
    ordinary, comment_id = await submitted(application), await submitted(application, "The ferry, then.")
    assert await claimed(application, first) == [ordinary, comment_id]
    status, told = await escalate(application, comment_id, first, note=NOTE)
    assert (status, told["claim"]) == (200, None)
    (mark,) = told["escalations"]
    assert (mark["moderator"], mark["note"]) == ("moderator", NOTE)
    queue = await (await application.ask("GET", f"{SITE}/queue", token=second)).json()
    full = await (await application.ask("GET", f"{SITE}/comments/{comment_id}", token=second)).json()
    assert [each["escalations"] for each in queue["comments"]] == [[], [mark]]
    assert full["escalations"] == [mark]
    await application.ask("DELETE", f"{SITE}/claims", token=first)
    assert await claimed(application, second) == [comment_id, ordinary]
    decision = await application.ask(
        "POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "reject"}, token=second
    )
    assert (await decision.json())["escalations"] == []


async def test_refusals_say_why(application: Application) -> None:
    first, second = await application.token("moderator"), await application.token("moderator")
    comment_id = await submitted(application)
    await claimed(application, first)
    status, problem = await escalate(application, comment_id, second)
    assert (status, problem["code"]) == (409, "claimed_by_another")
    await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "approve"}, token=first)
    status, problem = await escalate(application, comment_id, first)
    assert (status, problem["code"]) == (409, "not_queued")
    status, problem = await escalate(application, "0" * 16, first)
    assert (status, problem["code"]) == (404, "comment_not_found")
    status, problem = await escalate(application, comment_id, await application.token("website"))
    assert status == 403


@pytest.mark.parametrize("body", [{"note": "x" * 2001}, {"note": 1}, {"because": "x"}])
async def test_a_bad_note_is_refused_by_its_field(application: Application, body: dict[str, object]) -> None:
    comment_id = await submitted(application)
    status, problem = await escalate(application, comment_id, await application.token("moderator"), **body)
    assert (status, {*problem["errors"]}) == (422, {*body})


async def test_an_escalation_says_nothing_to_the_website(application: Application) -> None:
    comment_id = await submitted(application)
    website = await application.token("website")
    before = await (await application.ask("GET", f"{SITE}/comments/{comment_id}", token=website)).json()
    await escalate(application, comment_id, await application.token("moderator"), note=NOTE)
    assert await (await application.ask("GET", f"{SITE}/comments/{comment_id}", token=website)).json() == before
