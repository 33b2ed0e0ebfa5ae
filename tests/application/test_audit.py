"""The audit logs over HTTP: who did what, newest first."""

import asyncio
from typing import Any

import pytest

from tests.application.conftest import Application

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
TOO_LONG_SECONDS = 20


async def page(application: Application, query: str = "", path: str = f"{SITE}/audit") -> dict[str, Any]:
    answer = await application.ask("GET", f"{path}{query}")
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def sealed(application: Application, act: str, count: int, path: str = f"{SITE}/audit") -> list[dict[str, Any]]:
    """The entries of an act, when there are so many."""
    async with asyncio.timeout(TOO_LONG_SECONDS):
        while True:
            entries: list[dict[str, Any]] = (await page(application, f"?act={act}", path))["entries"]
            if len(entries) == count:
                return entries
            await asyncio.sleep(0.05)


async def submit(application: Application, number: int = 1) -> str:
    answer = await application.ask("POST", COMMENTS, COMMENT | {"body": f"{COMMENT['body']} {number}"})
    return str((await answer.json())["comment_id"])


async def test_a_decision_is_in_the_log_with_who_made_it(application: Application) -> None:
    comment_id = await submit(application)
    await application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "spam"})
    (entry,) = await sealed(application, "decided", 1)
    assert entry == entry | {
        "act": "decided",
        "followed": ["rejected", "left"],
        "actor": "admin",
        "subject": comment_id,
        "thread": "t",
        "revision": 2,
        "before": "held",
        "after": "spam",
    }
    (taken_in,) = await sealed(application, "submitted", 1)
    assert (taken_in["before"], taken_in["after"], taken_in["number"]) == ("", "held", entry["number"] - 1)
    assert taken_in["detail"] == {"verdict": "hold", "codes": ["premoderated"]}


async def test_a_verdict_is_in_the_log_with_its_codes_and_rules(application: Application) -> None:
    rule = {"name": "of the river", "when": {"words": {"phrases": ["river"]}}, "action": "reject"}
    await application.ask("PUT", f"{SITE}/policy", {"rules": [rule]})
    await submit(application)
    (entry,) = await sealed(application, "submitted", 1)
    assert (entry["after"], entry["followed"]) == ("rejected", ["rejected"])
    told = {"verdict": "reject", "codes": ["rule", "premoderated"], "rules": ["of the river"]}
    assert entry["detail"] == told
    (changed,) = await sealed(application, "policy_changed", 1, "/v1/audit")
    assert changed["after"]["policy"]["rules"].startswith("~")


async def test_pages_follow_each_other_to_the_first_entry(application: Application) -> None:
    for number in range(5):
        await submit(application, number)
    await sealed(application, "submitted", 5)
    numbers: list[int] = []
    query = "?limit=2"
    while True:
        found = await page(application, query)
        numbers += [entry["number"] for entry in found["entries"]]
        if found["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={found['next_cursor']}"
    assert numbers == list(range(len(numbers)))[::-1]
    (first,) = await sealed(application, "log_begun", 1)
    assert first["number"] == 0


async def test_sites_and_tokens_are_in_the_log_of_the_installation_without_a_text(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "evening", "title": "A title of ours"})
    await application.ask("PATCH", "/v1/sites/evening", {"title": "Another title", "public_submission": True})
    token = await application.ask("POST", "/v1/tokens", {"role": "moderator", "site": "evening", "name": "Mo Somebody"})
    (changed,) = await sealed(application, "site_changed", 1, "/v1/audit")
    assert changed["after"]["public_submission"] is True
    assert changed["after"]["title"].startswith("~")
    (made,) = await sealed(application, "token_created", 1, "/v1/audit")
    assert made["subject"] == (await token.json())["token_id"]
    everything = str(await page(application, "", "/v1/audit"))
    assert "title of ours" not in everything
    assert "Somebody" not in everything


@pytest.mark.parametrize(
    ("query", "field"),
    [("act=No", "act"), ("since=now", "since"), ("cursor=!", "cursor"), ("limit=0", "limit"), ("who=me", "who")],
)
async def test_what_is_no_filter_is_named(application: Application, query: str, field: str) -> None:
    answer = await application.ask("GET", f"{SITE}/audit?{query}")
    assert answer.status == 422
    assert list((await answer.json())["errors"]) == [field]


async def test_times_bound_what_is_found(application: Application) -> None:
    await submit(application)
    (entry,) = await sealed(application, "submitted", 1)
    at = entry["at"]
    assert (await page(application, f"?act=submitted&since={at}"))["entries"] == [entry]
    assert (await page(application, f"?act=submitted&until={at}"))["entries"] == []
