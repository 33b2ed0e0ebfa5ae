"""What is measured of the store as a whole."""

from service.link.link import Link
from service.store import keys
from service.store.measures import measure_store


async def test_a_durable_store_without_a_limit(link: Link) -> None:
    found = await measure_store(link)
    assert (found.is_durable, found.max_bytes, found.backed_up_ms) == (True, 0, 0)
    assert found.used_bytes > 500_000
    await link.call("SET", keys.BACKED_UP, 1_770_000_000_123)
    assert (await measure_store(link)).backed_up_ms == 1_770_000_000_123


async def test_one_server_that_is_not_durable_makes_the_store_so(link: Link) -> None:
    one = link.servers()[-1]
    await one.call("CONFIG", "SET", "appendonly", "no")
    try:
        assert not (await measure_store(link)).is_durable
    finally:
        await one.call("CONFIG", "SET", "appendonly", "yes")
    assert (await measure_store(link)).is_durable


async def test_the_memory_is_that_of_the_server_that_is_nearest_to_its_limit(link: Link) -> None:
    one = link.servers()[0]
    await one.call("CONFIG", "SET", "maxmemory", 1_000_000_000)
    try:
        assert (await measure_store(link)).max_bytes == 1_000_000_000
    finally:
        await one.call("CONFIG", "SET", "maxmemory", 0)
