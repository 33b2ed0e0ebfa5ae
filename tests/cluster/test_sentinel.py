"""A master that sentinels watch: when it dies, the service goes on with the one they name."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service.errors import StartError, UnavailableError
from service.link.address import make_link
from service.link.link import Link
from service.store import keys, scripts
from service.upkeep import backup
from tests.servers import RedisServer
from tests.store.desk import Store, connected, key, new_comment
from tests.topology import Watched
from tests.upkeep.backup.content import CHECK, VAULT, everything, fill, nothing, restore

PATIENCE_SECONDS = 60.0


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    try:
        watched.start()
        yield watched
    finally:
        watched.stop()


@pytest.fixture
async def link(watched: Watched) -> AsyncIterator[Link]:
    link = make_link(watched.url, scripts.ALL, wait_replicas=0)
    link.open()
    assert await link.wait_up(PATIENCE_SECONDS), link.reason
    yield link
    await link.close()


async def test_a_failover_is_followed(watched: Watched, link: Link) -> None:
    store = Store(link)
    before = await store.submit()
    assert await link.call("WAIT", 1, 5000) == 1
    watched.master.kill()
    number = 0
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                after = await store.submit(new_comment(), key(f"k{number}"))
                break
            except UnavailableError:
                number += 1
                await asyncio.sleep(0.02)
    assert number
    queued = {each.decode() for each in watched.replica.client.zrange(keys.queue_keys("default").queue, 0, -1)}
    assert {before.comment_id, after.comment_id} == queued


async def test_a_backup_is_of_the_master_that_they_name(
    watched: Watched, link: Link, redis_server: RedisServer, tmp_path: Path
) -> None:
    await fill(link, CHECK, 5)
    before = everything(f"redis://127.0.0.1:{watched.master.port}")
    await backup.back_up(link, VAULT, tmp_path / "file", "1.2.3", nothing)
    other = await connected(redis_server.url, scripts.ALL)
    await restore(other, tmp_path / "file")
    assert everything(redis_server.url) == before
    await other.close()


async def test_without_a_replica_nothing_is_acknowledged_that_needs_one(watched: Watched) -> None:
    link = make_link(watched.url, scripts.ALL, wait_replicas=1)
    link.open()
    assert await link.wait_up(PATIENCE_SECONDS)
    store = Store(link)
    await store.submit()
    watched.replica.kill()
    with pytest.raises(UnavailableError):
        await store.submit()
    await link.close()


@pytest.mark.parametrize(
    "url",
    ["redis+sentinel://127.0.0.1:26379", "redis+cluster://:0", "redis+cluster://host:99999", "redis+cluster://a:b:c"],
)
def test_an_address_that_names_nothing_is_refused_at_start(url: str) -> None:
    with pytest.raises(StartError):
        make_link(url, ())
