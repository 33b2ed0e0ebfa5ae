"""Campaigns: what reads like comments that moderators turned down is held; what reads like one is found."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from classifier import Classifier, Text
from service.app import DESK
from service.desk import clock_ms
from service.store import keys, turned_down
from tests.application.conftest import Application

SITE = "/v1/sites/default"
DAY_MS = 86_400_000
CAMPAIGN = (
    "My cousin had lost everything at the casino when she met {who}, who doubled her {what} in a week. "
    "Nobody in the family believed it, but the money is on her account. Ask for him at {where} while he takes new ones."
)
OTHER = "The council wants to close the library on Saturdays, of all days the one on which families have time for it."
SPUN = [
    CAMPAIGN.format(who=who, what=what, where=where)
    for who in ("a broker from Malta", "an old friend")
    for what in ("savings", "last two hundred dollars")
    for where in ("the usual number", "his page")
]


@dataclass(slots=True)
class Site:
    application: Application
    clock: list[int]

    async def submit(self, body: str, author: str) -> str:
        said = {"name": "Ada", "email": f"{author}@mail.example", "body": body}
        answer = await self.application.ask("POST", f"{SITE}/threads/t/comments", said)
        return str((await answer.json())["comment_id"])

    async def read(self, comment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await (await self.application.ask("GET", f"{SITE}/comments/{comment_id}")).json()
        return found

    async def turn_down(self, count: int) -> list[str]:
        """So many of a campaign, each of another author, are spam to a moderator."""
        ids = [await self.submit(SPUN[number], f"spammer-{number}") for number in range(count)]
        for comment_id in ids:
            answer = await self.application.ask("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": "spam"})
            assert answer.status == 200
        return ids

    async def known(self, classifier: Classifier, *, is_like: bool = True) -> None:
        """Once this process knows of what was turned down."""
        desk = self.application.client.app[DESK]
        ((_, readings),) = classifier.assess_and_fold([Text(SPUN[0])])
        async with asyncio.timeout(10):
            while is_like is (
                desk.turned_down.reason_against("default", "nobody", readings[0].signature, desk.now_ms()) is None
            ):
                await asyncio.sleep(0.01)

    async def set_mode(self, mode: str) -> None:
        assert (await self.application.ask("PATCH", f"{SITE}/policy", {"mode": mode})).status == 200


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture
async def open_site(
    open_application: Callable[..., Awaitable[Application]], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Awaitable[Site]]:
    monkeypatch.setattr(turned_down, "REFRESH_SECONDS", 0.0)

    async def open_it(**settings: str) -> Site:
        clock = [clock_ms()]
        return Site(await open_application(lambda: clock[0], **settings), clock)

    return open_it


async def test_a_campaign_is_held_once_moderators_turned_some_of_it_down(
    open_site: Callable[..., Awaitable[Site]], classifier: Classifier
) -> None:
    site = await open_site()
    turned = await site.turn_down(3)
    await site.set_mode("postmoderate")
    await site.known(classifier)
    one_more = await site.read(await site.submit(SPUN[5], "another"))
    assert (one_more["state"], one_more["verdict"]) == ("held", "hold")
    assert one_more["reasons"] == [{"code": "near_duplicate", "comment_id": turned[-1], "count": 3}]
    assert (await site.read(await site.submit(OTHER, "another")))["state"] == "published"
    found = await (await site.application.ask("GET", f"{SITE}/comments?reason=near_duplicate")).json()
    assert [each["comment_id"] for each in found["comments"]] == [one_more["comment_id"]]


async def test_two_are_no_campaign_nor_is_an_author_of_his_own(
    open_site: Callable[..., Awaitable[Site]], classifier: Classifier
) -> None:
    site = await open_site()
    await site.turn_down(3)
    await site.set_mode("postmoderate")
    await site.known(classifier)
    assert (await site.read(await site.submit(SPUN[5], "spammer-1")))["state"] == "published"


async def test_an_undo_and_a_day_end_it(open_site: Callable[..., Awaitable[Site]], classifier: Classifier) -> None:
    site = await open_site()
    turned = await site.turn_down(4)
    await site.set_mode("postmoderate")
    await site.known(classifier)
    for comment_id in turned[:2]:
        assert (await site.application.ask("POST", f"{SITE}/comments/{comment_id}/undo", {})).status == 200
    await site.known(classifier, is_like=False)
    assert (await site.read(await site.submit(SPUN[5], "another")))["state"] == "published"
    await site.turn_down(4)
    await site.known(classifier)
    site.clock[0] += DAY_MS + 60_000
    assert (await site.read(await site.submit(SPUN[6], "another")))["state"] == "published"


async def test_nothing_is_compared_or_kept_where_it_is_off(open_site: Callable[..., Awaitable[Site]]) -> None:
    site = await open_site(NEAR_DUPLICATES="false")
    (comment_id, *_) = await site.turn_down(3)
    link = site.application.client.app[DESK].link
    assert await link.call("EXISTS", keys.turned_down("default")) == 0
    answer = await site.application.ask("POST", f"{SITE}/bulk/previews", {"select": {"like": comment_id}})
    assert answer.status == 422
    assert list((await answer.json())["errors"]) == ["select.like"]


async def test_what_reads_like_one_is_selected(open_site: Callable[..., Awaitable[Site]]) -> None:
    site = await open_site()
    spun = [await site.submit(body, f"spammer-{number}") for number, body in enumerate(SPUN)]
    other = await site.submit(OTHER, "ada")

    async def count(**select: object) -> int:
        answer = await site.application.ask("POST", f"{SITE}/bulk/previews", {"select": select})
        assert answer.status == 200, await answer.text()
        return int((await answer.json())["count"])

    assert await count(like=spun[0]) == len(SPUN)
    assert await count(like=other) == 1
    assert await count(like=spun[0], state="published") == 0
    assert await count(like=spun[0], q="malta") == len(SPUN) // 2
    site.clock[0] += 8 * DAY_MS
    assert await count(like=spun[0]) == 1
    answer = await site.application.ask("POST", f"{SITE}/bulk/previews", {"select": {"like": "0123456789abcdef"}})
    assert answer.status == 422


async def test_examples_are_a_typical_one_and_the_strangest(open_site: Callable[..., Awaitable[Site]]) -> None:
    site = await open_site()
    spun = [await site.submit(body, f"spammer-{number}") for number, body in enumerate(SPUN)]
    other = await site.submit(OTHER, "ada")
    seen = await (await site.application.ask("POST", f"{SITE}/bulk/previews", {"select": {}})).json()
    assert seen["examples"]["typical"]["comment_id"] in spun
    least_alike = [each["comment_id"] for each in seen["examples"]["least_alike"]]
    assert least_alike[0] == other
    assert len({*least_alike, seen["examples"]["typical"]["comment_id"]}) == 4
