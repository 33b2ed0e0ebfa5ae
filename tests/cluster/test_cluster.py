"""Three masters with a replica each: sites spread over them, and the death of one is felt by its own sites alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from unittest.mock import Mock

import pytest

from service.domain.queue import START, Position, QueueOrder, SitesQueuePage
from service.errors import OverloadedError, StoreUnavailableError
from service.link.address import make_link
from service.link.cluster import _read_slots
from service.link.link import Link
from service.store import keys, scripts
from service.store.site_queues import SiteQueues
from tests.store.desk import NOW, SITE, Store, key, new_comment
from tests.topology import Cluster

PATIENCE_SECONDS = 60.0
WRITERS = 8


@pytest.fixture
async def link(cluster: Cluster) -> AsyncIterator[Link]:
    link = make_link(cluster.url, scripts.ALL, wait_replicas=1)
    link.open()
    assert await link.wait_whole(PATIENCE_SECONDS), link.reason
    yield link
    await link.close()


async def test_a_link_that_closes_is_not_held_up_by_an_answer_of_the_same_moment() -> None:
    server = Mock(call=Mock(return_value=asyncio.get_running_loop().create_future()))
    asking = asyncio.create_task(_read_slots(server))
    await asyncio.sleep(0)
    server.call.return_value.set_result([])
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_each_master_serves_its_own_sites(cluster: Cluster, link: Link) -> None:
    for number, (site,) in enumerate(cluster.sites_by_master()):
        store = Store(link, replace(SITE, site=site))
        receipts = [await store.submit() for _ in range(3)]
        decided = await store.decide(receipts[0].comment_id)
        assert decided.state == "published"
        claimed = await store.claim(limit=5)
        assert len(claimed.comments) == 2
        assert cluster.masters[number].client.zcard(keys.queue_keys(site).queue) == 2
    assert len(await link.call_each("INFO", "persistence")) == 3


async def test_the_queue_over_sites_is_one_and_none_while_a_part_is_away(cluster: Cluster, link: Link) -> None:
    """Half of an answer would look like a short queue."""
    sites = [site for (site,) in cluster.sites_by_master()]
    stores = [Store(link, replace(SITE, site=site)) for site in sites]
    ids = [(await stores[number % 3].submit(now=NOW + number)).comment_id for number in range(9)]
    queues = SiteQueues(link, stores[0].comments)

    async def page(after: Position = START) -> SitesQueuePage:
        return await queues.read_page(sites, QueueOrder.OLDEST, limit=6, after=after, now_ms=NOW)

    first = await page()
    assert [each.comment.comment_id for each in first.comments] == ids[:6]
    assert (first.total, first.oldest_ms) == (9, NOW)
    assert first.last is not None
    cluster.masters[0].kill()
    with pytest.raises(StoreUnavailableError):
        await page(first.last)
    assert len(await stores[1].queued()) == 3, "each of the others is read by itself"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while cluster.replicas[0].client.info("replication")["role"] != "master":
            await asyncio.sleep(0.05)
        await asyncio.to_thread(
            cluster.masters[0].start
        )  # it is the replica now, without which nothing is acknowledged
        while True:
            try:
                second = await page(first.last)
                break
            except StoreUnavailableError:  # until the link knows
                await asyncio.sleep(0.05)
    assert [each.comment.comment_id for each in second.comments] == ids[6:]


async def test_a_dead_master_is_felt_by_its_own_sites_alone_and_nothing_acknowledged_is_lost(
    cluster: Cluster, link: Link
) -> None:
    at_home = [Store(link, replace(SITE, site=site)) for (site,) in cluster.sites_by_master()]
    hit, *others = at_home
    acknowledged: dict[str, list[str]] = {store.site.site: [] for store in at_home}
    refused = {store.site.site: 0 for store in at_home}
    is_over = asyncio.Event()

    async def write(store: Store, name: str) -> None:
        number = 0
        while not is_over.is_set():
            new = new_comment(repeat=f"{name}-{number}")
            try:
                receipt = await store.submit(new, key(f"{name}-{number}"))
                acknowledged[store.site.site].append(receipt.comment_id)
                number += 1
            except OverloadedError:  # this machine was slow, not the cluster
                await asyncio.sleep(0.01)
            except StoreUnavailableError:
                refused[store.site.site] += 1
                await asyncio.sleep(0.01)

    writers = [asyncio.create_task(write(store, f"{store.site.site}-{n}")) for store in at_home for n in range(WRITERS)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while min(map(len, acknowledged.values())) < 100:
            await asyncio.sleep(0.01)
        cluster.masters[0].kill()
        while not refused[hit.site.site]:
            await asyncio.sleep(0.01)
        while cluster.replicas[0].client.info("replication")["role"] != "master":
            await asyncio.sleep(0.05)
        await asyncio.to_thread(cluster.masters[0].start)  # its keeper starts it again, and it is the replica now
        before = len(acknowledged[hit.site.site])
        while len(acknowledged[hit.site.site]) < before + 100 or link.reason:
            await asyncio.sleep(0.01)
    is_over.set()
    await asyncio.gather(*writers)

    assert [refused[store.site.site] for store in others] == [0, 0]
    for store in at_home:
        site = store.site.site
        assert len(acknowledged[site]) == len(set(acknowledged[site]))
        stored = {each.decode() for each in await link.call("ZRANGE", keys.queue_keys(site).queue, 0, -1)}
        assert set(acknowledged[site]) <= stored


async def test_a_slot_that_moves_is_followed(cluster: Cluster, link: Link) -> None:
    (site,), _, _ = cluster.sites_by_master()
    store = Store(link, replace(SITE, site=site))
    first = await store.submit()
    source, target = cluster.masters[0].client, cluster.masters[1].client
    slot = source.execute_command("CLUSTER", "KEYSLOT", keys.totals(site))
    ids = [each.client.execute_command("CLUSTER", "MYID").decode() for each in cluster.masters]
    target.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[0])
    source.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[1])
    moving = source.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 1000)
    source.execute_command("MIGRATE", "127.0.0.1", cluster.masters[1].port, "", 0, 5000, "KEYS", *moving)
    with pytest.raises(StoreUnavailableError):  # scripts of many keys wait until the whole slot is there
        await store.submit()
    for client in (target, source, cluster.masters[2].client):
        client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", ids[1])
    second = await store.submit()
    queued = [each.decode() for each in await link.call("ZRANGE", keys.queue_keys(site).queue, 0, -1)]
    assert sorted(queued) == sorted(receipt.comment_id for receipt in (first, second))
