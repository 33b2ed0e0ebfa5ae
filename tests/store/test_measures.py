"""What is measured of the store as a whole."""

import shutil

import pytest

from service.link.append_only import rewrite_logs
from service.link.link import Link
from service.store import keys
from service.store.measures import measure_store
from tests.servers import RedisServer
from tests.store.desk import connected


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


@pytest.mark.one_server("of three masters only the largest file is told")
async def test_the_append_only_file_is_measured_until_it_is_off(link: Link) -> None:
    before = (await measure_store(link)).file
    assert before is not None
    await link.call("SET", keys.probe(0), "x" * 1_000_000)
    grown = (await measure_store(link)).file
    assert grown is not None
    assert grown.size_bytes >= before.size_bytes + 500_000
    assert 0 < grown.base_bytes <= grown.size_bytes
    assert not grown.has_rewrite_failed
    assert not grown.has_save_failed
    for server in link.servers():
        await server.call("CONFIG", "SET", "appendonly", "no")
    try:
        assert (await measure_store(link)).file is None
    finally:
        for server in link.servers():
            await server.call("CONFIG", "SET", "appendonly", "yes")
        await link.call("DEL", keys.probe(0))


async def test_the_memory_of_the_machine_is_told_beside_what_the_server_takes_of_it(link: Link) -> None:
    found = await measure_store(link)
    assert 1_000_000 < found.resident_bytes < found.machine_bytes


async def test_a_rewrite_that_fails_is_told() -> None:
    server = RedisServer("valkey-single")
    server.start()
    link = await connected(server.url, ())
    try:
        shutil.rmtree(server.folder)  # there is no place to write the new file to
        assert not await rewrite_logs(link)
        file = (await measure_store(link)).file
        assert file is not None
        assert file.has_rewrite_failed
    finally:
        await link.close()
        server.stop()
