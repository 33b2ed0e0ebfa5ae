"""A store of format 1 becomes one of ours, whatever interrupts it, and the API tells of it what it told before."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.domain.replay import Replay
from service.errors import RepairError
from service.link.link import Link
from service.store import keys
from service.upkeep import backup, doctor, installation, upgrade
from service.vault import Vault
from tests.servers import RedisServer, ServiceProcess, client_of, wait_until
from tests.store.desk import NOW, Store, new_comment
from tests.store.recount import recount
from tests.upkeep.backup import format_1
from tests.upkeep.backup.content import SECRET, everything, restore

VAULT = Vault(SECRET)
COMMENTS = 60


class CutOffError(Exception):
    """What a kill is to the process."""


def nothing(_: int) -> None:
    pass


async def nothing_async(_: int) -> None:
    pass


def ask(service: ServiceProcess, path: str) -> dict[str, Any]:
    request = urllib.request.Request(service.url + path, headers={"Authorization": f"Bearer {service.admin_token}"})
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def refusal(service: ServiceProcess, path: str) -> dict[str, Any]:
    """What a 503 says."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(service, path)
    with refused.value as answer:
        assert answer.code == 503
        told: dict[str, Any] = json.loads(answer.read())
        return told


def ms(rfc3339: str | None) -> int | None:
    return round(datetime.fromisoformat(rfc3339).timestamp() * 1000) if rfc3339 else None


def check_told(service: ServiceProcess, count: int) -> None:
    """Comments, a thread and the queue as the API of the older version told them."""
    shown = [format_1.shown(number) for number in range(count)]
    for was in shown[:: 1 + count // 100]:
        told = ask(service, f"/v1/sites/default/comments/{was['comment_id']}")
        told.pop("author")
        told |= {name: ms(told[name]) for name in ("submitted_at", "published_at")}
        told["history"] = [act | {"at": ms(act["at"])} for act in told["history"]]
        assert told == was
    thread = "article: 0"
    page = ask(service, "/v1/sites/default/threads/article:%200/comments?limit=200")
    names = ("comment_id", "parent_id", "name", "website", "body")
    published = [was for was in shown if was["published_at"] and was["thread"] == thread]
    assert [{name: each[name] for name in names} for each in page["comments"]] == [
        {name: was[name] for name in names} for was in sorted(published, key=lambda was: was["published_at"])[:200]
    ]
    queued = ask(service, "/v1/sites/default/queue?limit=200")["comments"]
    assert [each["comment_id"] for each in queued] == [was["comment_id"] for was in shown if was["state"] == "held"][
        :200
    ]


async def check_upgraded(link: Link, server: RedisServer) -> None:
    assert (await doctor.examine(link, nothing)).faults == []
    with client_of(server.url) as client:
        assert len(recount(client).comments) == COMMENTS


def service_of(make_service: Callable[..., ServiceProcess], server: RedisServer) -> ServiceProcess:
    return make_service(redis_url=server.url, settings={"COMMENTDESK_SECRET_KEY": SECRET})


async def test_the_api_tells_what_it_told(
    link: Link, every_redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    await format_1.fill(link, VAULT, COMMENTS)
    services = [service_of(make_service, every_redis_server) for _ in range(2)]
    for each in services:
        each.spawn()
    for each in services:
        each.wait_ready()
        check_told(each, COMMENTS)
    await check_upgraded(link, every_redis_server)
    assert sum("upgrading" in name.decode() for name in everything(every_redis_server.url)) == 0


async def test_a_kill_in_the_middle_does_no_harm(
    one_link: Link, redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    many = 1500
    await format_1.fill(one_link, VAULT, many)
    service = service_of(make_service, redis_server)
    with client_of(redis_server.url) as client:
        names = list(client.scan_iter("cd:{default}:comment:*"))
        service.spawn()
        # In the order of a scan, so that the first is upgraded among the first.
        wait_until(lambda: not client.hexists(names[0], "private"), "the upgrade to begin", 60)
        service.kill()
        old = sum(bool(client.hexists(name, "private")) for name in names)
        assert 0 < old < many
        assert client.hget(keys.INSTALLATION, "format") == b"1"
    service.start()
    assert "store_upgraded" in service.said()
    check_told(service, many)
    assert (await doctor.examine(one_link, nothing)).faults == []


async def test_readiness_tells_of_an_upgrade_until_it_is_done(
    one_link: Link, redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    """Somebody else holds the lease, and never comes back."""
    await format_1.fill(one_link, VAULT, 8)
    await one_link.call("SET", keys.UPGRADING, "1", "PX", 60_000)
    service = service_of(make_service, redis_server)
    service.spawn()
    service.url = str(wait_until(service._read_address, "the service to listen", 30))

    wait_until(lambda: refusal(service, "/readyz")["checks"]["registry"].startswith("the store is being up"), "it", 10)
    assert (
        refusal(service, "/readyz")["checks"]["registry"]
        == f"the store is being upgraded to format {installation.FORMAT}"
    )
    assert refusal(service, "/v1/sites/default/queue")["status"] == 503
    assert await one_link.call("HGET", keys.INSTALLATION, "format") == b"1"
    await one_link.call("DEL", keys.UPGRADING)
    service.wait_ready()
    check_told(service, 8)


async def test_cut_off_after_each_step_it_goes_on(
    link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.upkeep.instant.KEYS_A_STEP", 20)
    await format_1.fill(link, VAULT, COMMENTS)
    for steps in range(100):
        left = iter(range(steps))

        async def told(_: int, left: Any = left) -> None:
            if next(left, None) is None:
                raise CutOffError

        try:
            await upgrade.from_format_1(link, told)
            break
        except CutOffError:
            assert await installation.read_format(link) == 1
    assert steps > 3
    await installation.upgrade(link, nothing)
    await check_upgraded(link, every_redis_server)


async def test_two_at_once_do_no_harm(link: Link, writers_link: Link, every_redis_server: RedisServer) -> None:
    await format_1.fill(link, VAULT, COMMENTS)
    await asyncio.gather(*(upgrade.from_format_1(each, nothing_async) for each in (link, writers_link)))
    await installation.upgrade(link, nothing)
    await check_upgraded(link, every_redis_server)


async def test_a_dead_ones_lease_ends(one_link: Link) -> None:
    await format_1.fill(one_link, VAULT, 4)
    await one_link.call("SET", keys.UPGRADING, "1", "PX", 300)
    await installation.upgrade(one_link, nothing)
    assert await installation.read_format(one_link) == installation.FORMAT


async def test_an_older_backup_is_restored_and_upgraded(
    link: Link, other_link: Link, other_server: RedisServer, every_redis_server: RedisServer, tmp_path: Path
) -> None:
    await format_1.fill(link, VAULT, COMMENTS)
    header, _ = await backup.back_up(link, VAULT, tmp_path / "file", "0.1.0", nothing)
    assert header.store_format == 1
    await restore(other_link, tmp_path / "file", now_ms=NOW)
    for each in (link, other_link):
        await installation.upgrade(each, nothing)
    assert without_times(everything(other_server.url)) == without_times(everything(every_redis_server.url))
    await check_upgraded(other_link, other_server)


def without_times(store: dict[bytes, tuple[bytes, int, Any]]) -> dict[bytes, tuple[bytes, Any]]:
    return {name: (kind, content) for name, (kind, _, content) in store.items()}


async def test_what_was_remembered_is_still_known(link: Link) -> None:
    await format_1.fill(link, VAULT, 4)
    answers = {name: Replay(name, format_1.FINGERPRINT) for name in ("submitted", "decided")}
    await installation.upgrade(link, nothing)
    store, was = Store(link), [format_1.shown(number) for number in range(4)]
    repeat = f"{1:032d}"
    assert 70_000_000 < await link.call("PTTL", keys.repeat("default", repeat)) <= 80_000_000
    assert (await store.submit(new_comment(repeat=repeat))).comment_id == was[1]["comment_id"]
    assert (await store.submit(new_comment(), answers["submitted"])).comment_id == was[0]["comment_id"]
    decided = await store.decide(was[2]["comment_id"], "spam", replay=answers["decided"])
    read = await store.read(was[2]["comment_id"])
    assert decided == read
    assert decided.state == "published"


async def test_the_doctor_leaves_an_older_store_alone(link: Link) -> None:
    await format_1.fill(link, VAULT, 4)
    with pytest.raises(RepairError, match="This store has format 1"):
        await doctor.examine(link, nothing)
