"""How a site does over time, over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

from schemas.stats import StatsSchema
from tests.application.conftest import Application

SITE = "/v1/sites/default"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
BEGIN = 1_800_000_000_000
MINUTE = 60_000


async def stats(application: Application, span: str = "day", **more: str) -> dict[str, Any]:
    answer = await application.ask("GET", f"{SITE}/stats?span={span}", **more)
    found: dict[str, Any] = await answer.json()
    assert answer.status == 200, found
    assert StatsSchema().validate(found) == {}
    return found


async def test_a_day_is_told_by_minutes_and_a_quarter_by_hours(
    open_application: Callable[..., Awaitable[Application]],
) -> None:
    now = [BEGIN]
    application = await open_application(lambda: now[0])
    made = await (
        await application.ask("POST", "/v1/tokens", {"role": "moderator", "site": "default", "name": "Mo"})
    ).json()
    ids = []
    for number in range(3):
        now[0] = BEGIN + number * MINUTE
        sent = COMMENT | {"body": f"{COMMENT['body']} {number}"}
        answer = await application.ask("POST", f"{SITE}/threads/t/comments", sent)
        ids.append((await answer.json())["comment_id"])
    now[0] = BEGIN + 90 * MINUTE
    path = f"{SITE}/comments/{ids[0]}/decisions"
    await application.ask("POST", path, {"decision": "approve"}, token=made["token"])
    day = await stats(application, token=made["token"])
    assert (day["span"], day["step_seconds"], len(day["at"])) == ("day", 60, 4)
    assert day["at"][0] == "2027-01-15T08:00:00.000Z"
    assert day["arrivals"]["hold"] == [1, 1, 1, 0]
    assert day["decided"]["approve"] == [0, 0, 0, 1]
    assert day["depth"] == [1, 2, 3, 2]
    assert day["oldest_age_seconds"] == [60, 120, 180, 89 * 60]
    assert day["time_to_decision"]["count"] == [0, 0, 0, 1]
    assert day["time_to_decision"]["median_seconds"] == [None, None, None, 9000.0]
    assert day["by_member"] == [{"member_id": made["member"]["member_id"], "name": "Mo", "decided": [0, 0, 0, 1]}]
    await application.ask("POST", f"{SITE}/comments/{ids[1]}/decisions", {"decision": "spam"})
    quarter = await stats(application, "quarter")
    assert (quarter["arrivals"]["hold"], quarter["decided"]["approve"]) == ([3, 0], [0, 1])
    assert sorted(each["name"] for each in quarter["by_member"]) == ["Mo", "administrator"]


async def test_a_site_without_comments_has_no_points(application: Application) -> None:
    assert (await stats(application))["at"] == []


async def test_a_span_is_one_of_two(application: Application) -> None:
    answer = await application.ask("GET", f"{SITE}/stats?span=year")
    assert (answer.status, list((await answer.json())["errors"])) == (422, ["span"])


async def test_operators_and_moderators_see_it_and_websites_do_not(application: Application) -> None:
    for role, status in (("operator", 200), ("moderator", 200), ("website", 403)):
        token = await application.token(role)
        assert (await application.ask("GET", f"{SITE}/stats", token=token)).status == status
