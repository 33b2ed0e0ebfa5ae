"""What lies in a store of format 1 becomes what is written now, whatever interrupts it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.domain.event import EventKind
from service.domain.policy import Policy
from service.domain.replay import NO_REPLAY, Replay
from service.errors import BackupError, CommentNotFoundError, RepairError, RotationError
from service.link.link import Link
from service.store import format_1, json_records, keys
from service.store.json_records import Change
from service.store.sites import pack_site
from service.store.upgrade_progress import UpgradeProgress, read_progress
from service.upkeep import backup, doctor, installation, lease, processes, rotation, upgrade
from service.upkeep.installation import FORMAT, StoredFormats
from service.upkeep.processes import Presence
from service.vault import Vault
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, SITE, Store, new_comment
from tests.store.recount import recount
from tests.upkeep.backup.content import SECRET, everything, nothing, restore
from tests.upkeep.upgrade import format_1 as older
from tests.upkeep.upgrade.told import COMMENTS

VAULT = Vault(SECRET)


class CutOffError(Exception):
    """What a kill is to the process."""


def cut_off_after(steps: int) -> Callable[[UpgradeProgress], None]:
    left = iter(range(steps))

    def on_progress(_: UpgradeProgress) -> None:
        if next(left, None) is None:
            raise CutOffError

    return on_progress


async def check_upgraded(link: Link, server: RedisServer) -> None:
    assert await installation.read_formats(link) == StoredFormats(FORMAT, FORMAT)
    assert await read_progress(link) is None
    assert (await doctor.examine(link, nothing)).faults == []
    with client_of(server.url) as client:
        assert len(recount(client).comments) == COMMENTS


async def test_cut_off_after_each_step_it_goes_on(
    link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.upkeep.instant.KEYS_A_STEP", 20)
    await older.fill(link, VAULT, COMMENTS)
    for steps in range(100):
        try:
            await upgrade.upgrade(link, cut_off_after(steps))
            break
        except CutOffError:
            assert await installation.read_formats(link) == StoredFormats(FORMAT, 1)
            assert await read_progress(link) is not None
    assert steps > 3
    await check_upgraded(link, every_redis_server)


async def test_two_at_once_do_no_harm(
    link: Link, writers_link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though each believes that the lease is its own."""
    await older.fill(link, VAULT, COMMENTS)

    async def held(*_: Any) -> bool:
        return True

    monkeypatch.setattr(lease, "hold", held)
    await asyncio.gather(*(upgrade.upgrade(each, nothing) for each in (link, writers_link)))
    await check_upgraded(link, every_redis_server)


async def test_a_dead_ones_lease_ends(one_link: Link) -> None:
    await older.fill(one_link, VAULT, 4)
    await one_link.call("SET", keys.UPGRADING, "1", "PX", 300)
    await upgrade.upgrade(one_link, nothing)
    assert await installation.read_formats(one_link) == StoredFormats(FORMAT, FORMAT)
    assert await one_link.call("EXISTS", keys.UPGRADING) == 0


async def test_another_pass_follows_when_a_process_may_still_write_the_older_format(one_link: Link) -> None:
    """It was told to refuse the store, and finished what it was at."""
    await older.fill(one_link, VAULT, 4)
    await processes.announce(one_link, "older", Presence([VAULT.check], VAULT.check, FORMAT - 1))
    looked = asyncio.Event()
    upgrading = asyncio.create_task(upgrade.upgrade(one_link, lambda _: looked.set()))
    await asyncio.wait_for(looked.wait(), 10)
    while (await read_progress(one_link) or UpgradeProgress(0, 1)).looked_at == 0:
        await asyncio.sleep(0.01)
    await older.write(one_link, VAULT, range(4, 8))
    assert (await installation.read_formats(one_link)).oldest == 1
    await processes.leave(one_link, "older")
    await upgrading
    names = await one_link.call("KEYS", "cd:{default}:comment:*")
    assert len(names) == 8
    assert await format_1.find(one_link, names) == []


async def test_a_process_that_does_not_tell_its_format_writes_the_third(one_link: Link) -> None:
    """As those do that were the first to be listed."""
    await one_link.call("SET", keys.process("one"), b'{"known":["a"],"in_force":"a"}')
    assert await processes.list_all(one_link) == [Presence(["a"], "a", 3)]


async def test_a_decision_of_an_older_process_in_between_is_kept(
    one_link: Link, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came after the comment was read to be rewritten, and before it was written."""
    await older.fill(one_link, VAULT, 1)
    comment_id = older.shown(0)["comment_id"]
    name = keys.comment("default", comment_id)
    rewritten = format_1.of_format_2
    late = iter([{"revision": 2, "state": "spam"}])

    def of_format_2(*read: Any) -> Any:
        for changes in late:
            with client_of(redis_server.url) as client:
                client.hset(name, mapping=changes)
        return rewritten(*read)

    monkeypatch.setattr(format_1, "of_format_2", of_format_2)
    assert await format_1.rewrite_comment(one_link, "default", comment_id)
    assert await format_1.find(one_link, [name.encode()]) == []
    stored = await Store(one_link).read(comment_id)
    assert (stored.state, stored.revision) == ("spam", 2)


async def test_a_damaged_comment_is_left_and_the_others_are_upgraded(
    link: Link, every_redis_server: RedisServer
) -> None:
    await older.fill(link, VAULT, 8)
    damaged, whole = (older.shown(number)["comment_id"] for number in (0, 4))
    await link.call("HSET", keys.comment("default", damaged), "private", "{")
    with pytest.raises(CommentNotFoundError):
        await Store(link).read(damaged)
    assert await Store(link).queued() == [whole]
    await upgrade.upgrade(link, nothing)
    report = await doctor.examine(link, nothing)
    assert {fault.subject for fault in report.faults if fault.check == "record"} == {damaged}
    assert not [fault for fault in report.faults if fault.check == "orphan"]


async def test_a_newer_upgrade_that_began_meanwhile_is_not_ended(one_link: Link) -> None:
    await older.fill(one_link, VAULT, 4)
    await installation.begin_upgrade(one_link)
    await one_link.call("HSET", keys.INSTALLATION, "format", FORMAT + 1)
    await installation.end_upgrade(one_link, 1)
    assert await installation.read_formats(one_link) == StoredFormats(FORMAT + 1, 1)
    await installation.begin_upgrade(one_link)
    assert await installation.read_formats(one_link) == StoredFormats(FORMAT + 1, 1), "nobody goes back"


async def test_a_store_whose_upgrade_was_cut_off_is_upgraded_from_the_oldest(
    one_link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    await older.fill(one_link, VAULT, 4)
    monkeypatch.setattr(installation, "FORMAT", 2)
    await installation.begin_upgrade(one_link)
    monkeypatch.undo()
    await installation.begin_upgrade(one_link)
    assert await installation.read_formats(one_link) == StoredFormats(FORMAT, 1)


async def test_an_older_backup_is_restored_and_upgraded(
    link: Link, other_link: Link, other_server: RedisServer, every_redis_server: RedisServer, tmp_path: Path
) -> None:
    await older.fill(link, VAULT, COMMENTS)
    header, _ = await backup.back_up(link, VAULT, tmp_path / "file", "0.1.0", nothing)
    assert header.store_format == 1
    await restore(other_link, tmp_path / "file", now_ms=NOW)
    for each in (link, other_link):
        await upgrade.upgrade(each, nothing)
    assert lasting(everything(other_server.url)) == lasting(everything(every_redis_server.url))
    await check_upgraded(other_link, other_server)


async def test_a_backup_of_a_store_under_upgrade_is_restored_and_upgraded(
    link: Link,
    other_link: Link,
    other_server: RedisServer,
    every_redis_server: RedisServer,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.upkeep.instant.KEYS_A_STEP", 20)
    await older.fill(link, VAULT, COMMENTS)
    with pytest.raises(CutOffError):
        await upgrade.upgrade(link, cut_off_after(3))
    header, _ = await backup.back_up(link, VAULT, tmp_path / "file", "0.2.0", nothing)
    assert header.store_format == 1
    await restore(other_link, tmp_path / "file", now_ms=NOW)
    assert await installation.read_formats(other_link) == StoredFormats(FORMAT, 1)
    for each in (link, other_link):
        await upgrade.upgrade(each, nothing)
    assert lasting(everything(other_server.url)) == lasting(everything(every_redis_server.url))
    await check_upgraded(other_link, other_server)


async def test_a_backup_that_is_made_while_keys_are_rewritten_is_of_one_instant(
    link: Link,
    writers_link: Link,
    other_link: Link,
    other_server: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upgrade, "KEYS_A_STEP", 1)
    await older.fill(link, VAULT, COMMENTS)
    upgrading = asyncio.create_task(upgrade.upgrade(writers_link, nothing))
    await backup.back_up(link, VAULT, tmp_path / "file", "0.2.0", nothing)
    await upgrading
    await restore(other_link, tmp_path / "file", now_ms=NOW)
    await upgrade.upgrade(other_link, nothing)
    await check_upgraded(other_link, other_server)


async def test_a_backup_of_a_store_that_a_newer_version_upgrades_is_refused(one_link: Link, tmp_path: Path) -> None:
    await older.fill(one_link, VAULT, 4)
    await one_link.call("HSET", keys.INSTALLATION, "format", FORMAT + 1, "upgrading_from", 1)
    await backup.back_up(one_link, VAULT, tmp_path / "file", "9.9", nothing)
    with pytest.raises(BackupError, match=f"holds a store of format {FORMAT + 1}, of commentdesk 9.9"):
        await restore(one_link, tmp_path / "file", now_ms=NOW)


def lasting(store: dict[bytes, tuple[bytes, int, Any]]) -> dict[bytes, tuple[bytes, Any]]:
    """But for times, and for what tells of the running store alone."""
    passing = {keys.CHANGES.encode()}
    return {name: (kind, content) for name, (kind, _, content) in store.items() if name not in passing}


async def test_what_was_remembered_is_still_known(link: Link) -> None:
    """Before it was rewritten, and after."""
    for is_rewritten in (False, True):
        await link.call_each("FLUSHALL")
        await older.fill(link, VAULT, 4)
        await installation.begin_upgrade(link)
        if is_rewritten:
            await upgrade.upgrade(link, nothing)
        answers = {name: Replay(name, older.FINGERPRINT) for name in ("submitted", "decided")}
        store, was = Store(link), [older.shown(number) for number in range(4)]
        repeat = f"{1:032d}"
        assert (await store.submit(new_comment(repeat=repeat))).comment_id == was[1]["comment_id"]
        assert 70_000_000 < await link.call("PTTL", keys.repeat("default", repeat)) <= 80_000_000
        assert (await store.submit(new_comment(), answers["submitted"])).comment_id == was[0]["comment_id"]
        decided = await store.decide(was[2]["comment_id"], "spam", replay=answers["decided"])
        assert decided == await store.read(was[2]["comment_id"])
        assert decided.state == "published"


async def test_sites_of_format_2_go_on_without_a_limit_of_strangers(link: Link) -> None:
    await link.call("HSET", keys.INSTALLATION, "format", 2, "secret_check", VAULT.check)
    record = pack_site(SITE)
    record["policy"] = {name: value for name, value in record["policy"].items() if "stranger" not in name}
    change = Change(EventKind.SITE_CREATED, "root", NOW)
    await json_records.create(link, keys.SITES, "default", record, change=change, replay=NO_REPLAY)
    await upgrade.upgrade(link, nothing)
    policy = (await json_records.read_all(link, keys.SITES))["default"]["policy"]
    assert (policy["stranger_rate_per_minute"], policy["stranger_burst"]) == (None, Policy().stranger_rate.burst)


async def test_doctor_and_rotation_leave_an_older_store_alone(link: Link) -> None:
    await older.fill(link, VAULT, 4)
    with pytest.raises(RepairError, match="This store has format 1"):
        await doctor.examine(link, nothing)
    with pytest.raises(RotationError, match="what is of format 1"):
        await rotation.is_begun(link, VAULT)
    await installation.begin_upgrade(link)
    with pytest.raises(RepairError, match=f"is being upgraded from format 1 to {FORMAT}"):
        await doctor.examine(link, nothing)
    with pytest.raises(RotationError, match="what is of format 1"):
        await rotation.is_begun(link, VAULT)
