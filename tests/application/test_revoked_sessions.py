"""Sessions of the console end with the member, and with the token, that they are of."""

import asyncio

import pytest

from service.domain.event import Event
from service.store import keys, members, sessions
from service.use_cases.sessions import end_all_sessions, list_sessions
from tests.application.conftest import Application
from tests.application.console import Browser, begun
from tests.application.people import Json, another, desk_of, made
from tests.store.desk import read_events

HOME = "/console"


async def two_sessions(application: Application) -> tuple[Json, list[Browser]]:
    """A member who signed in by each of his two tokens."""
    await begun(application)
    phone = await made(application, name="Mo")
    laptop = await another(application, phone)
    browsers = [Browser(application), Browser(application)]
    for browser, token in zip(browsers, (phone, laptop), strict=True):
        assert (await browser.sign_in(token["token"])).status == 303
    return phone, browsers


async def sessions_left(application: Application, member_id: str) -> int:
    desk = desk_of(application)
    return len(await sessions.of_member(desk.link, member_id, desk.now_ms()))


async def events_of_end(application: Application) -> list[Event]:
    return [
        each for each in await read_events(desk_of(application).link, keys.CHANGES) if "session_ended" in each.kinds
    ]


async def test_all_sessions_end_with_the_member(application: Application) -> None:
    token, browsers = await two_sessions(application)
    member_id = token["member"]["member_id"]
    assert [(await each.get(HOME)).status for each in browsers] == [200, 200]
    assert (await application.ask("DELETE", f"/v1/members/{member_id}")).status == 204
    assert [(await each.get(HOME)).status for each in browsers] == [303, 303]
    assert await sessions_left(application, member_id) == 0
    assert [(each.actor, each.subject) for each in await events_of_end(application)] == [("admin", member_id)] * 2


async def test_a_process_that_died_while_it_revoked_him_leaves_none(application: Application) -> None:
    token, _ = await two_sessions(application)
    desk, member_id = desk_of(application), token["member"]["member_id"]
    known = desk.registry.people.membership(member_id)
    ids = [each.token_id for each in known.tokens]
    await members.remove(desk.link, known.member, ids, actor="m-chief", now_ms=desk.now_ms())
    async with asyncio.timeout(30):
        while await sessions_left(application, member_id):
            await asyncio.sleep(0.02)
    assert [(each.actor, each.subject) for each in await events_of_end(application)] == [("m-chief", member_id)] * 2


@pytest.mark.parametrize("which", [0, 1])
async def test_with_one_token_its_sessions_alone_end(application: Application, which: int) -> None:
    token, browsers = await two_sessions(application)
    held = desk_of(application).registry.people.membership(token["member"]["member_id"]).tokens
    by_phone = [each.token_id == token["token_id"] for each in held]
    revoked = held[by_phone.index(which == 0)].token_id
    assert (await application.ask("DELETE", f"/v1/tokens/{revoked}")).status == 204
    assert [(await each.get(HOME)).status for each in browsers] == ([303, 200] if which == 0 else [200, 303])
    desk, member_id = desk_of(application), token["member"]["member_id"]
    (left,) = await list_sessions(desk, member_id)
    page = await browsers[1 - which].get("/console/_/sessions")
    kept = await sessions.of_member(desk.link, member_id, desk.now_ms())
    assert [each.digest for each in kept if each.digest in page.text] == [left.digest]


async def test_all_sessions_end_at_a_word_those_of_revoked_tokens_too(application: Application) -> None:
    token, _ = await two_sessions(application)
    desk, member_id = desk_of(application), token["member"]["member_id"]
    assert (await application.ask("DELETE", f"/v1/tokens/{token['token_id']}")).status == 204
    await end_all_sessions(desk, member_id, actor=member_id)
    assert await sessions_left(application, member_id) == 0
