"""Members: who acts, by whichever token, in which roles and on which sites."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.domain.token import TokenFilter
from service.errors import StoreUnavailableError
from service.store import keys
from tests.application.conftest import ADMIN, Application
from tests.application.people import Clock, Json, another, asked, desk_of, listed, made, told
from tests.application.test_claims import SITE, submitted
from tests.store.desk import read_events

# Made and told


async def test_a_token_makes_a_member_of_its_name(application: Application) -> None:
    token = await made(application, name="Mo")
    assert token["member"]["name"] == "Mo"
    assert (token["role"], token["roles"]) == ("moderator", ["moderator"])
    assert (token["site"], token["sites"]) == ("default", ["default"])
    member = await told(application, token["member"]["member_id"])
    assert [each["token_id"] for each in member["tokens"]] == [token["token_id"]]
    assert (member["roles"], member["sites"], member["last_seen_at"]) == (["moderator"], ["default"], None)


async def test_a_newspaper_with_three_sites_and_twelve_moderators_has_twelve_members(application: Application) -> None:
    sites = ["evening", "morning", "sunday"]
    for site in sites:
        await application.ask("POST", "/v1/sites", {"site": site})
    for number in range(12):
        token = await made(application, sites=sites, name="phone", member={"name": f"Moderator {number}"})
        await another(application, token, sites=sites, name="laptop")
    assert len(await listed(application, "role=moderator")) == 12
    for site in sites:
        assert len(await listed(application, f"site={site}&role=moderator")) == 12
    assert len(await listed(application)) == 13, "and the administrator of the settings"


async def test_what_a_member_does_is_his_by_whichever_token(application: Application) -> None:
    phone = await made(application, name="phone", member={"name": "Mo"})
    laptop = await another(application, phone, name="laptop")
    assert laptop["member"] == phone["member"]
    (comment_id,) = await submitted(application, 1)
    claimed = await application.ask("POST", f"{SITE}/claims", {}, token=phone["token"])
    (comment,) = (await claimed.json())["comments"]
    whose = {"member_id": phone["member"]["member_id"], "token_id": phone["token_id"], "moderator": "Mo"}
    assert whose.items() <= comment["claim"].items()
    path = f"{SITE}/comments/{comment_id}"
    assert await asked(application, laptop, "POST", f"{path}/decisions", {"decision": "approve"}) == 200
    assert await asked(application, phone, "POST", f"{path}/undo", {}) == 200
    history = (await (await application.ask("GET", path)).json())["history"]
    assert [each["token_id"] for each in history] == [laptop["token_id"], phone["token_id"]]
    assert {(each["member_id"], each["moderator"]) for each in history} == {(whose["member_id"], "Mo")}
    events = await read_events(desk_of(application).link, keys.events("default"))
    actors = {each.actor for each in events if {"claimed", "decided", "undone"} & {*each.kinds}}
    assert actors == {whose["member_id"]}


async def test_a_member_may_do_what_one_of_a_tokens_roles_may(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    both = await made(application, roles=["website", "moderator"], sites=["default", "other"])
    assert (both["role"], both["site"]) == (None, None)
    (comment_id,) = await submitted(application, 1)
    for site in ("default", "other"):
        assert await asked(application, both, "GET", f"/v1/sites/{site}/queue") == 200
        body = {"name": "Ada", "email": "ada@mail.example", "body": "A river."}
        assert await asked(application, both, "POST", f"/v1/sites/{site}/threads/t/comments", body) == 202
        assert await asked(application, both, "GET", f"/v1/sites/{site}/policy") == 403
    full = await application.ask("GET", f"{SITE}/comments/{comment_id}", token=both["token"])
    assert "email" in await full.json(), "who is a website too is not told less"
    assert await asked(application, both, "PUT", f"{SITE}/threads/t", {"mode": "auto"}) == 200
    website = await made(application, role="website")
    narrow = await application.ask("GET", f"{SITE}/comments/{comment_id}", token=website["token"])
    assert "email" not in await narrow.json()
    assert await asked(application, website, "PUT", f"{SITE}/threads/t", {"mode": "auto"}) == 403


async def test_rights_are_those_of_the_token_that_is_shown(application: Application) -> None:
    moderator = await made(application)
    operator = await another(application, moderator, role="operator")
    assert await asked(application, moderator, "GET", f"{SITE}/policy") == 403
    assert await asked(application, operator, "GET", f"{SITE}/queue") == 403
    member = await told(application, moderator["member"]["member_id"])
    assert member["roles"] == ["moderator", "operator"]


async def test_every_site_is_also_one_that_is_made_later(application: Application) -> None:
    token = await made(application, roles=["moderator", "operator"], sites=["*"])
    assert (token["site"], token["sites"]) == (None, ["*"])
    assert await asked(application, token, "GET", "/v1/sites/later/queue") == 404
    await application.ask("POST", "/v1/sites", {"site": "later"})
    assert await asked(application, token, "GET", "/v1/sites/later/queue") == 200
    assert await asked(application, token, "GET", "/v1/sites") == 403
    assert await listed(application, "site=*&role=operator") == [token["member"]["member_id"]]


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ({"role": None}, "role"),
        ({"roles": []}, "roles"),
        ({"roles": ["moderator", "king"]}, "roles.1"),
        ({"roles": ["moderator"], "role": "moderator"}, "roles"),
        ({"site": None}, "site"),
        ({"sites": []}, "sites"),
        ({"sites": ["A"]}, "sites.0"),
        ({"sites": ["*", "default"]}, "sites"),
        ({"sites": ["default"], "site": "default"}, "sites"),
        ({"sites": [f"s{number}" for number in range(201)]}, "sites"),
        ({"role": "admin"}, "site"),
        ({"role": "admin", "site": None, "sites": ["default"]}, "sites"),
        ({"roles": ["admin", "moderator"], "sites": ["default"]}, "sites"),
        ({"member": {}}, "member"),
        ({"member": {"name": "Mo", "member_id": "m1"}}, "member"),
        ({"member": {"name": ""}}, "member.name"),
        ({"member": {"member_id": "M 1"}}, "member.member_id"),
        ({"member": "Mo"}, "member"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_made(application: Application, wanted: Json, named: str) -> None:
    body = {"role": "moderator", "site": "default", "name": "Mo"}
    for one, several in (("role", "roles"), ("site", "sites")):
        if several in wanted and one not in wanted:
            del body[one]
    answer = await application.ask("POST", "/v1/tokens", body | wanted)
    assert answer.status == 422
    assert list((await answer.json())["errors"]) == [named]
    assert await listed(application) == ["admin"]


async def test_a_site_or_member_that_there_is_not_makes_nothing(application: Application) -> None:
    for wanted, code in (
        ({"sites": ["default", "none"]}, "site_not_found"),
        ({"site": "default", "member": {"member_id": "m0"}}, "member_not_found"),
        ({"site": "default", "member": {"member_id": "admin"}}, "member_not_found"),
    ):
        answer = await application.ask("POST", "/v1/tokens", {"role": "moderator", "name": "Mo", **wanted})
        assert (answer.status, (await answer.json())["code"]) == (404, code)
    assert await listed(application) == ["admin"]


async def test_a_repeated_key_makes_one_member(application: Application) -> None:
    body = {"role": "moderator", "site": "default", "name": "phone", "member": {"name": "Mo"}}
    headers = {"Authorization": f"Bearer {ADMIN}", "Idempotency-Key": "k"}
    answers = [await application.client.post("/v1/tokens", json=body, headers=headers) for _ in range(2)]
    first, again = [await answer.json() for answer in answers]
    assert first == again
    assert await listed(application) == sorted(["admin", first["member"]["member_id"]])


# Renamed


async def test_a_name_is_of_what_is_done_from_then_on(application: Application) -> None:
    token = await made(application, member={"name": "Mo"})
    member_id = token["member"]["member_id"]
    first, second = await submitted(application, 2)
    for comment_id, name in ((first, "Mo Okafor"), (second, "Mo O.")):
        path = f"{SITE}/comments/{comment_id}/decisions"
        assert await asked(application, token, "POST", path, {"decision": "spam"}) == 200
        renamed = await application.ask("PATCH", f"/v1/members/{member_id}", {"name": name})
        assert (renamed.status, (await renamed.json())["name"]) == (200, name)
    histories = [
        (await (await application.ask("GET", f"{SITE}/comments/{each}")).json())["history"] for each in (first, second)
    ]
    assert [history[0]["moderator"] for history in histories] == ["Mo", "Mo Okafor"]
    assert (await (await application.ask("GET", "/v1/tokens")).json())["tokens"][0]["member"]["name"] == "Mo O."


async def test_the_name_of_a_member_is_that_of_staff_and_the_old_one_no_longer(application: Application) -> None:
    token = await made(application, member={"name": "Wilhelmina Q."}, sites=["*"])
    desk = desk_of(application)
    assert desk.registry.people.is_like_staff("default", "wilhelmina q")
    await application.ask("PATCH", f"/v1/members/{token['member']['member_id']}", {"name": "Willa"})
    assert not desk.registry.people.is_like_staff("default", "wilhelmina q")
    assert desk.registry.people.is_like_staff("default", "WILLA")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 101}, {"name": None}, {"name": "Mo", "roles": []}])
async def test_a_wrong_change_is_refused(application: Application, body: Json) -> None:
    token = await made(application, name="Mo")
    path = f"/v1/members/{token['member']['member_id']}"
    assert (await application.ask("PATCH", path, body)).status == 422
    assert (await told(application, token["member"]["member_id"]))["name"] == "Mo"


# Seen


async def test_when_a_member_was_seen_is_told_to_the_minute(
    open_application: Callable[..., Awaitable[Application]],
) -> None:
    clock = Clock(4_102_444_800_000)
    application = await open_application(now_ms=clock)
    token = await made(application)
    member_id = token["member"]["member_id"]

    async def seen() -> str | None:
        await desk_of(application).registry.people.seen.close()
        found: str | None = (await told(application, member_id))["last_seen_at"]
        return found

    assert await seen() is None
    for seconds, expected in ((0, "00:00.000Z"), (59, "00:00.000Z"), (60, "01:00.000Z"), (-900, "01:00.000Z")):
        clock.ms = 4_102_444_800_000 + 1000 * seconds
        assert await asked(application, token, "GET", f"{SITE}/queue") == 200
        assert await seen() == f"2100-01-01T00:{expected}"
    await asked(application, token, "GET", f"{SITE}/policy")
    await application.ask("DELETE", f"/v1/members/{member_id}")
    assert await desk_of(application).link.call("HKEYS", keys.MEMBERS_SEEN) == [b"admin"]


async def test_no_request_fails_because_it_cannot_be_noted(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await made(application)
    desk = desk_of(application)
    call = desk.link.call

    async def full(*command: Any) -> Any:
        if keys.MEMBERS_SEEN in command:
            raise StoreUnavailableError("no room")
        return await call(*command)

    monkeypatch.setattr(desk.link, "call", full)
    assert await asked(application, token, "GET", f"{SITE}/queue") == 200
    await desk.registry.people.seen.close()


async def test_members_come_in_pages(application: Application) -> None:
    ids = sorted(["admin", *[(await made(application))["member"]["member_id"] for _ in range(6)]])
    found: list[str] = []
    cursor = ""
    while True:
        answer = await (await application.ask("GET", f"/v1/members?limit=3&cursor={cursor}")).json()
        found += [each["member_id"] for each in answer["members"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert found == ids
    page, last = desk_of(application).registry.people.page_of_members(TokenFilter(), ids[3], 2)
    assert ([each.member.member_id for each in page], last) == (ids[4:6], ids[5])
