"""The salt of a day: the same for all, over midnight for a while, and then gone."""

import asyncio
from pathlib import Path

import pytest

from service.domain.times import DAY_MS
from service.link.link import Link
from service.store import key_kinds, keys
from service.store.salts import OVERLAP_MS, DaySalts
from tests.servers import RedisServer, wait_until

NOON = 20_000 * DAY_MS + DAY_MS // 2
MIDNIGHT = 20_001 * DAY_MS


async def test_all_who_ask_at_once_have_one_salt(link: Link) -> None:
    all_of_them = [DaySalts(link) for _ in range(50)]
    found = await asyncio.gather(*(each.read(NOON) for each in all_of_them))
    assert len({each.today for each in found}) == 1
    assert {each.yesterday for each in found} == {None}
    assert all(each.known(NOON + 1) == found[0] for each in all_of_them)


async def test_two_days_have_two_and_for_a_quarter_of_an_hour_both_are_known(link: Link) -> None:
    salts = DaySalts(link)
    yesterday = (await salts.read(MIDNIGHT - 1)).today
    assert salts.known(MIDNIGHT) is None
    now = await salts.read(MIDNIGHT)
    assert now.yesterday == yesterday != now.today
    assert salts.known(MIDNIGHT + OVERLAP_MS - 1) == now
    assert await DaySalts(link).read(MIDNIGHT + OVERLAP_MS - 1) == now
    later = salts.known(MIDNIGHT + OVERLAP_MS)
    assert later == now._replace(yesterday=None)
    assert salts.known(MIDNIGHT) is None, "a process has forgotten it, too"


async def test_a_salt_ends_a_quarter_of_an_hour_after_its_day(link: Link) -> None:
    await DaySalts(link).read(MIDNIGHT - 60_000)
    left_ms = await link.call("PTTL", keys.salt(20_000))
    assert OVERLAP_MS < left_ms <= OVERLAP_MS + 60_000
    assert key_kinds.is_passing(keys.salt(20_000).encode()), "and is in no backup"


async def test_a_day_without_a_reader_has_no_salt(link: Link) -> None:
    assert (await DaySalts(link).read(MIDNIGHT + 1)).yesterday is None


def files_hold(server: RedisServer, salt: bytes) -> bool:
    """Whether anything that a server wrote holds the salt in the clear."""
    return any(salt in file.read_bytes() for file in Path(server.folder).rglob("*aof*") if file.is_file())


def is_forgetting(salts: DaySalts) -> bool:
    return salts._forgetting is not None


@pytest.mark.one_server("the files of one server are looked at")
async def test_the_salt_before_is_destroyed_in_the_files_too(link: Link, every_redis_server: RedisServer) -> None:
    salts = DaySalts(link)
    yesterday = (await salts.read(NOON)).today
    assert files_hold(every_redis_server, yesterday)
    today = (await salts.read(NOON + DAY_MS)).today
    forgetting = salts._forgetting
    assert forgetting is not None
    await asyncio.wait_for(forgetting, 30)
    assert await link.call("GET", keys.salt(20_000)) is None
    assert await link.call("GET", keys.SALTED) == b"20001"
    assert await link.call("GET", keys.salt(20_001)) == today
    wait_until(lambda: not files_hold(every_redis_server, yesterday), "the file before is gone", 10)


async def test_a_first_day_and_who_is_not_first_of_the_day_destroy_nothing(link: Link) -> None:
    salts, later = DaySalts(link), DaySalts(link)
    await salts.read(NOON)
    await later.read(NOON + 1)
    assert [is_forgetting(each) for each in (salts, later)] == [False, False]
    await salts.read(MIDNIGHT)
    await later.read(MIDNIGHT)
    assert [is_forgetting(each) for each in (salts, later)] == [True, False]
    await salts.close()
    assert await link.call("GET", keys.salt(20_000)), "it is known for a quarter of an hour"
    await later.read(NOON + 2 * DAY_MS)
    assert is_forgetting(later), "what one did not get to, the next day's does"
    await later.close()
