"""A store of format 1 is served from the first moment, as one that is upgraded is; whatever is killed, and however many
services are on it."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from service.domain.replay import Replay
from service.link.link import Link
from service.store import keys
from service.upkeep import doctor, installation, upgrade
from service.upkeep.installation import FORMAT, StoredFormats
from service.vault import Vault
from tests.api.client import NOTHING, Api, submission
from tests.servers import RedisServer, ServiceProcess, client_of, wait_until
from tests.upkeep.backup.content import SECRET, nothing
from tests.upkeep.upgrade import format_1
from tests.upkeep.upgrade.told import COMMENTS, check_told

VAULT = Vault(SECRET)
SITE = "/v1/sites/default"
KEY = "kept by the version before"
NEW_COMMENT = submission(name="Late", email="late@example.org", body="Written while the store is upgraded.")
NEW_ID = re.compile(r'"comment_id":"(?!06h0alateu)\w+"')


def id_of(number: int) -> str:
    return str(format_1.shown(number)["comment_id"])


def calls() -> Iterator[tuple[str, str, Any, str | None]]:
    """What is asked, in order: method, path, content and Idempotency-Key; each comment is in a state of its own."""
    thread = f"{SITE}/threads/article:%20"
    for order in ("oldest", "newest", "riskiest", "uncertain"):
        yield "GET", f"{SITE}/queue?limit=7&order={order}", NOTHING, None
        yield "GET", f"{SITE}/queue?limit=3&order={order}&thread=article:%200", NOTHING, None
    for number in range(3):
        yield "GET", f"{thread}{number}/comments?limit=3", NOTHING, None
        for order in ("newest", "published"):
            yield "GET", f"{thread}{number}/comments?limit=3&order={order}", NOTHING, None
        yield "GET", f"{thread}{number}", NOTHING, None
    yield "GET", f"{SITE}/counts?thread=article:%200&thread=article:%201", NOTHING, None
    yield "POST", f"{SITE}/claims", {"limit": 4}, "claim"
    yield "POST", f"{SITE}/claims", {"limit": 4}, "claim"
    yield "DELETE", f"{SITE}/claims/{id_of(4)}", NOTHING, None
    for number, decision in ((0, "approve"), (1, "reject"), (2, "spam"), (3, "approve"), (8, "spam"), (8, "spam")):
        yield "POST", f"{SITE}/comments/{id_of(number)}/decisions", {"decision": decision}, None
    for number in (0, 3, 6, 7, 1, 5):
        yield "POST", f"{SITE}/comments/{id_of(number)}/undo", NOTHING, None
    yield "POST", f"{SITE}/decisions", {"decisions": [{"comment_id": id_of(16), "decision": "approve"}]}, "many"
    yield "POST", f"{SITE}/comments/{id_of(20)}/decisions", {"decision": "spam", "revision": 9}, None
    yield from kept_calls()
    yield "POST", f"{thread}0/comments", NEW_COMMENT | {"parent_id": id_of(9)}, "new"
    yield "POST", f"{thread}0/comments", NEW_COMMENT | {"parent_id": id_of(9)}, "new"
    yield "POST", f"{thread}0/comments", NEW_COMMENT | {"parent_id": id_of(12)}, None
    for number in range(COMMENTS):
        yield "GET", f"{SITE}/comments/{id_of(number)}", NOTHING, None
    for number in (0, 1, COMMENTS - 1):
        yield "POST", f"{SITE}/receipts", {"receipt": VAULT.receipt("default", id_of(number))}, None
    yield "GET", f"{SITE}/comments/06h0alateu999999", NOTHING, None
    yield "DELETE", f"{SITE}/claims", NOTHING, None


def kept_calls() -> Iterator[tuple[str, str, Any, str | None]]:
    """Of both the version before kept the answer; the third has another body."""
    thread = f"{SITE}/threads/article:%200/comments"
    yield "POST", thread, NEW_COMMENT, KEY
    yield "POST", f"{SITE}/comments/{id_of(2)}/decisions", {"decision": "approve"}, KEY
    yield "POST", thread, NEW_COMMENT | {"body": "Another one."}, KEY


async def keep_answers(link: Link) -> None:
    (submitted, decided) = (
        Replay(VAULT.digest("admin", path, KEY), hashlib.sha256(json.dumps(content).encode()).hexdigest())
        for _, path, content, _ in list(kept_calls())[:2]
    )
    await format_1.keep_submission(link, submitted)
    await format_1.keep_decision(link, decided)


def answers(service: ServiceProcess) -> list[tuple[str, int, str]]:
    """What all calls are answered, page after page, without times of today and new ids."""
    api = Api(service.url, service.admin_token)
    found: list[tuple[str, int, str]] = []
    for method, path, content, key in calls():
        reply = api.ask(method, path, content, headers={"Idempotency-Key": key} if key else None)
        found.append((f"{method} {path} {content}", reply.status, without_today(reply.body)))
        while reply.status == 200 and (cursor := reply.json.get("next_cursor")):
            reply = api.get(f"{path}&cursor={cursor}")
            found.append((f"{path} {cursor}", reply.status, without_today(reply.body)))
    return found


def without_today(body: bytes) -> str:
    told = re.sub(r'"(oldest_age_seconds|request_id)":("\w+"|\d+)', r'"\1":0', body.decode())
    told = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", lambda at: at[0] if at[0] < "2026-11-25" else "now", told)
    return NEW_ID.sub('"comment_id":"new"', re.sub(r'"author_id":"\w+"', '"author_id":"random"', told))


def service_of(make_service: Callable[..., ServiceProcess], server: RedisServer) -> ServiceProcess:
    return make_service(redis_url=server.url, settings={"COMMENTDESK_SECRET_KEY": SECRET})


def upgrade_of(service: ServiceProcess) -> str | None:
    """What `/readyz` tells of the upgrade; None when none is under way."""
    reply = Api(service.url, service.admin_token).get("/readyz")
    assert reply.status == 200, reply.body
    told: str | None = reply.json["checks"].get("upgrade")
    return told


def wait_upgraded(service: ServiceProcess) -> None:
    wait_until(lambda: upgrade_of(service) is None, "the upgrade to end", 60)
    wait_until(lambda: "store_upgrading" not in service.said() or "store_upgraded" in service.said(), "its log", 10)


def ratio(service: ServiceProcess) -> float:
    text = Api(service.url, service.admin_token).get("/metrics").body.decode()
    found = re.search(r"^commentdesk_upgrade_ratio (\S+)$", text, re.MULTILINE)
    assert found
    return float(found[1])


async def test_every_call_is_answered_as_of_an_upgraded_store(
    link: Link, every_redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    """Somebody holds the lease, so that nothing is rewritten but what is asked for."""
    told = []
    for is_upgraded in (True, False):
        every_redis_server.flush()
        await format_1.fill(link, VAULT, COMMENTS)
        await keep_answers(link)
        if is_upgraded:
            await upgrade.upgrade(link, nothing)
        await link.call("SET", keys.UPGRADING, "somebody", "PX", 60_000)
        service = service_of(make_service, every_redis_server)
        service.start()
        assert (upgrade_of(service) is None) == is_upgraded
        told.append(await asyncio.to_thread(answers, service))
        await link.call("DEL", keys.UPGRADING)
        wait_upgraded(service)
        service.stop()
        assert "Traceback" not in service.said()
        assert (await doctor.examine(link, nothing)).faults == []
    for upgraded, mixed in zip(*told, strict=True):
        assert mixed == upgraded
    assert {status for _, status, _ in told[0]} == {200, 201, 202, 204, 404, 409, 422} - {201}


async def test_two_services_tell_what_was_told(
    link: Link, every_redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    await format_1.fill(link, VAULT, COMMENTS)
    services = [service_of(make_service, every_redis_server) for _ in range(2)]
    for each in services:
        each.spawn()
    for each in services:
        each.wait_ready()
        check_told(each, COMMENTS)
    for each in services:
        wait_upgraded(each)
        check_told(each, COMMENTS)
    assert (await doctor.examine(link, nothing)).faults == []
    with client_of(every_redis_server.url) as client:
        assert client.exists(keys.UPGRADING) == client.exists(keys.UPGRADE) == 0


async def test_killed_in_the_middle_again_and_again_it_is_served_and_goes_on(
    one_link: Link, redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    many = 1500
    await format_1.fill(one_link, VAULT, many)
    service = service_of(make_service, redis_server)
    with client_of(redis_server.url) as client:
        names = list(client.scan_iter("cd:{default}:comment:*"))

        def older() -> int:
            return sum(bool(client.hexists(name, "private")) for name in names)

        def is_under(count: int) -> bool:
            return older() < count

        left = many
        for _ in range(2):
            service.start()
            check_told(service, many)
            wait_until(partial(is_under, left), "the upgrade to go on", 60)
            service.kill()
            left = older()
            assert 0 < left < many
            assert client.hmget(keys.INSTALLATION, "format", "upgrading_from") == [b"%d" % FORMAT, b"1"]
    service.start()
    wait_upgraded(service)
    check_told(service, many)
    assert (await doctor.examine(one_link, nothing)).faults == []


async def test_those_who_watch_are_told_how_far_it_is(
    one_link: Link, redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    await format_1.fill(one_link, VAULT, 8)
    await one_link.call("SET", keys.UPGRADING, "somebody", "PX", 60_000)
    await one_link.call("HSET", keys.UPGRADE, "looked_at", 25, "total", 100)
    service = service_of(make_service, redis_server)
    service.start()
    assert upgrade_of(service) == "older formats are rewritten: 25 of 100 keys were looked at"
    assert ratio(service) == 0.25
    assert await installation.read_formats(one_link) == StoredFormats(FORMAT, 1)
    await one_link.call("DEL", keys.UPGRADING)
    wait_upgraded(service)
    assert ratio(service) == 1
    assert await installation.read_formats(one_link) == StoredFormats(FORMAT, FORMAT)


async def test_a_process_refuses_a_store_that_a_newer_one_upgrades(
    one_link: Link, redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    service = service_of(make_service, redis_server)
    service.start()
    anyone = Api(service.url)
    await one_link.call("HSET", keys.INSTALLATION, "format", FORMAT + 1, "upgrading_from", FORMAT)
    await one_link.call("XADD", keys.CHANGES, "*", "member", "format")
    wait_until(lambda: anyone.get(f"{SITE}/threads/a/comments").status == 503, "it to refuse", 5)
    before = client_content(redis_server)
    api = Api(service.url, service.admin_token)
    for refused in (
        api.post(f"{SITE}/threads/a/comments", NEW_COMMENT),
        api.get(f"{SITE}/queue"),
        api.post(f"{SITE}/claims", {}),
    ):
        refused.refuses(503, "store_unavailable")
    reply = Api(service.url, service.admin_token).get("/readyz")
    assert reply.status == 503
    assert reply.json["checks"]["registry"] == (
        f"This store has format {FORMAT + 1}; this version of commentdesk reads {FORMAT}."
    )
    assert client_content(redis_server) == before


def client_content(server: RedisServer) -> set[bytes]:
    with client_of(server.url) as client:
        return set(client.scan_iter())
