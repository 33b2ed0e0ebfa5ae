"""What is backed up comes back: everything, of one instant, on any kind of server."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from service.desk import clock_ms
from service.errors import BackupError, StartError, StoreUnavailableError, UnavailableError
from service.link.link import Link
from service.store import key_kinds, keys
from service.upkeep import archive, backup, changes, doctor, entries, installation, instant
from service.upkeep.entries import Entry
from tests.servers import RedisServer, client_of
from tests.store.recount import recount
from tests.upkeep.backup.content import CHECK, VAULT, Writers, everything, fill, nothing, restore


async def back_up(link: Link, server: RedisServer, path: Path) -> archive.Header:
    header, size = await backup.back_up(link, VAULT, path, "1.2.3", nothing)
    assert size == path.stat().st_size
    return header


def entries_of(path: Path) -> list[Entry]:
    with backup.checked(path, VAULT) as file:
        return list(file.entries())


@pytest.mark.parametrize("large", [entries.LARGE, 7])
async def test_everything_comes_back_on_another_kind_of_server(
    link: Link,
    every_redis_server: RedisServer,
    other_link: Link,
    other_server: RedisServer,
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    large: int,
) -> None:
    monkeypatch.setattr(entries, "LARGE", large)
    await fill(link, CHECK)
    before = everything(every_redis_server.url)
    assert {kind for kind, _, _ in before.values()} == {b"string", b"hash", b"zset", b"stream"}
    assert {expires > 0 for _, expires, _ in before.values()} == {True, False}
    header = await back_up(link, every_redis_server, tmp_path / "file")
    assert header.keys == len(before)
    assert everything(every_redis_server.url) == before, "a backup changes nothing"
    await restore(other_link, tmp_path / "file")
    assert everything(other_server.url) == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file"]


async def test_only_ours_is_backed_up_and_only_ours_is_replaced(
    link: Link, every_redis_server: RedisServer, other_link: Link, other_server: RedisServer, tmp_path: Path
) -> None:
    await fill(link, CHECK, 3)
    await link.call("SET", "somebody's", "else")
    header = await back_up(link, every_redis_server, tmp_path / "file")
    await other_link.call("SET", "another's", "too")
    await fill(other_link, CHECK, 9)
    await restore(other_link, tmp_path / "file")
    there = everything(other_server.url)
    assert len(there) == header.keys + 1
    assert there[b"another's"][2] == b"too"


@pytest.mark.timeout(300)
async def test_a_backup_under_load_is_of_one_instant(
    link: Link,
    writers_link: Link,
    every_redis_server: RedisServer,
    other_link: Link,
    other_server: RedisServer,
    *,
    tmp_path: Path,
) -> None:
    await fill(link, CHECK, 150)
    async with Writers(writers_link) as writers, Writers(writers_link, "limited") as others:
        await back_up(link, every_redis_server, tmp_path / "file")
        await writers.until(6)
        await others.until(6)
    await restore(other_link, tmp_path / "file")
    report = await doctor.examine(other_link, nothing)
    assert report.is_healthy, report.faults[:5]
    with client_of(other_server.url) as client:
        assert len(recount(client).comments) > 150
        assert recount(client, "limited").comments


async def test_one_instant_of_all_sites(
    link: Link, writers_link: Link, every_redis_server: RedisServer, other_link: Link, tmp_path: Path
) -> None:
    """Of two keys that are written in turn, neither is ever more than one step ahead."""
    await fill(link, CHECK, 100)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            for site in ("left", "right"):
                while True:
                    with suppress(UnavailableError):  # on a machine that is slow; once more does no harm
                        await writers_link.call("HSET", keys.totals(site), "ticks", ticks)
                        break
                    await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    while ticks < 10:
        await asyncio.sleep(0)
    await back_up(link, every_redis_server, tmp_path / "file")
    ticking.cancel()
    await restore(other_link, tmp_path / "file")
    left, right = [int(await other_link.call("HGET", keys.totals(site), "ticks")) for site in ("left", "right")]
    assert right <= left <= right + 1
    assert left >= 10


async def test_writers_go_on_at_once_after_they_were_held_back(
    link: Link, writers_link: Link, every_redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant, "PATIENT_ROUNDS", 0)
    monkeypatch.setattr(instant, "PAUSE_MS", 60_000)
    await fill(link, CHECK, 20)

    async def read(names: list[bytes]) -> None:
        if not told_of:
            await writers_link.call("HINCRBY", keys.totals("default"), "repeats", 1)
        told_of.append(names)

    told_of: list[list[bytes]] = []
    async with changes.Changes(link) as told:
        await instant.read_all(link, told, read, concerns=lambda _: True, on_progress=nothing)
    assert told_of[-1] == [keys.totals("default").encode()]
    async with asyncio.timeout(5):
        await writers_link.call("HINCRBY", keys.totals("default"), "repeats", 1)


async def test_changes_are_the_keys_written_since(link: Link, every_redis_server: RedisServer) -> None:
    async with changes.Changes(link) as told:
        assert await told.since_last() == set()
        await link.call("SET", "cd:{a}:x", 1)
        await link.call("SET", "other", 1)
        await link.call("SET", "cd:{a}:y", 1, "PX", 1)
        assert b"cd:{a}:x" in await told.since_last()
        await link.call("DEL", "cd:{a}:x")
        assert b"cd:{a}:x" in await told.since_last()
        with client_of(every_redis_server.url) as client:
            client.flushall()
        with pytest.raises(BackupError, match="emptied"):
            await told.since_last()


async def test_a_broken_connection_is_no_backup(
    link: Link, every_redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(link, CHECK, 3)

    async def cut(names: list[bytes]) -> None:
        await link.servers()[-1].call("CLIENT", "KILL", "TYPE", "pubsub")

    async with changes.Changes(link) as told:
        with pytest.raises(StoreUnavailableError):
            await instant.read_all(link, told, cut, concerns=lambda _: True, on_progress=nothing)
    assert list(tmp_path.iterdir()) == []


async def test_what_a_backup_would_lose_is_refused(link: Link, every_redis_server: RedisServer, tmp_path: Path) -> None:
    await fill(link, CHECK, 3)
    await link.call("XGROUP", "CREATE", keys.events("default"), "learner", "$")
    with pytest.raises(BackupError, match="consumer groups"):
        await back_up(link, every_redis_server, tmp_path / "file")
    await link.call("XGROUP", "DESTROY", keys.events("default"), "learner")
    await link.call("SADD", "cd:{default}:set", "x")
    with pytest.raises(BackupError, match="type set"):
        await back_up(link, every_redis_server, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


async def test_the_store_knows_when_it_was_last_backed_up_and_the_file_does_not(
    link: Link, every_redis_server: RedisServer, tmp_path: Path
) -> None:
    await fill(link, CHECK, 3)
    before = clock_ms()
    await back_up(link, every_redis_server, tmp_path / "first")
    noted = int(await link.call("GET", keys.BACKED_UP))
    assert before <= noted <= clock_ms()
    header = await back_up(link, every_redis_server, tmp_path / "second")
    assert header.keys == len(everything(every_redis_server.url))
    assert keys.BACKED_UP.encode() not in {each.key for each in entries_of(tmp_path / "second")}
    assert int(await link.call("GET", keys.BACKED_UP)) > noted


async def test_a_full_store_can_be_backed_up(link: Link, every_redis_server: RedisServer, tmp_path: Path) -> None:
    await fill(link, CHECK, 3)
    await link.call_each("CONFIG", "SET", "maxmemory", 1)
    try:
        header = await back_up(link, every_redis_server, tmp_path / "file")
    finally:
        await link.call_each("CONFIG", "SET", "maxmemory", 0)
    assert header.keys == len(everything(every_redis_server.url))
    assert await link.call("GET", keys.BACKED_UP) is None


async def test_an_empty_store_is_no_backup(link: Link, every_redis_server: RedisServer, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing of commentdesk"):
        await back_up(link, every_redis_server, tmp_path / "file")


async def test_what_expired_since_is_not_brought_back(
    link: Link, every_redis_server: RedisServer, other_link: Link, other_server: RedisServer, tmp_path: Path
) -> None:
    await fill(link, CHECK, 3)
    header = await back_up(link, every_redis_server, tmp_path / "file")
    a_day_later = clock_ms() + 25 * 3600 * 1000
    await restore(other_link, tmp_path / "file", now_ms=a_day_later)
    there = everything(other_server.url)
    assert {expires for _, expires, _ in there.values()} == {-1}
    assert len(there) < header.keys


async def test_half_a_restore_is_refused_until_it_is_done_again(
    link: Link, every_redis_server: RedisServer, other_link: Link, other_server: RedisServer, tmp_path: Path
) -> None:
    await fill(link, CHECK)
    await back_up(link, every_redis_server, tmp_path / "file")

    class CutError(Exception):
        pass

    def cut(_: int) -> None:
        raise CutError

    with pytest.raises(CutError):
        await restore(other_link, tmp_path / "file", cut)
    with pytest.raises(StartError, match="Run the restore again"):
        await installation.check_installation(other_link, VAULT)
    with pytest.raises(BackupError, match="not whole"):
        await back_up(other_link, other_server, tmp_path / "half")
    assert await backup.is_unfinished(other_link)
    await restore(other_link, tmp_path / "file")
    assert not await backup.is_unfinished(other_link)
    await installation.check_installation(other_link, VAULT)
    assert everything(other_server.url) == everything(every_redis_server.url)


async def test_a_restore_with_somebody_else_writing_is_unfinished(
    link: Link, every_redis_server: RedisServer, other_link: Link, tmp_path: Path
) -> None:
    await fill(link, CHECK)
    await back_up(link, every_redis_server, tmp_path / "file")
    with client_of(every_redis_server.url) as client:

        def write(_: int) -> None:
            client.set("cd:{default}:unheard", "of")

        with pytest.raises(BackupError, match="Somebody else wrote"):
            await restore(link, tmp_path / "file", write)
    assert await backup.is_unfinished(link)


async def test_emails_stay_sealed(link: Link, every_redis_server: RedisServer, tmp_path: Path) -> None:
    sealed = VAULT.seal("ada@example.org", "c1")
    await fill(link, CHECK, 3)
    await link.call("HSET", keys.comment("default", "c1"), keys.COMMENT_FIELDS["private"], sealed)
    await back_up(link, every_redis_server, tmp_path / "file")
    held = {each.key: each for each in entries_of(tmp_path / "file")}
    assert sealed in held[keys.comment("default", "c1").encode()].parts
    assert not [each for each in held.values() if any(b"ada@" in part for part in each.parts)]


def test_of_a_key_that_was_read_again_the_newest_counts(tmp_path: Path) -> None:
    spool = archive.Spool(tmp_path)
    one, two, gone = (Entry(name, b"string", -1, [b"first"]) for name in (b"one", b"two", b"gone"))
    spool.put([b"one", b"two", b"gone"], [one, two, gone])
    newer = two._replace(parts=[b"second"])
    spool.put([b"two", b"gone"], [newer])
    assert len(spool) == 2
    assert list(spool.entries()) == [one, newer]
    spool.close()


async def test_what_a_restore_would_refuse_is_told_by_the_backup(
    one_link: Link, redis_server: RedisServer, tmp_path: Path
) -> None:
    await fill(one_link, CHECK, 3)
    for command, undo in (
        (("HSET", keys.TOKENS, "odd", '{"role": "root"}'), ("HDEL", keys.TOKENS, "odd")),
        (("HSET", keys.SITES, "odd", "[]"), ("HDEL", keys.SITES, "odd")),
        (("SET", "cd:{default}:unheard", "of"), ("DEL", "cd:{default}:unheard")),
    ):
        await one_link.call(*command)
        with pytest.raises(BackupError, match=r"cannot be read by this version|no key of commentdesk"):
            await back_up(one_link, redis_server, tmp_path / "file")
        await one_link.call(*undo)
    await one_link.call("HSET", keys.INSTALLATION, "secret_check", "another")
    with pytest.raises(BackupError, match="another COMMENTDESK_SECRET_KEY"):
        await back_up(one_link, redis_server, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


async def test_what_passes_is_in_no_backup(one_link: Link, redis_server: RedisServer, tmp_path: Path) -> None:
    await fill(one_link, CHECK, 3)
    for name in (keys.UPGRADING, keys.REPAIRING, keys.ROTATING, keys.process("p"), keys.probe(3)):
        await one_link.call("SET", name, "1", "PX", 60_000)
    header = await back_up(one_link, redis_server, tmp_path / "file")
    assert header.keys == len(entries_of(tmp_path / "file"))
    assert not [each for each in entries_of(tmp_path / "file") if key_kinds.is_passing(each.key)]
