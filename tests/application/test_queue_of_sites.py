"""The queue over all sites that a moderator may moderate: in one order, page by page."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from service.app import DESK
from tests.application.conftest import Application

ORDERS = ("oldest", "newest", "riskiest", "uncertain")
BODIES = ("A walk along the river.", "You idiot, go away.", "Cheap pills, click here now!", "I saw it too, at noon.")


async def make_sites(application: Application, *names: str) -> None:
    for name in names:
        assert (await application.ask("POST", "/v1/sites", {"site": name})).status == 201


async def submit(application: Application, site: str, number: int) -> str:
    body = {"name": "Ada", "email": "ada@mail.example", "body": f"{BODIES[number % 4]} {number}."}
    answer = await application.ask("POST", f"/v1/sites/{site}/threads/t/comments", body)
    return str((await answer.json())["comment_id"])


async def token_for(application: Application, *sites: str, roles: tuple[str, ...] = ("moderator",)) -> str:
    wanted = {"roles": roles, "sites": sites, "name": "Mo"}
    answer = await application.ask("POST", "/v1/tokens", wanted)
    assert answer.status == 201, await answer.text()
    return str((await answer.json())["token"])


async def page(application: Application, token: str, **query: Any) -> dict[str, Any]:
    answer = await application.ask("GET", f"/v1/queue?{urlencode(query)}", token=token)
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def pages(application: Application, token: str, order: str, limit: int) -> list[dict[str, Any]]:
    found = [await page(application, token, order=order, limit=limit)]
    while found[-1]["next_cursor"]:
        found.append(await page(application, token, order=order, limit=limit, cursor=found[-1]["next_cursor"]))
    return found


def places(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["site"], each["comment_id"]) for each in found["comments"]]


KEYS = {
    "oldest": lambda each: (each["submitted_at"], each["comment_id"]),
    "newest": lambda each: (each["submitted_at"], each["comment_id"]),
    "riskiest": lambda each: (each["risk"], each["comment_id"]),
    "uncertain": lambda each: (round(abs(each["risk"] - 0.5), 6), each["comment_id"]),
}


@pytest.mark.parametrize("order", ORDERS)
async def test_comments_of_all_sites_come_in_one_order_and_each_once(application: Application, order: str) -> None:
    await make_sites(application, "a", "b", "c")
    of_sites = {(site, await submit(application, site, n)) for n in range(12) for site in ("a", "b", "c")[: 1 + n % 3]}
    token = await token_for(application, "a", "b")
    whole = await page(application, token, order=order, limit=200)
    assert {*places(whole)} == {each for each in of_sites if each[0] in "ab"}
    assert whole["total"] == len(whole["comments"])
    is_reverse = order in {"newest", "riskiest"}
    assert whole["comments"] == sorted(whole["comments"], key=KEYS[order], reverse=is_reverse)
    for limit in (1, 3, 7):
        assert [place for each in await pages(application, token, order, limit) for place in places(each)] == places(
            whole
        )


async def test_one_page_ends_exactly_where_the_queue_does(application: Application) -> None:
    await make_sites(application, "a", "b")
    ids = [await submit(application, site, n) for n, site in enumerate(("a", "b", "a", "b"))]
    found = await pages(application, await token_for(application, "a", "b"), "oldest", 2)
    assert [[each["comment_id"] for each in one["comments"]] for one in found] == [ids[:2], ids[2:]]


async def test_it_goes_on_where_it_was_when_its_last_comment_is_decided(application: Application) -> None:
    await make_sites(application, "a", "b")
    ids = [await submit(application, site, n) for n, site in enumerate(("a", "b", "a", "b", "a"))]
    token = await token_for(application, "a", "b")
    first = await page(application, token, limit=2)
    await application.ask("POST", f"/v1/sites/b/comments/{ids[1]}/decisions", {"decision": "spam"}, token=token)
    second = await page(application, token, limit=2, cursor=first["next_cursor"])
    assert [each["comment_id"] for each in second["comments"]] == ids[2:4]
    assert second["total"] == 4


async def test_whose_token_is_for_every_site_sees_new_sites_too(application: Application) -> None:
    token = await token_for(application, "*")
    assert (await page(application, token))["comments"] == []
    assert (await page(application, token))["oldest_age_seconds"] is None
    await make_sites(application, "later")
    comment_id = await submit(application, "later", 1)
    assert places(await page(application, token)) == [("later", comment_id)]
    assert (await page(application, token))["oldest_age_seconds"] == 0


async def test_claims_are_seen_and_a_site_of_another_is_not(application: Application) -> None:
    await make_sites(application, "a", "b")
    comment_id = await submit(application, "a", 1)
    await submit(application, "b", 1)
    token = await token_for(application, "a")
    await application.ask("POST", "/v1/sites/a/claims", {}, token=token)
    (found,) = (await page(application, token))["comments"]
    assert (found["site"], found["comment_id"], found["claim"]["moderator"]) == ("a", comment_id, "Mo")
    full = await (await application.ask("GET", f"/v1/sites/a/comments/{comment_id}", token=token)).json()
    assert {name: each for name, each in found.items() if name != "site"}.items() <= full.items()


@pytest.mark.parametrize("roles", [("website",), ("operator",), ("website", "operator")])
async def test_who_may_not_moderate_has_none(application: Application, roles: tuple[str, ...]) -> None:
    token = await token_for(application, "*", roles=roles)
    assert (await application.ask("GET", "/v1/queue", token=token)).status == 403


async def test_of_many_sites_the_first_are_looked_at_and_it_says_so(application: Application) -> None:
    await make_sites(application, *(f"s{number:03}" for number in range(204)))
    sites = application.client.app[DESK].registry.sites_among({"*"})
    ids = await asyncio.gather(*(submit(application, site, 1) for site in (sites[199], sites[200])))
    found = await page(application, await token_for(application, "*"))
    assert (found["sites_left_out"], found["total"], places(found)) == (len(sites) - 200, 1, [(sites[199], ids[0])])
    exact = await page(application, await token_for(application, *sites[-200:]))
    assert (exact["sites_left_out"], exact["total"]) == (0, 2)


@pytest.mark.parametrize("query", ["order=x", "limit=0", "limit=201", "cursor=x", "thread=t", "site=a"])
async def test_a_wrong_question_is_refused(application: Application, query: str) -> None:
    answer = await application.ask("GET", f"/v1/queue?{query}")
    assert answer.status == 422
    assert list((await answer.json())["errors"]) == [query.partition("=")[0]]
