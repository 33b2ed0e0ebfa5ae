"""Threads that close by themselves: so long after their first comment, or at a time of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from service.store import keys
from tests.application.conftest import Application
from tests.servers import RedisServer, client_of

SITE = "/v1/sites/default"
THREAD = f"{SITE}/threads/t"
COMMENT = {"name": "Ada", "email": "ada@mail.example"}
NOW = 1_770_000_000_000
DAY_MS = 86_400_000


@dataclass
class Clock:
    now_ms: int = NOW

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def timed(open_application: Callable[..., Awaitable[Application]], clock: Clock) -> Application:
    application = await open_application(clock)
    await application.ask("PUT", f"{SITE}/policy", {"mode": "postmoderate", "close_after_days": 3})
    return application


async def submit(application: Application, body: str) -> tuple[int, dict[str, Any]]:
    answer = await application.ask("POST", f"{THREAD}/comments", COMMENT | {"body": body})
    return answer.status, await answer.json()


async def settings(application: Application) -> dict[str, Any]:
    found: dict[str, Any] = await (await application.ask("GET", THREAD)).json()
    return found


async def page(application: Application, tag: str = "") -> tuple[int, bool | None, str]:
    """The status, whether it is closed, and the tag, of the thread as anyone reads it."""
    headers = {"If-None-Match": tag} if tag else {}
    answer = await application.client.get(f"{THREAD}/comments", headers=headers)
    return answer.status, (await answer.json())["closed"] if answer.status == 200 else None, answer.headers["ETag"]


def at(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


async def test_a_thread_closes_so_many_days_after_its_first_comment(timed: Application, clock: Clock) -> None:
    assert (await submit(timed, "The first."))[0] == 201
    clock.now_ms += 3 * DAY_MS - 1
    assert (await submit(timed, "In time."))[0] == 201
    assert (await settings(timed))["closed"] is False
    clock.now_ms += 1
    status, problem = await submit(timed, "Too late.")
    assert (status, problem["code"]) == (409, "thread_closed")
    assert (await settings(timed))["closed"] is True
    assert (await settings(timed))["counts"]["published"] == 2


async def test_what_readers_keep_of_a_page_ends_at_that_moment(timed: Application, clock: Clock) -> None:
    await submit(timed, "The first.")
    status, is_closed, tag = await page(timed)
    assert (status, is_closed) == (200, False)
    clock.now_ms += 3 * DAY_MS - 1
    assert await page(timed, tag) == (304, None, tag)
    clock.now_ms += 1
    status, is_closed, closed_tag = await page(timed, tag)
    assert (status, is_closed) == (200, True)
    assert closed_tag != tag
    assert await page(timed, closed_tag) == (304, None, closed_tag)
    await timed.ask("PATCH", f"{SITE}/policy", {"close_after_days": None})
    assert await page(timed, closed_tag) == (200, False, tag)


async def test_a_thread_that_was_made_earlier_is_as_old_as_its_first_comment(timed: Application, clock: Clock) -> None:
    await timed.ask("PUT", THREAD, {"title": "The river"})
    clock.now_ms += 10 * DAY_MS
    assert (await settings(timed))["closed"] is False
    assert (await submit(timed, "The first."))[0] == 201
    clock.now_ms += 3 * DAY_MS - 1
    assert (await submit(timed, "In time."))[0] == 201
    clock.now_ms += 1
    assert (await submit(timed, "Too late."))[0] == 409


async def test_a_time_of_its_own_stands_above_the_policy(timed: Application, clock: Clock) -> None:
    await submit(timed, "The first.")
    answer = await timed.ask("PUT", THREAD, {"closes_at": at(NOW + 30 * DAY_MS)})
    assert (await answer.json())["closes_at"] == "2026-03-04T02:40:00.000Z"
    clock.now_ms += 29 * DAY_MS
    assert (await submit(timed, "In time."))[0] == 201
    clock.now_ms += DAY_MS
    assert (await submit(timed, "Too late."))[0] == 409
    assert (await page(timed))[1] is True
    opened = await (await timed.ask("PUT", THREAD, {"closes_at": at(NOW + 60 * DAY_MS)})).json()
    assert opened["closed"] is False
    assert (await submit(timed, "Open again."))[0] == 201
    again = await (await timed.ask("PUT", THREAD, {"closes_at": None})).json()
    assert (again["closes_at"], again["closed"]) == (None, True)


async def test_a_closed_thread_stays_closed_whatever_its_time(timed: Application, clock: Clock) -> None:
    await timed.ask("PUT", THREAD, {"closed": True, "closes_at": at(NOW + DAY_MS)})
    assert (await submit(timed, "Closed."))[0] == 409
    clock.now_ms += 2 * DAY_MS
    await timed.ask("PUT", THREAD, {"closed": False})
    assert (await submit(timed, "Past its time."))[0] == 409


async def test_without_a_number_of_days_threads_stay_open(timed: Application, clock: Clock) -> None:
    await timed.ask("PATCH", f"{SITE}/policy", {"close_after_days": None})
    await submit(timed, "The first.")
    clock.now_ms += 5000 * DAY_MS
    assert (await submit(timed, "Years later."))[0] == 201


async def test_a_thread_of_an_older_version_is_as_old_as_itself(
    timed: Application, clock: Clock, one_server: RedisServer
) -> None:
    await timed.ask("PUT", THREAD, {"title": "The river"})
    with client_of(one_server.url) as client:
        client.hdel(keys.thread_keys("default", "t").thread, "first_ms")
    clock.now_ms += 3 * DAY_MS
    assert (await submit(timed, "Too late."))[0] == 409


async def test_the_age_of_a_thread_in_a_rule_counts_from_its_first_comment(timed: Application, clock: Clock) -> None:
    rule = {"name": "old", "when": {"thread_age_days": {"above": 1}}, "action": "hold"}
    await timed.ask("PUT", f"{SITE}/policy", {"mode": "postmoderate", "rules": [rule]})
    await timed.ask("PUT", THREAD, {"title": "The river"})
    clock.now_ms += 5 * DAY_MS
    assert (await submit(timed, "The first."))[1]["state"] == "published"
    clock.now_ms += 2 * DAY_MS
    assert (await submit(timed, "Days later."))[1]["state"] == "held"
    tried = await timed.ask("POST", f"{SITE}/policy/tests", {"body": "Days later.", "thread": "t"})
    assert (await tried.json())["verdict"] == "hold"


async def test_a_repeat_is_still_told_of_the_first_when_the_thread_has_closed(timed: Application, clock: Clock) -> None:
    """It was taken in before."""
    headers = {"Authorization": f"Bearer {await timed.token('website')}", "Idempotency-Key": "k"}
    told = []
    for _ in range(2):
        answer = await timed.client.post(f"{THREAD}/comments", json=COMMENT | {"body": "Once."}, headers=headers)
        told.append((answer.status, await answer.json()))
        clock.now_ms += 3 * DAY_MS
    assert told[0] == told[1]


@pytest.mark.parametrize("days", [0, -1, 36_501, 1.5, "3"])
async def test_a_bad_number_of_days_is_refused_by_its_field(application: Application, days: object) -> None:
    answer = await application.ask("PATCH", f"{SITE}/policy", {"close_after_days": days})
    assert (answer.status, [*(await answer.json())["errors"]]) == (422, ["close_after_days"])


@pytest.mark.parametrize("time", ["tomorrow", "2027-01-31", "2027-01-31T00:00:00", 7, "0001-01-01T00:00:00+14:00"])
async def test_a_bad_time_is_refused_by_its_field(application: Application, time: object) -> None:
    answer = await application.ask("PUT", THREAD, {"closes_at": time})
    assert (answer.status, [*(await answer.json())["errors"]]) == (422, ["closes_at"])
