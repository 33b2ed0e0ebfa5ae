"""Versions of a policy over HTTP: who changed what, and back again."""

import asyncio
from typing import Any

import orjson
import pytest

from service.store import keys
from tests.application.conftest import Application
from tests.servers import RedisServer, client_of

POLICY = "/v1/sites/default/policy"
VERSIONS = f"{POLICY}/versions"
RULE = {"name": "river", "when": {"words": {"phrases": ["river"]}}, "action": "hold"}
KEPT = 100


async def read(application: Application, path: str = POLICY) -> dict[str, Any]:
    answer = await application.ask("GET", path)
    found: dict[str, Any] = await answer.json()
    assert answer.status == 200, found
    return found


async def change(application: Application, token: str = "", **fields: object) -> dict[str, Any]:
    asked = application.ask("PATCH", POLICY, fields, token=token) if token else application.ask("PATCH", POLICY, fields)
    answer = await asked
    assert answer.status == 200, await answer.text()
    changed: dict[str, Any] = await answer.json()
    return changed


async def restore(application: Application, version: object) -> tuple[int, dict[str, Any]]:
    answer = await application.ask("POST", f"{VERSIONS}/{version}/restore", {})
    return answer.status, await answer.json()


async def test_a_site_begins_with_version_one(application: Application) -> None:
    assert (await read(application))["version"] == 1
    (first,) = (await read(application, VERSIONS))["versions"]
    assert (first["version"], first["member_id"], first["changed"], first["restored"]) == (1, None, [], None)
    assert await read(application, f"{VERSIONS}/1") == await read(application)


async def test_each_change_is_a_version_with_who_made_it_and_what_it_changed(application: Application) -> None:
    before = await read(application)
    operator = await application.token("operator")
    assert (await change(application, operator, mode="auto", publish_below=0.01))["version"] == 2
    assert (await change(application, rules=[RULE]))["version"] == 3
    assert (await change(application, rules=[RULE]))["version"] == 3
    third, second, first = (await read(application, VERSIONS))["versions"]
    assert (third["version"], third["name"], third["changed"]) == (3, "administrator", ["rules"])
    assert (second["version"], second["name"], second["changed"]) == (2, "operator", ["mode", "publish_below"])
    assert (first["version"], first["name"]) == (1, None)
    assert second["at"] <= third["at"]
    assert await read(application, f"{VERSIONS}/1") == before
    assert await read(application, f"{VERSIONS}/2") == before | {"version": 2, "mode": "auto", "publish_below": 0.01}
    assert await read(application, f"{VERSIONS}/3") == await read(application)


async def test_an_older_version_becomes_the_newest(application: Application, one_server: RedisServer) -> None:
    await change(application, rules=[RULE])
    await change(application, rules=[], mode="auto")
    status, restored = await restore(application, 2)
    assert (status, restored["version"], restored["mode"], restored["rules"]) == (200, 4, "premoderate", [RULE])
    assert await read(application) == restored
    newest, *_ = (await read(application, VERSIONS))["versions"]
    assert (newest["restored"], newest["changed"]) == (2, ["mode", "rules"])
    assert (await restore(application, 2))[1] == restored  # what is in force already is no change
    assert (await restore(application, 4))[1] == restored
    names = {name: field.encode() for name, field in keys.EVENT_FIELDS.items()}
    with client_of(one_server.url) as client:
        told = [
            fields for _, fields in client.xrange(keys.CHANGES, "-", "+") if fields[names["kinds"]] == b"policy_changed"
        ]
    assert [orjson.loads(each[names["detail"]]) for each in told] == [
        {"version": 2},
        {"version": 3},
        {"version": 4, "restored": 2},
    ]


@pytest.mark.parametrize("version", [0, 2, 7, "x", "1e3", "٣", "0001", 10**12])
async def test_a_version_that_never_was_is_not_found(application: Application, version: object) -> None:
    status, problem = await restore(application, version)
    assert (status, problem["code"]) == (404, "policy_version_not_found")
    answer = await application.ask("GET", f"{VERSIONS}/{version}")
    assert (answer.status, (await answer.json())["code"]) == (404, "policy_version_not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_change_of_a_version_that_was_seen_is_refused_on_another(application: Application, method: str) -> None:
    assert (await application.ask(method, POLICY, {"mode": "auto", "version": 1})).status == 200
    stale = await application.ask(method, POLICY, {"mode": "postmoderate", "version": 1})
    assert (stale.status, (await stale.json())["code"]) == (409, "stale_policy")
    again = await application.ask(method, POLICY, {"mode": "auto", "version": 1})
    assert (again.status, (await again.json())["version"]) == (200, 2)  # as after a lost reply
    assert (await application.ask(method, POLICY, {"mode": "postmoderate", "version": 2})).status == 200
    bad = await application.ask(method, POLICY, {"mode": "auto", "version": 0})
    assert (bad.status, [*(await bad.json())["errors"]]) == (422, ["version"])


async def test_of_two_who_saw_the_same_version_one_is_refused(application: Application) -> None:
    modes = ("auto", "postmoderate")
    asked = [application.ask("PATCH", POLICY, {"mode": mode, "version": 1}) for mode in modes]
    assert sorted(answer.status for answer in await asyncio.gather(*asked)) == [200, 409]
    assert (await read(application))["version"] == 2


async def test_changes_at_once_are_each_a_version_and_none_is_lost(application: Application) -> None:
    fields: list[dict[str, Any]] = [
        *({"reader_burst": 7}, {"site_burst": 8}, {"stranger_burst": 9}, {"mode": "auto"}, {"publish_below": 0.01}),
    ]
    await asyncio.gather(*(change(application, **each) for each in fields))
    found = (await read(application, VERSIONS))["versions"]
    assert [each["version"] for each in found] == [6, 5, 4, 3, 2, 1]
    assert sorted(name for each in found for name in each["changed"]) == sorted(
        name for each in fields for name in each
    )
    assert (await read(application)).items() >= {k: v for each in fields for k, v in each.items()}.items()


async def test_the_newest_hundred_are_kept_and_come_in_pages(application: Application) -> None:
    for number in range(KEPT + 5):
        await change(application, reader_burst=10 + number)
    newest = KEPT + 6
    found: list[int] = []
    cursor = ""
    while True:
        page = await read(application, f"{VERSIONS}?limit=40" + (f"&cursor={cursor}" if cursor else ""))
        found += [each["version"] for each in page["versions"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert found == list(range(newest, newest - KEPT, -1))
    assert (await restore(application, newest - KEPT))[0] == 404
    assert (await restore(application, newest - KEPT + 1))[0] == 200
    assert (await application.ask("GET", f"{VERSIONS}?cursor=bm90aGluZw==")).status == 422
    assert (await application.ask("GET", f"{VERSIONS}?cursor=cG9saWN5X3ZlcnNpb246eA==")).status == 422


async def test_large_policies_are_kept_as_far_as_they_fit(application: Application, one_server: RedisServer) -> None:
    """Of what cannot be compressed a few versions are kept; the newest always."""
    versions = keys.policy_versions("default")
    await change(application, mode="auto")
    with client_of(one_server.url) as client:
        client.hset(versions, "1.policy", b"x" * (9 << 20))
        await change(application, mode="postmoderate")
        assert not client.hexists(versions, "1")
    assert [each["version"] for each in (await read(application, VERSIONS))["versions"]] == [3, 2]


async def test_a_lost_reply_to_a_restore_comes_again(application: Application) -> None:
    await change(application, mode="auto")
    headers = {"Authorization": f"Bearer {await application.token('operator')}", "Idempotency-Key": "k"}

    async def once() -> dict[str, Any]:
        answer = await application.client.post(f"{VERSIONS}/1/restore", json={}, headers=headers)
        told: dict[str, Any] = await answer.json()
        return told

    first = await once()
    await change(application, mode="postmoderate")
    assert await once() == first
    assert (await read(application))["version"] == 4


async def test_what_a_site_is_set_to_leaves_its_policy_and_version_alone(application: Application) -> None:
    await change(application, mode="auto")
    await application.ask("PATCH", "/v1/sites/default", {"title": "The News"})
    assert (await read(application))["version"] == 2


async def test_operators_alone_read_and_restore(application: Application) -> None:
    for role in ("moderator", "website"):
        token = await application.token(role)
        assert (await application.ask("GET", VERSIONS, token=token)).status == 403
        assert (await application.ask("GET", f"{VERSIONS}/1", token=token)).status == 403
        assert (await application.ask("POST", f"{VERSIONS}/1/restore", {}, token=token)).status == 403
