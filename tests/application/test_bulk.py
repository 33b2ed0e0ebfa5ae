"""One decision on many comments, as a moderator makes it: a look, an order, progress, an undo."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from service.app import DESK
from service.consumers.bulks import BulkRunner
from service.desk import clock_ms
from service.store import keys
from service.store.bulk_steps import Step, decide_next
from service.upkeep import lease
from service.use_cases import bulk
from service.use_cases.bulk import pause_after
from tests.application.conftest import ADMIN, Application

SITE = "/v1/sites/default"
BODIES = (
    "The ferry was late again, and nobody told those who waited.",
    "Why not ask the people of the quarter before the trees are cut?",
    "A good report. I learned more from it than from the council.",
)


@dataclass(slots=True)
class Site:
    """A site whose comments all come from readers, by a clock that goes on a second with each."""

    application: Application
    clock: list[int] = field(default_factory=list)

    async def submit(self, body: str = BODIES[0], email: str = "ada@mail.example", thread: str = "t") -> str:
        said = {"name": "Ada", "email": email, "body": body}
        answer = await self.application.ask("POST", f"{SITE}/threads/{thread}/comments", said)
        assert answer.status in {201, 202}, await answer.text()
        return str((await answer.json())["comment_id"])

    async def submit_some(self, count: int) -> list[str]:
        return [await self.submit(f"{BODIES[number % 3]} {number}") for number in range(count)]

    async def preview(self, *left_out: str, **select: object) -> dict[str, Any]:
        body = {"select": select, "except": list(left_out)}
        return await self.answer("POST", f"{SITE}/bulk/previews", body)

    async def answer(self, method: str, path: str, body: object = None, status: int = 200) -> dict[str, Any]:
        answer = await self.application.ask(method, path, body)
        assert answer.status == status, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def start(self, preview: dict[str, Any], decision: str = "spam", **more: str) -> str:
        body = {"preview_token": preview["preview_token"], "decision": decision} | more
        return str((await self.answer("POST", f"{SITE}/bulk", body, 202))["bulk_id"])

    async def bulk(self, bulk_id: str) -> dict[str, Any]:
        return await self.answer("GET", f"{SITE}/bulk/{bulk_id}")

    async def done(self, bulk_id: str) -> dict[str, Any]:
        """The bulk once nothing of it runs."""
        async with asyncio.timeout(10):
            while True:
                found = await self.bulk(bulk_id)
                if found["state"] == "done" and (found["undo"] or found)["state"] == "done":
                    return found
                await asyncio.sleep(0.01)

    async def states(self, ids: list[str]) -> list[str]:
        return [(await self.answer("GET", f"{SITE}/comments/{each}"))["state"] for each in ids]

    async def decide(self, comment_id: str, decision: str) -> None:
        await self.answer("POST", f"{SITE}/comments/{comment_id}/decisions", {"decision": decision})


@pytest.fixture
async def site(open_application: Callable[..., Awaitable[Application]]) -> Site:
    clock = [clock_ms()]

    def now_ms() -> int:
        clock[0] += 1
        return clock[0]

    return Site(await open_application(now_ms), clock)


async def test_a_bulk_from_the_look_to_its_undo(site: Site) -> None:
    ids = await site.submit_some(45)
    seen = await site.preview(ids[0], state="held")
    assert (seen["count"], seen["is_whole"]) == (44, True)
    assert len(seen["examples"]["least_alike"]) == 3
    assert seen["examples"]["typical"]["comment_id"] in ids
    assert seen["warnings"]["approved_authors"] == {"count": 0, "authors": []}

    bulk_id = await site.start(seen, reason="spam_link", note="All of one evening.")
    done = await site.done(bulk_id)
    assert (done["done"], done["total"], done["skipped"], done["stopped"], done["undo"]) == (44, 44, 0, False, None)
    assert (done["decision"], done["reason"], done["note"]) == ("spam", "spam_link", "All of one evening.")
    assert await site.states(ids[:3]) == ["held", "spam", "spam"]

    comment = await site.answer("GET", f"{SITE}/comments/{ids[1]}")
    assert [(act["act"], act["bulk_id"]) for act in comment["history"]] == [("spam", bulk_id)]

    await site.decide(ids[1], "approve")
    undone = await site.answer("POST", f"{SITE}/bulk/{bulk_id}/undo", status=202)
    assert undone["undo"]["total"] == 44
    undone = await site.done(bulk_id)
    assert (undone["undo"]["done"], undone["undo"]["skipped"]) == (44, 1)
    assert await site.states(ids[:3]) == ["held", "published", "held"]
    listed = await site.answer("GET", f"{SITE}/bulk")
    assert [each["bulk_id"] for each in listed["bulks"]] == [bulk_id]


async def test_what_came_or_changed_after_the_look_is_left_alone(site: Site) -> None:
    ids = await site.submit_some(3)
    seen = await site.preview(state="held")
    late = await site.submit("Another one, a moment too late.")
    await site.decide(ids[0], "approve")
    done = await site.done(await site.start(seen))
    assert (done["total"], done["skipped"]) == (3, 1)
    assert await site.states([*ids, late]) == ["published", "spam", "spam", "held"]


async def test_a_key_is_bound_to_its_body(site: Site) -> None:
    await site.submit()
    client, headers = site.application.client, {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": "k"}
    statuses: list[int] = []
    seen: dict[str, Any] = {}
    for select in ({}, {}, {"state": "spam"}):
        answer = await client.post(f"{SITE}/bulk/previews", json={"select": select}, headers=headers)
        statuses.append(answer.status)
        seen = await answer.json() if answer.status == 200 else seen
    assert statuses == [200, 200, 422]
    order = {"preview_token": seen["preview_token"], "decision": "spam"}
    headers["Idempotency-Key"] = "l"
    started = [await (await client.post(f"{SITE}/bulk", json=order, headers=headers)).json() for _ in range(2)]
    assert started[0] == started[1]
    answer = await client.post(f"{SITE}/bulk", json=order | {"note": "n"}, headers=headers)
    assert (await answer.json())["code"] == "idempotency_key_reused"


async def test_the_same_order_again_is_the_same_bulk(site: Site) -> None:
    await site.submit_some(2)
    seen = await site.preview()
    assert await site.start(seen) == await site.start(seen)
    other = {"preview_token": seen["preview_token"], "decision": "approve"}
    refused = await site.answer("POST", f"{SITE}/bulk", other, 422)
    assert list(refused["errors"]) == ["preview_token"]
    unknown = {"preview_token": "b0123456789abcdef", "decision": "approve"}
    assert "preview_token" in (await site.answer("POST", f"{SITE}/bulk", unknown, 422))["errors"]


@pytest.mark.parametrize(
    ("select", "count"),
    [
        ({}, 4),
        ({"state": "held"}, 3),
        ({"state": "published"}, 1),
        ({"thread": "other"}, 1),
        ({"thread": "nowhere"}, 0),
        ({"author_id": "a000000000000"}, 0),
        ({"verdict": "hold"}, 4),
        ({"verdict": "publish"}, 0),
        ({"reason": "premoderated"}, 4),
        ({"reason": "rule"}, 0),
        ({"rule": "none of ours"}, 0),
        ({"q": "ferry"}, 1),
        ({"q": "ferry", "state": "published"}, 0),
        ({"risk_below": 1}, 4),
        ({"risk_above": 0.99}, 0),
        ({"risk_above": 0.5, "risk_below": 0.4}, 0),
        ({"until": "2026-01-01T00:00:00Z"}, 0),
        ({"since": "2026-01-01T00:00:00Z"}, 4),
    ],
)
async def test_filters_select(site: Site, select: dict[str, object], count: int) -> None:
    await site.submit(BODIES[0])
    await site.submit(BODIES[1])
    await site.submit(BODIES[2], thread="other")
    await site.decide(await site.submit("It is as it is, and that is fine with me."), "approve")
    assert (await site.preview(**select))["count"] == count


async def test_a_risk_is_between_exact_bounds(site: Site) -> None:
    comment_id = await site.submit()
    risk = (await site.answer("GET", f"{SITE}/comments/{comment_id}"))["risk"]
    assert (await site.preview(risk_above=risk))["count"] == 0
    assert (await site.preview(risk_above=round(risk - 1e-5, 5), risk_below=round(risk + 1e-5, 5)))["count"] == 1


async def test_authors_of_whom_people_approved_comments_are_named(site: Site) -> None:
    await site.decide(await site.submit(BODIES[0], email="known@mail.example"), "approve")
    theirs = await site.submit(BODIES[1], email="known@mail.example")
    await site.submit(BODIES[2], email="new@mail.example")
    warned = (await site.preview(state="held"))["warnings"]["approved_authors"]
    assert warned["count"] == 1
    (author,) = warned["authors"]
    assert (author["comment_id"], author["name"], author["approved"]) == (theirs, "Ada", 1)
    assert author["author_id"].startswith("a")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "select"),
        ({"select": {"state": "gone"}}, "select.state"),
        ({"select": {"limit": "5"}}, "select.limit"),
        ({"select": {"risk_above": 2}}, "select.risk_above"),
        ({"select": {"q": "*"}}, "select.q"),
        ({"select": {}, "except": ["?"]}, "except.0"),
        ({"select": {}, "except": ["0123456789abcdef"] * 1001}, "except"),
    ],
)
async def test_bad_selections_are_told_by_field(site: Site, body: object, named: str) -> None:
    assert list((await site.answer("POST", f"{SITE}/bulk/previews", body, 422))["errors"]) == [named]


async def test_an_unknown_bulk_is_none(site: Site) -> None:
    for bulk_id in ("b0123456789abcdef", "bb", "x"):
        assert (await site.answer("GET", f"{SITE}/bulk/{bulk_id}", status=404))["code"] == "bulk_not_found"
        assert (await site.answer("POST", f"{SITE}/bulk/{bulk_id}/undo", status=404))["code"] == "bulk_not_found"


async def test_another_process_takes_over_when_the_lease_of_a_dead_one_ends(site: Site) -> None:
    desk = site.application.client.app[DESK]
    assert await lease.hold(desk.link, keys.bulk_runner("default"), "a process that is dead by now")
    await site.submit_some(3)
    bulk_id = await site.start(await site.preview())
    runner = BulkRunner(desk, lambda: ["default"])
    await runner.look()
    assert (await site.bulk(bulk_id))["done"] == 0
    await lease.hand_back(desk.link, keys.bulk_runner("default"), "a process that is dead by now")
    assert (await site.done(bulk_id))["done"] == 3
    await runner.close()


async def test_a_colleague_stops_a_bulk_where_it_is(site: Site) -> None:
    desk = site.application.client.app[DESK]
    assert await lease.hold(desk.link, keys.bulk_runner("default"), "a process that is dead by now")
    ids = await site.submit_some(3)
    bulk_id = await site.start(await site.preview())
    colleague = await site.application.token("moderator")
    for _ in range(2):
        answer = await site.application.ask("POST", f"{SITE}/bulk/{bulk_id}/stop", {}, token=colleague)
        stopped = await answer.json()
        assert (answer.status, stopped["state"], stopped["stopped"], stopped["done"]) == (200, "done", True, 0)
    await lease.hand_back(desk.link, keys.bulk_runner("default"), "a process that is dead by now")
    assert await site.states(ids) == ["held"] * 3
    await site.answer("POST", f"{SITE}/bulk/b{'0' * 16}/stop", {}, status=404)


@pytest.mark.parametrize(
    ("step_ms", "steps", "pause_ms"),
    [(4, 50, 12), (4, 5000, 12), (8, 5000, 14), (16, 5000, 16), (0, 5000, 0), (4, 0, 12)],
)
def test_a_pause_is_three_steps_long_unless_the_whole_would_take_too_long(
    step_ms: int, steps: int, pause_ms: int
) -> None:
    assert pause_after(step_ms / 1000, steps) == pytest.approx(pause_ms / 1000)


async def test_the_bulk_of_a_member_who_is_revoked_ends_where_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.submit_some(45)
    wanted = {"role": "moderator", "site": "default", "name": "Mo"}
    token = await site.answer("POST", "/v1/tokens", wanted, 201)
    seen = await site.preview(state="held")
    one_step, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(*arguments: Any) -> Step:
        if one_step.is_set():
            await goes_on.wait()
        one_step.set()
        return await decide_next(*arguments)

    monkeypatch.setattr(bulk, "decide_next", slowly)
    order = {"preview_token": seen["preview_token"], "decision": "spam"}
    answer = await site.application.ask("POST", f"{SITE}/bulk", order, token=token["token"])
    assert answer.status == 202
    bulk_id = (await answer.json())["bulk_id"]
    async with asyncio.timeout(10):
        await one_step.wait()
    gone = await site.application.ask("DELETE", f"/v1/members/{token['member']['member_id']}")
    assert gone.status == 204
    goes_on.set()
    ended = await site.done(bulk_id)
    assert (ended["done"], ended["stopped"]) == (20, True)
    assert (await site.answer("POST", f"{SITE}/bulk/{bulk_id}/undo", status=202))["undo"]["total"] == 20
    assert (await site.done(bulk_id))["undo"]["done"] == 20


async def test_a_bulk_that_is_started_while_its_member_is_revoked_is_none(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.submit_some(45)
    seen = await site.preview(state="held")
    desk = site.application.client.app[DESK]

    async def so(*_: object) -> bool:
        return True

    monkeypatch.setattr(bulk, "is_revoked", so)
    order = {"preview_token": seen["preview_token"], "decision": "spam"}
    assert (await site.application.ask("POST", f"{SITE}/bulk", order)).status == 401
    assert await desk.bulks.oldest_running("default") is None
