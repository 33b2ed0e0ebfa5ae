"""The end of members and of their tokens: at once, while they act, and when a process dies in the middle of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import orjson
import pytest

from service.domain.replay import NO_REPLAY
from service.domain.token import MadeToken
from service.errors import MemberNotFoundError, StoreUnavailableError, UnauthenticatedError
from service.store import keys, members, tokens
from service.use_cases import moderation
from service.use_cases.members import revoke_member
from tests.application.conftest import Application
from tests.application.people import Clock, Json, another, asked, desk_of, listed, made, told
from tests.application.test_claims import HOUR_MS, SITE, VIEW, claims_shown, ended, released, submitted
from tests.store.desk import read_events

ROUNDS = 15


# Revoked


async def test_the_end_of_a_member_is_that_of_all_his_tokens_and_claims(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    phone = await made(application, sites=["default", "other"])
    laptop = await another(application, phone)
    ids = await submitted(application, 2) + await submitted(application, 1, "/v1/sites/other")
    for site in ("default", "other"):
        assert await asked(application, phone, "POST", f"/v1/sites/{site}/claims", {}) == 200
    member_id = phone["member"]["member_id"]
    assert (await application.ask("DELETE", f"/v1/members/{member_id}")).status == 204
    for token in (phone, laptop):
        assert await asked(application, token, "GET", f"{SITE}/queue") == 401
    assert await claims_shown(application) == await claims_shown(application, "/v1/sites/other") == []
    assert sorted(await released(application)) == [(each, "admin", member_id) for each in ids[:2]]
    assert await listed(application) == ["admin"]
    for method in ("GET", "DELETE"):
        assert (await application.ask(method, f"/v1/members/{member_id}")).status == 404
    events = await read_events(desk_of(application).link, keys.CHANGES)
    (end,) = [each for each in events if "member_revoked" in each.kinds]
    assert (end.actor, end.subject) == ("admin", member_id)
    assert orjson.loads(end.before)["tokens"] == sorted([phone["token_id"], laptop["token_id"]])
    assert "token_revoked" not in {kind for each in events for kind in each.kinds}


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
async def test_the_administrator_of_the_settings_is_not_changed(application: Application, method: str) -> None:
    body = {"name": "x"} if method == "PATCH" else None
    answer = await application.ask(method, "/v1/members/admin", body)
    assert (answer.status, (await answer.json())["code"]) == (409, "built_in_member")
    assert (await told(application, "admin"))["roles"] == ["admin"]


async def test_the_end_of_one_token_ends_claims_only_where_no_other_lets_him_decide(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    wide = await made(application, sites=["default", "other"])
    await another(application, wide)
    await another(application, wide, role="operator", site="other")
    await submitted(application, 1)
    await submitted(application, 1, "/v1/sites/other")
    for site in ("default", "other"):
        await asked(application, wide, "POST", f"/v1/sites/{site}/claims", {})
    assert (await application.ask("DELETE", f"/v1/tokens/{wide['token_id']}")).status == 204
    assert len(await claims_shown(application)) == 1, "another token is for this site"
    assert await claims_shown(application, "/v1/sites/other") == [], "an operator's token decides nothing"


async def test_a_token_that_has_expired_keeps_no_claim(open_application: Callable[..., Awaitable[Application]]) -> None:
    clock = Clock()
    application = await open_application(now_ms=clock)
    short = await made(application, expires_at="2100-01-01T00:00:00Z")
    long = await another(application, short, expires_at="2101-01-01T00:00:00Z")
    clock.ms = 4_102_444_800_000
    await submitted(application, 1)
    await asked(application, long, "POST", f"{SITE}/claims", {})
    await application.ask("DELETE", f"/v1/tokens/{long['token_id']}")
    assert await claims_shown(application) == []
    member = await told(application, long["member"]["member_id"])
    assert (member["roles"], member["sites"], len(member["tokens"])) == ([], [], 1)


async def test_a_member_without_tokens_is_one_and_gets_another(application: Application) -> None:
    token = await made(application)
    member_id = token["member"]["member_id"]
    await application.ask("DELETE", f"/v1/tokens/{token['token_id']}")
    assert member_id in await listed(application)
    assert member_id not in await listed(application, "site=default")
    again = await another(application, token)
    assert await asked(application, again, "GET", f"{SITE}/queue") == 200


async def test_a_token_made_while_its_member_is_revoked_is_none(application: Application) -> None:
    """One of a process that had not heard of it: the record lies there, and lets nobody in; the consumer removes it."""
    desk = desk_of(application)
    token = await made(application)
    member_id = token["member"]["member_id"]
    late = await another(application, token)
    known = desk.registry.people.membership(member_id)
    await members.remove(desk.link, known.member, [token["token_id"]], actor="admin", now_ms=desk.now_ms())
    async with asyncio.timeout(30):
        while await desk.link.call("HLEN", keys.TOKENS):
            await asyncio.sleep(0.02)
    assert await asked(application, late, "GET", f"{SITE}/queue") == 401
    assert await listed(application) == ["admin"]


async def test_no_token_is_left_of_a_member_who_is_none(application: Application) -> None:
    """Also where its record is there yet."""
    desk = desk_of(application)
    token = await made(application)
    member_id, token_id = token["member"]["member_id"], token["token_id"]
    raw = await desk.link.call("HGET", keys.TOKENS, token_id)
    assert [each.token_id for each in await tokens.read_left(desk.link, member_id, [token_id])] == [token_id]
    await application.ask("DELETE", f"/v1/members/{member_id}")
    await desk.link.call("HSET", keys.TOKENS, token_id, raw)
    assert await tokens.read_left(desk.link, member_id, [token_id]) == []
    await desk.registry.refresh()
    assert await asked(application, token, "GET", f"{SITE}/queue") == 401


# At the same moment


async def test_a_member_who_is_revoked_while_he_claims_holds_nothing(application: Application) -> None:
    await submitted(application, 40)
    for _ in range(ROUNDS):
        phone = await made(application)
        laptop = await another(application, phone)
        claims = [
            asked(application, token, "POST", f"{SITE}/claims", {"limit": 2})
            for token in (phone, laptop)
            for _ in range(3)
        ]
        end = application.ask("DELETE", f"/v1/members/{phone['member']['member_id']}")
        answers = await asyncio.gather(*claims[:3], end, *claims[3:])
        assert {getattr(each, "status", each) for each in answers} <= {200, 204, 401}
        assert await claims_shown(application) == []


async def test_a_claim_that_comes_after_its_member_was_revoked_is_none(application: Application) -> None:
    token = await made(application)
    desk = desk_of(application)
    caller = desk.registry.caller(token["token"], desk.now_ms())
    assert caller is not None
    await submitted(application, 2)
    await application.ask("DELETE", f"/v1/members/{caller.member_id}")
    with pytest.raises(UnauthenticatedError):
        await moderation.claim(desk, "default", caller, VIEW, limit=20, lease_ms=HOUR_MS, replay=NO_REPLAY)
    assert await claims_shown(application) == []


async def test_two_tokens_of_a_member_share_his_claims_and_decide_once(application: Application) -> None:
    phone = await made(application)
    laptop = await another(application, phone)
    stranger = await made(application)
    for _ in range(ROUNDS):
        (comment_id,) = await submitted(application, 1)
        path = f"{SITE}/comments/{comment_id}/decisions"
        first = await application.ask("POST", f"{SITE}/claims", {}, token=phone["token"])
        assert len((await first.json())["comments"]) == 1
        assert await asked(application, stranger, "POST", path, {"decision": "spam"}) == 409
        done = await asyncio.gather(
            *(
                asked(application, each, "POST", path, {"decision": "approve"})
                for each in (phone, laptop)
                for _ in range(2)
            )
        )
        assert done == [200] * 4
        full = await (await application.ask("GET", f"{SITE}/comments/{comment_id}")).json()
        assert (full["revision"], len(full["history"]), full["claim"]) == (2, 1, None)


async def test_both_tokens_revoked_at_once_leave_no_claim(application: Application) -> None:
    """Each revocation sees the other token, or the other one sees none: never do both think that one is left."""
    await submitted(application, 2)
    for _ in range(ROUNDS):
        tokens_of = [await made(application)]
        tokens_of.append(await another(application, tokens_of[0]))
        await asked(application, tokens_of[0], "POST", f"{SITE}/claims", {})
        assert len(await claims_shown(application)) == 2
        ends = (application.ask("DELETE", f"/v1/tokens/{each['token_id']}") for each in tokens_of)
        assert [each.status for each in await asyncio.gather(*ends)] == [204, 204]
        assert await claims_shown(application) == []


async def test_one_of_several_revocations_of_a_member_is_the_first(application: Application) -> None:
    for _ in range(ROUNDS):
        token = await made(application)
        path = f"/v1/members/{token['member']['member_id']}"
        done = await asyncio.gather(*(application.ask("DELETE", path) for _ in range(4)))
        assert sorted(each.status for each in done) == [204, 404, 404, 404]


async def test_what_a_process_left_that_died_while_it_revoked_a_member_is_ended(application: Application) -> None:
    token = await made(application)
    ids = await submitted(application, 2)
    await asked(application, token, "POST", f"{SITE}/claims", {})
    desk, member_id = desk_of(application), token["member"]["member_id"]
    member = desk.registry.people.membership(member_id).member
    await members.remove(desk.link, member, [token["token_id"]], actor="m-chief", now_ms=desk.now_ms())
    await ended(application)
    assert sorted(await released(application)) == [(each, "m-chief", member_id) for each in ids]


async def test_a_member_is_revoked_though_his_site_is_away_and_his_claims_end_later(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await made(application)
    await submitted(application, 2)
    await asked(application, token, "POST", f"{SITE}/claims", {})
    desk = desk_of(application)

    async def is_away(*_: object, **__: object) -> None:
        raise StoreUnavailableError("this part is away")

    with monkeypatch.context() as patched:
        patched.setattr(type(desk.queue), "release_all", is_away)
        await revoke_member(desk, token["member"]["member_id"], actor="admin")
        assert await asked(application, token, "GET", f"{SITE}/queue") == 401
        assert len(await claims_shown(application)) == 2
    await ended(application)


async def test_where_bulks_are_away_claims_end_all_the_same(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await made(application)
    await submitted(application, 2)
    await asked(application, token, "POST", f"{SITE}/claims", {})
    desk = desk_of(application)
    looked: list[str] = []

    async def is_away(self: object, site: str, *_: object, **__: object) -> None:
        looked.append(site)
        raise StoreUnavailableError("this part is away")

    with monkeypatch.context() as patched:
        patched.setattr(type(desk.bulks), "stop_those_of", is_away)
        await revoke_member(desk, token["member"]["member_id"], actor="admin")
        assert sorted(looked) == ["default", "demo"], "each part is tried"
        assert await claims_shown(application) == []
    await ended(application)


# Of a version before members


async def old_token(application: Application, secret: str = "cd_of-a-version-before-members") -> Json:
    """A token as a version before members wrote it."""
    desk = desk_of(application)
    record = {"digest": desk.vault.token_digest(secret), "role": "moderator", "site": "default", "name": "Olga"}
    raw = orjson.dumps(record | {"created_ms": 1, "expires_ms": None})
    await desk.link.call("HSET", keys.TOKENS, "t0123456789ab", raw)
    await desk.registry.refresh()
    return {"token": secret, "token_id": "t0123456789ab", "member": {"member_id": "t0123456789ab"}}


async def test_a_token_of_an_older_version_is_its_own_member(application: Application) -> None:
    token = await old_token(application)
    member = await told(application, token["token_id"])
    assert (member["name"], member["roles"], member["sites"]) == ("Olga", ["moderator"], ["default"])
    (comment_id,) = await submitted(application, 1)
    await asked(application, token, "POST", f"{SITE}/claims", {})
    path = f"{SITE}/comments/{comment_id}"
    assert await asked(application, token, "POST", f"{path}/decisions", {"decision": "spam"}) == 200
    (act,) = (await (await application.ask("GET", path)).json())["history"]
    assert (act["member_id"], act["token_id"]) == (token["token_id"], token["token_id"])


async def test_it_is_renamed_gets_another_token_and_outlives_the_first(application: Application) -> None:
    token = await old_token(application)
    path = f"/v1/members/{token['token_id']}"
    assert (await application.ask("PATCH", path, {"name": "Olga K."})).status == 200
    newer = await another(application, token)
    assert newer["member"] == {"member_id": token["token_id"], "name": "Olga K."}
    await application.ask("DELETE", f"/v1/tokens/{token['token_id']}")
    assert (await told(application, token["token_id"]))["name"] == "Olga K."
    assert await asked(application, newer, "GET", f"{SITE}/queue") == 200
    assert (await application.ask("DELETE", path)).status == 204
    assert await asked(application, newer, "GET", f"{SITE}/queue") == 401


@pytest.mark.parametrize("what", ["tokens", "members"])
async def test_its_end_is_that_of_its_member(application: Application, what: str) -> None:
    token = await old_token(application)
    assert (await application.ask("DELETE", f"/v1/{what}/{token['token_id']}")).status == 204
    assert await asked(application, token, "GET", f"{SITE}/queue") == 401
    assert await listed(application) == ["admin"]


async def test_a_newer_token_is_no_member_by_itself(application: Application) -> None:
    token = await made(application)
    wanted = {"role": "moderator", "site": "default", "name": "x", "member": {"member_id": token["token_id"]}}
    assert (await application.ask("POST", "/v1/tokens", wanted)).status == 404
    desk = desk_of(application)
    known = desk.registry.people.membership(token["member"]["member_id"])
    forged = MadeToken(known.tokens[0], replace(known.member, member_id=token["token_id"]), "a secret")
    forged = replace(forged, token=replace(forged.token, token_id="t1"))
    with pytest.raises(MemberNotFoundError):
        await tokens.create(desk.link, desk.vault, forged, NO_REPLAY, is_new_member=False, actor="admin")
