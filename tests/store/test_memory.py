"""Redis has no memory left: nothing new is taken, and what is there can be read and decided."""

from collections.abc import AsyncIterator, Iterator

import pytest
import redis

from service.domain.thread import ThreadChange
from service.errors import StoreFullError
from service.link.link import Link
from service.store import scripts, threads
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW, Store, connected, ids_of, new_comment
from tests.store.recount import recount


@pytest.fixture
def client(every_redis_server: RedisServer) -> Iterator[redis.Redis]:
    with client_of(every_redis_server.url) as client:
        yield client


@pytest.fixture
async def full(store: Store, link: Link) -> AsyncIterator[list[str]]:
    """Comments in a store that takes no more until the test is over."""
    ids = [(await store.submit()).comment_id for _ in range(6)]
    await link.call_each("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", 1)
    yield ids
    await link.call_each("CONFIG", "SET", "maxmemory", 0)


async def test_a_full_store_takes_no_comment_and_says_so(store: Store, full: list[str], client: redis.Redis) -> None:
    with pytest.raises(StoreFullError) as refused:
        await store.submit()
    assert refused.value.retry_after_seconds
    assert set(recount(client).comments) == set(full)


async def test_a_full_store_can_be_read_claimed_and_decided(
    store: Store, full: list[str], client: redis.Redis, link: Link
) -> None:
    assert await store.queued() == full
    assert ids_of((await store.claim("ann", 4)).comments) == full[:4]
    await store.release(full[0])
    await store.release_all()
    for number, decision in enumerate(("approve", "reject", "spam")):
        await store.decide(full[number], decision)
    await store.undo(full[2])
    await threads.set_settings(link, "default", "article-1", ThreadChange(closed=True), actor="root", now_ms=NOW)
    assert await store.page() == [full[0]]
    assert (await store.read(full[1])).state == "rejected"
    assert await threads.count_published(link, "default", ["article-1"]) == [1]
    assert (await store.measures()).depth == 4
    recount(client)


async def test_it_takes_comments_again_once_there_is_room(store: Store, full: list[str], link: Link) -> None:
    await link.call_each("CONFIG", "SET", "maxmemory", 0)
    new = new_comment()
    assert (await store.submit(new)).comment_id == new.comment_id
    assert await store.queued() == [*full, new.comment_id]


async def test_the_link_connects_to_a_full_store(full: list[str], every_redis_server: RedisServer) -> None:
    link = await connected(every_redis_server.url, scripts.ALL)
    assert await Store(link, now=NOW).queued() == full
    await link.close()
