"""Claims of somebody who is gone keep nobody waiting, and an administrator may end any."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from service.app import DESK
from service.desk import Desk, clock_ms
from service.domain.caller import ADMIN
from service.domain.event import MACHINE
from service.domain.queue import QueueOrder, QueueView
from service.domain.replay import NO_REPLAY
from service.errors import StoreUnavailableError, UnauthenticatedError
from service.store import keys, tokens
from service.use_cases import moderation
from service.use_cases.tokens import revoke_token
from tests.application.conftest import ADMIN as ADMIN_TOKEN
from tests.application.conftest import Application
from tests.store.desk import read_events

SITE = "/v1/sites/default"
VIEW = QueueView(QueueOrder.OLDEST, None)
HOUR_MS = 3_600_000
ROUNDS = 15


@dataclass(slots=True)
class Moderator:
    """A moderator's token, its id, and what it asks with it."""

    application: Application
    token_id: str
    member_id: str
    token: str

    async def claim(self, limit: int = 20, lease_seconds: int = 3600, site: str = SITE) -> list[str]:
        claimed = await self.claimed(limit, lease_seconds, site)
        return [comment["comment_id"] for comment in claimed["comments"]]

    async def claimed(self, limit: int = 20, lease_seconds: int = 3600, site: str = SITE) -> dict[str, Any]:
        wanted = {"limit": limit, "lease_seconds": lease_seconds}
        answer = await self.application.ask("POST", f"{site}/claims", wanted, token=self.token)
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found

    async def decide(self, comment_id: str, decision: str = "approve") -> int:
        path = f"{SITE}/comments/{comment_id}/decisions"
        return (await self.application.ask("POST", path, {"decision": decision}, token=self.token)).status


async def moderator(application: Application, role: str = "moderator", **more: str) -> Moderator:
    wanted = {"role": role, "name": "Mo"} | ({} if role == "admin" else {"site": "default"}) | more
    made = await (await application.ask("POST", "/v1/tokens", wanted)).json()
    return Moderator(application, made["token_id"], made["member"]["member_id"], made["token"])


async def submitted(application: Application, number: int, site: str = SITE) -> list[str]:
    ids = []
    for each in range(number):
        body = {"name": "Ada", "email": "ada@mail.example", "body": f"The river takes a little more, {each}."}
        answer = await application.ask("POST", f"{site}/threads/t/comments", body)
        ids.append(str((await answer.json())["comment_id"]))
    return ids


async def revoke(application: Application, token_id: str) -> int:
    return (await application.ask("DELETE", f"/v1/tokens/{token_id}")).status


async def claims_shown(application: Application, site: str = SITE) -> list[Any]:
    queue = await (await application.ask("GET", f"{site}/queue")).json()
    return [comment["claim"] for comment in queue["comments"] if comment["claim"]]


async def released(application: Application, site: str = "default") -> list[tuple[str, str, str]]:
    events = await read_events(application.client.app[DESK].link, keys.events(site))
    return [(each.subject, each.actor, each.before) for each in events if "released" in each.kinds]


async def test_the_claims_of_a_revoked_token_are_free_at_once(application: Application) -> None:
    gone, other = await moderator(application), await moderator(application)
    ids = await submitted(application, 4)
    assert await gone.claim(3) == ids[:3]
    assert await revoke(application, gone.token_id) == 204
    assert await claims_shown(application) == []
    assert await other.decide(ids[0]) == 200
    assert await other.claim() == ids[1:]
    assert sorted(await released(application)) == [(each, "admin", gone.member_id) for each in ids[:3]]


async def test_an_administrators_claims_end_on_all_sites(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    gone = await moderator(application, "admin")
    other_site = "/v1/sites/other"
    ids, elsewhere = await submitted(application, 2), await submitted(application, 2, other_site)
    assert (await gone.claim(), await gone.claim(site=other_site)) == (ids, elsewhere)
    assert await revoke(application, gone.token_id) == 204
    assert (await claims_shown(application), await claims_shown(application, other_site)) == ([], [])
    assert len(await released(application, "other")) == 2


async def test_the_claims_of_others_stay(application: Application) -> None:
    gone, other = await moderator(application), await moderator(application)
    await submitted(application, 4)
    kept = await other.claim(2)
    await gone.claim()
    await revoke(application, gone.token_id)
    assert len(await claims_shown(application)) == len(kept)


async def test_more_claims_than_a_step_looks_at_are_ended(application: Application) -> None:
    """A thousand of one token beside a thousand of others."""
    desk = application.client.app[DESK]
    claims = keys.queue_keys("default")
    gone, expires = await moderator(application), clock_ms() + HOUR_MS
    for member_id in (gone.member_id, "m-other"):
        for start in range(0, 1000, 250):
            ids = [f"{member_id[-4:]}{number:012d}" for number in range(start, start + 250)]
            await desk.link.call("ZADD", claims.claims, *(part for each in ids for part in (expires, each)))
            await desk.link.call("HSET", claims.holders, *(x for each in ids for x in (each, f"{member_id}\nMo")))
    assert await revoke(application, gone.token_id) == 204
    assert await desk.link.call("HLEN", claims.holders) == 1000
    assert await desk.link.call("ZCARD", claims.claims) == 1000
    assert len(await released(application)) == 1000


@dataclass(slots=True)
class Clock:
    ms: int = field(default_factory=clock_ms)

    def __call__(self) -> int:
        return self.ms


async def test_no_claim_outlasts_its_token(open_application: Callable[..., Awaitable[Application]]) -> None:
    clock = Clock()
    application = await open_application(now_ms=clock)
    leaving = await moderator(application, expires_at="2100-01-01T00:00:00Z")
    desk = application.client.app[DESK]
    (token,) = desk.registry.people.membership(leaving.member_id).tokens
    assert token.expires_ms is not None
    clock.ms = token.expires_ms - 60_000
    ids = await submitted(application, 2)
    claimed = await leaving.claimed()
    assert claimed["expires_at"] == "2100-01-01T00:00:00.000Z"
    assert {comment["claim"]["expires_at"] for comment in claimed["comments"]} == {"2100-01-01T00:00:00.000Z"}
    other = await moderator(application)
    assert await other.claim() == []
    clock.ms = token.expires_ms
    assert await claims_shown(application) == []
    assert await other.decide(ids[0]) == 200
    assert await other.claim() == ids[1:]


async def test_a_short_lease_of_a_token_that_expires_later_is_as_long_as_was_asked(
    open_application: Callable[..., Awaitable[Application]],
) -> None:
    clock = Clock(4_102_444_800_000 - HOUR_MS)
    application = await open_application(now_ms=clock)
    await submitted(application, 1)
    leaving = await moderator(application, expires_at="2100-01-01T00:00:00Z")
    assert (await leaving.claimed(lease_seconds=60))["expires_at"] == "2099-12-31T23:01:00.000Z"


# An administrator


async def test_an_administrator_ends_any_claim_and_decides_over_any(application: Application) -> None:
    holder, other, chief = [await moderator(application, role) for role in ("moderator", "moderator", "admin")]
    first, second, third = await submitted(application, 3)
    await holder.claim()
    for token in (other.token, holder.token, chief.token, ADMIN_TOKEN):
        answer = await application.ask("DELETE", f"{SITE}/claims/{first}", token=token)
        assert answer.status == (409 if token == other.token else 204)
        assert (await other.decide(first)) in ({409} if token == other.token else {200})
    answer = await application.ask("DELETE", f"{SITE}/claims/{second}", token=chief.token)
    assert answer.status == 204
    assert (second, chief.member_id, holder.member_id) in await released(application)
    assert await other.decide(third) == 409
    assert await chief.decide(third) == 200
    assert await holder.claim() == [second]


async def test_an_administrators_decisions_in_bulk_go_over_claims_too(application: Application) -> None:
    holder = await moderator(application)
    ids = await submitted(application, 3)
    await holder.claim(2)
    wanted = {"decisions": [{"comment_id": each, "decision": "spam"} for each in ids]}
    answer = await application.ask("POST", f"{SITE}/decisions", wanted)
    assert [each["status"] for each in (await answer.json())["results"]] == [200, 200, 200]
    assert await claims_shown(application) == []


@pytest.mark.parametrize("role", ["website", "operator"])
async def test_nobody_else_ends_claims(application: Application, role: str) -> None:
    (comment_id,) = await submitted(application, 1)
    await (await moderator(application)).claim()
    token = await application.token(role)
    assert (await application.ask("DELETE", f"{SITE}/claims/{comment_id}", token=token)).status == 403
    assert len(await claims_shown(application)) == 1


# What comes at the same moment


async def test_a_claim_that_comes_while_its_token_is_revoked_is_none(application: Application) -> None:
    """The caller was let in before; the claims were looked for before these were made."""
    gone = await moderator(application)
    ids = await submitted(application, 2)
    desk = application.client.app[DESK]
    caller = desk.registry.caller(gone.token, desk.now_ms())
    assert caller is not None
    await revoke(application, gone.token_id)
    with pytest.raises(UnauthenticatedError):
        await moderation.claim(desk, "default", caller, VIEW, limit=20, lease_ms=HOUR_MS, replay=NO_REPLAY)
    assert await claims_shown(application) == []
    assert sorted(await released(application)) == [(each, MACHINE, gone.member_id) for each in ids]


async def test_the_token_of_the_settings_claims_though_no_store_has_it(application: Application) -> None:
    ids = await submitted(application, 2)
    desk = application.client.app[DESK]
    claimed = await moderation.claim(desk, "default", ADMIN, VIEW, limit=20, lease_ms=HOUR_MS, replay=NO_REPLAY)
    assert [each.comment_id for each in claimed.comments] == ids


async def test_claims_and_revocations_at_once_leave_no_claim_of_the_revoked(application: Application) -> None:
    await submitted(application, 40)
    for _ in range(ROUNDS):
        gone = await moderator(application)
        claims = [application.ask("POST", f"{SITE}/claims", {"limit": 2}, token=gone.token) for _ in range(6)]
        answers = await asyncio.gather(*claims[:3], revoke(application, gone.token_id), *claims[3:])
        assert {getattr(each, "status", each) for each in answers} <= {200, 204, 401}
        assert await claims_shown(application) == []


async def test_one_of_two_revocations_at_once_is_the_first(application: Application) -> None:
    for _ in range(ROUNDS):
        gone = await moderator(application)
        ids = await submitted(application, 2)
        await gone.claim()
        done = await asyncio.gather(*(revoke(application, gone.token_id) for _ in range(4)))
        assert sorted(done) == [204, 404, 404, 404]
        of_these = [each for each in await released(application) if each[2] == gone.member_id]
        assert sorted(of_these) == [(each, "admin", gone.member_id) for each in ids], "each is told once"
        for each in ids:
            await application.ask("POST", f"{SITE}/comments/{each}/decisions", {"decision": "spam"})


async def test_an_administrators_release_and_a_decision_at_once_harm_each_other_never(
    application: Application,
) -> None:
    holder = await moderator(application)
    for _ in range(ROUNDS):
        (comment_id,) = await submitted(application, 1)
        await holder.claim()
        freed, decided = await asyncio.gather(
            application.ask("DELETE", f"{SITE}/claims/{comment_id}"), holder.decide(comment_id)
        )
        assert (freed.status, decided) == (204, 200)
        assert await claims_shown(application) == []
        full = await (await application.ask("GET", f"{SITE}/comments/{comment_id}")).json()
        assert (full["state"], full["revision"], full["claim"]) == ("published", 2, None)


# What a process that died has left


async def ended(application: Application) -> None:
    async with asyncio.timeout(30):
        while await claims_shown(application):
            await asyncio.sleep(0.02)


async def test_what_a_process_left_that_died_while_it_revoked_is_ended_by_another(application: Application) -> None:
    gone = await moderator(application)
    ids = await submitted(application, 2)
    await gone.claim()
    desk = application.client.app[DESK]
    await tokens.remove(desk.link, gone.token_id, actor="t-chief", now_ms=desk.now_ms())
    await ended(application)
    assert sorted(await released(application)) == [(each, "t-chief", gone.member_id) for each in ids]


async def test_a_token_is_revoked_though_its_site_is_away_and_its_claims_end_later(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = await moderator(application)
    await submitted(application, 2)
    await gone.claim()
    desk = application.client.app[DESK]
    queue = desk.queue

    async def is_away(*_: object, **__: object) -> None:
        raise StoreUnavailableError("this part is away")

    with monkeypatch.context() as patched:
        patched.setattr(type(queue), "release_all", is_away)
        await revoke_token(desk, gone.token_id, actor="admin")
        assert (await application.ask("GET", f"{SITE}/queue", token=gone.token)).status == 401
        assert len(await claims_shown(application)) == 2
    await ended(application)


async def test_every_site_is_looked_at_though_one_is_away(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other"})
    gone = await moderator(application, "admin")
    await submitted(application, 1, "/v1/sites/other")
    await gone.claim(site="/v1/sites/other")
    desk: Desk = application.client.app[DESK]
    release_all = type(desk.queue).release_all

    async def is_away_for_one(queue: Any, site: str, *given: Any, **more: Any) -> None:
        if site == "default":
            raise StoreUnavailableError("this part is away")
        await release_all(queue, site, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(type(desk.queue), "release_all", is_away_for_one)
        await revoke(application, gone.token_id)
        assert await claims_shown(application, "/v1/sites/other") == []
