"""A backup of three masters is of them all at one instant, or it is none: also when they change places meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from service.errors import BackupError, StoreUnavailableError
from service.link import layout
from service.link.link import Link
from service.store import keys, scripts
from service.upkeep import backup, doctor
from tests.servers import RedisServer, wait_until
from tests.store.desk import connected
from tests.topology import Cluster, Node
from tests.upkeep.backup.content import CHECK, VAULT, everything, fill, nothing, restore

PATIENCE_SECONDS = 30.0
Told = Callable[[int], None]


@pytest.fixture
async def link(cluster: Cluster) -> AsyncIterator[Link]:
    link = await connected(cluster.url, scripts.ALL)
    yield link
    await link.close()


def once(act: Callable[[], None]) -> Told:
    """Does it as soon as there is progress."""
    waiting = [act]

    def told(_: int) -> None:
        if waiting:
            waiting.pop()()

    return told


async def back_up_whole(cluster: Cluster, link: Link, path: Path) -> None:
    """A backup, asked for again until it is made, with all in it that is there."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                header, _ = await backup.back_up(link, VAULT, path, "1.2.3", nothing)
                break
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
    assert header.keys == len(everything(cluster.url))


def slot_of(node: Node, site: str) -> int:
    slot: int = node.client.execute_command("CLUSTER", "KEYSLOT", keys.totals(site))
    return slot


def move(cluster: Cluster, site: str, source: Node, target: Node) -> None:
    """All of a site's slot, as `valkey-cli --cluster reshard` does it."""
    begin_move(site, source, target)
    slot = slot_of(source, site)
    while found := source.client.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 100):
        source.client.execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *found)
    for node in (target, source, *cluster.masters):
        node.client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", node_id(target))


def begin_move(site: str, source: Node, target: Node) -> None:
    slot = slot_of(source, site)
    target.client.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", node_id(source))
    source.client.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", node_id(target))


def node_id(node: Node) -> str:
    name: str = node.client.execute_command("CLUSTER", "MYID").decode()
    return name


async def test_a_master_that_dies_during_a_backup_makes_it_fail_and_the_next_is_whole(
    cluster: Cluster, link: Link, tmp_path: Path
) -> None:
    await fill(link, CHECK)
    with pytest.raises(StoreUnavailableError):
        await backup.back_up(link, VAULT, tmp_path / "file", "1.2.3", once(cluster.masters[0].kill))
    assert list(tmp_path.iterdir()) == []
    wait_until(lambda: is_master(cluster.replicas[0]), "the failover", PATIENCE_SECONDS)
    await asyncio.to_thread(cluster.start)
    await back_up_whole(cluster, link, tmp_path / "file")


async def test_a_master_that_hands_over_during_a_backup_makes_it_fail(
    cluster: Cluster, link: Link, tmp_path: Path
) -> None:
    await fill(link, CHECK)

    def hand_over() -> None:
        cluster.replicas[1].client.execute_command("CLUSTER", "FAILOVER")
        wait_until(lambda: not is_master(cluster.masters[1]), "the failover", PATIENCE_SECONDS)

    with pytest.raises((StoreUnavailableError, BackupError)):
        await backup.back_up(link, VAULT, tmp_path / "file", "1.2.3", once(hand_over))
    assert list(tmp_path.iterdir()) == []
    await back_up_whole(cluster, link, tmp_path / "file")


def is_master(node: Node) -> bool:
    found: bool = node.client.info("replication")["role"] == "master"
    return found


async def test_a_slot_that_moves_during_a_backup_makes_it_fail(cluster: Cluster, link: Link, tmp_path: Path) -> None:
    """From a master that is yet to be read to one that was: nobody would have seen its keys."""
    await fill(link, CHECK)
    source = cluster.masters[1]  # of the site `default`
    assert slot_of(source, "default") in range(5461, 10922)
    target = next(node for node in cluster.masters if node is not source)
    with pytest.raises(StoreUnavailableError, match="run it again"):
        await backup.back_up(
            link, VAULT, tmp_path / "file", "1.2.3", once(lambda: move(cluster, "default", source, target))
        )
    assert list(tmp_path.iterdir()) == []
    await back_up_whole(cluster, link, tmp_path / "file")


async def test_no_backup_is_begun_while_a_slot_moves(
    cluster: Cluster, link: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(link, CHECK, 3)
    begin_move("default", cluster.masters[1], cluster.masters[0])
    monkeypatch.setattr(layout, "AGREE_SECONDS", 0)
    with pytest.raises(StoreUnavailableError, match="slots are moving"):
        await backup.back_up(link, VAULT, tmp_path / "file", "1.2.3", nothing)


async def test_a_master_that_is_not_reached_is_missed(
    cluster: Cluster, link: Link, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(link, CHECK, 3)
    all_but_one = link.servers()[1:]
    monkeypatch.setattr(link, "servers", lambda: all_but_one)
    monkeypatch.setattr(layout, "AGREE_SECONDS", 0)
    with pytest.raises(StoreUnavailableError, match="not every master"):
        await backup.back_up(link, VAULT, tmp_path / "file", "1.2.3", nothing)
    with pytest.raises(StoreUnavailableError, match="not every master"):
        await doctor.examine(link, nothing)


async def test_a_master_that_dies_during_a_restore_leaves_it_unfinished(
    cluster: Cluster, link: Link, redis_server: RedisServer, tmp_path: Path
) -> None:
    other = await connected(redis_server.url, scripts.ALL)
    await fill(other, CHECK)
    await backup.back_up(other, VAULT, tmp_path / "file", "1.2.3", nothing)
    await other.close()
    with pytest.raises(StoreUnavailableError):
        await restore(link, tmp_path / "file", once(cluster.masters[2].kill))
    assert await backup.is_unfinished(link)
    wait_until(lambda: is_master(cluster.replicas[2]), "the failover", PATIENCE_SECONDS)
    await asyncio.to_thread(cluster.start)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await restore(link, tmp_path / "file")
            break
        except StoreUnavailableError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
    assert everything(cluster.url) == everything(redis_server.url)
