"""Threads of format 3, whose published comments lay by the time of their publication alone, become those of today."""

import asyncio

import pytest

from service.domain.policy import Mode
from service.domain.thread import ThreadOrder
from service.link.link import Link
from service.store import format_3, keys, threads
from service.store.format_3 import ThreadUpgrades
from service.upkeep import doctor, installation, upgrade
from service.upkeep.installation import FORMAT, StoredFormats
from service.vault import Vault
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, Store, new_comment, site_in
from tests.store.recount import record_of, recount
from tests.upkeep.backup.content import SECRET, nothing

VAULT = Vault(SECRET)
THREADS = ("article-0", "article-1")


async def fill(link: Link, server: RedisServer, comments: int = 40) -> None:
    """Comments in every state as format 3 had them, moderated in another order than they were written."""
    await link.call("HSET", keys.INSTALLATION, "format", 3, "secret_check", VAULT.check)
    store = Store(link)
    ids = []
    for number in range(comments):
        store.site = site_in(Mode.POSTMODERATE if number % 4 == 0 else Mode.PREMODERATE)
        new = new_comment(THREADS[number % len(THREADS)])
        ids.append((await store.submit(new, now=NOW + number)).comment_id)
    for number, comment_id in enumerate(reversed(ids)):
        if number % 5:
            await store.decide(comment_id, ("approve", "approve", "spam")[number % 3], now=NOW + 1000 + number)
        if number % 7 == 0:
            await store.decide(comment_id, "reject", now=NOW + 2000)
            await store.undo(comment_id)
    downgrade(server)


def downgrade(server: RedisServer, *ids: str) -> None:
    """Puts published comments, all unless some are named, where format 3 had them."""
    prefix = keys.comment("default", "")
    with client_of(server.url) as client:
        for name in client.scan_iter(f"{prefix}*"):
            comment_id, record = name.decode()[len(prefix) :], record_of(client, name.decode())
            if record["state"] == "published" and (not ids or comment_id in ids):
                published = keys.thread_keys("default", record["thread"]).published
                client.zadd(published, {comment_id: int(record["published_ms"])})
                client.zrem(keys.published_later("default", record["thread"]), comment_id)


async def shown(link: Link) -> list[list[tuple[str, int, int]]]:
    """What readers see of both threads in every order."""
    return [
        [
            (each.comment_id, each.submitted_ms, each.published_ms)
            for each in (await threads.read_page(link, "default", thread, order=order, limit=200)).comments or []
        ]
        for thread in THREADS
        for order in ThreadOrder
    ]


async def versions(link: Link) -> list[str]:
    return [(await threads.read_page(link, "default", thread, limit=1)).version for thread in THREADS]


async def check_upgraded(link: Link, server: RedisServer) -> None:
    assert await installation.read_formats(link) == StoredFormats(FORMAT, FORMAT)
    assert (await doctor.examine(link, nothing)).faults == []
    with client_of(server.url) as client:
        recount(client)


async def test_what_was_by_publication_is_by_writing_then(link: Link, every_redis_server: RedisServer) -> None:
    await fill(link, every_redis_server)
    before, older = await shown(link), await versions(link)
    await upgrade.upgrade(link, nothing)
    after = await shown(link)
    assert after != before
    for oldest, newest, published in (after[:3], after[3:]):
        assert oldest == sorted(oldest, key=lambda each: each[1]) == newest[::-1]
        assert [each[0] for each in published] == [each[0] for each in sorted(oldest, key=lambda each: each[2::-2])]
    assert not set(older) & set(await versions(link)), "a page of before is none of after"
    await check_upgraded(link, every_redis_server)


async def test_a_thread_that_is_read_is_upgraded_first(link: Link, every_redis_server: RedisServer) -> None:
    """And so is answered as it is when all of the store is upgraded."""
    await fill(link, every_redis_server)
    upgrades = ThreadUpgrades(link)
    for thread in (*THREADS, "nowhere"):
        await upgrades.upgrade("default", thread)
    at_once = await shown(link)
    with client_of(every_redis_server.url) as client:
        recount(client)
    await upgrade.upgrade(link, nothing)
    assert await shown(link) == at_once
    await check_upgraded(link, every_redis_server)


async def test_a_long_thread_is_read_as_it_is_until_its_turn_comes(
    one_link: Link, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(format_3, "MOST_COMMENTS", 4)
    await fill(one_link, redis_server)
    for thread in THREADS:
        await ThreadUpgrades(one_link).upgrade("default", thread)
    assert [len(page) for page in await shown(one_link)] == [len(page) for page in await shown(one_link)]
    await upgrade.upgrade(one_link, nothing)
    await check_upgraded(one_link, redis_server)


async def test_what_an_older_process_still_does_is_put_right(one_link: Link, redis_server: RedisServer) -> None:
    """It publishes where format 3 did, and takes away what it knows of: the list, and not the time beside it."""
    await fill(one_link, redis_server)
    for thread in THREADS:
        await ThreadUpgrades(one_link).upgrade("default", thread)
    with client_of(redis_server.url) as client:
        ((later, *_), *_) = [list(client.scan_iter(keys.published_later("default", "*")))]
        first, second, *_ = (each.decode() for each in client.zrange(later, 0, -1))
    downgrade(redis_server, first)
    store = Store(one_link)
    await store.decide(second, "spam", now=NOW + 3000)
    await one_link.call("ZADD", later, NOW + 3000, second)
    await upgrade.upgrade(one_link, nothing)
    await check_upgraded(one_link, redis_server)


async def test_two_at_once_and_readers_beside_them_do_no_harm(
    link: Link, writers_link: Link, every_redis_server: RedisServer
) -> None:
    await fill(link, every_redis_server)
    reading = (ThreadUpgrades(each).upgrade("default", thread) for each in (link, writers_link) for thread in THREADS)
    await asyncio.gather(*(upgrade.upgrade(each, nothing) for each in (link, writers_link)), *reading)
    await check_upgraded(link, every_redis_server)
