"""Lists and search where it is narrow: long threads, rows that are missing, what changes meanwhile, budgets."""

import random
from types import SimpleNamespace
from typing import Any

import numpy as np

from service.desk import new_id
from service.domain.policy import MODES, Mode
from service.domain.reason import Reason
from service.domain.routing import Routing, Verdict
from service.domain.selection import Selection
from service.domain.state import State
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL, ROWS_A_CHUNK, pack_row
from service.lists.query import query_of
from service.store import keys
from service.store.lists import Lists
from service.store.search import Budget, Search
from service.store.strands import Wanted, read_block
from service.use_cases.lists import list_comments
from tests.store.desk import NOW, Store, new_comment, site_in
from tests.store.listing import desk_of


async def write_rows(link: Link, first: int, rows: list[bytes]) -> None:
    """Rows from an ordinal on, as the scripts write them."""
    for start in range(0, len(rows), ROWS_A_CHUNK):
        key = keys.list_keys("default", first + start).rows
        await link.call("SET", key, b"".join(rows[start : start + ROWS_A_CHUNK]))


async def ordinals_of(found: Lists, selection: Selection, most: int = 100, below: int | None = None) -> list[int]:
    page = await found.find("default", selection, below=below, most=most)
    return [each.ordinal for each in page.found]


async def test_a_time_is_found_among_many_whose_rows_are_not_all_there(link: Link) -> None:
    """And though the clocks of processes differ by seconds."""
    chance, total = random.Random(1), 20 * ROWS_A_CHUNK
    times = [NOW + 5 * number + chance.randrange(-4000, 4000) for number in range(total)]
    rows = [pack_row(new_id(at), 0.5) if chance.random() < 0.9 else bytes(12) for at in times]
    for start in range(0, total, 700):
        rows[start : start + 300] = [bytes(12)] * 300
    await write_rows(link, FIRST_ORDINAL, rows)
    await link.call("HSET", keys.totals("default"), "ordinals", total)
    for _ in range(20):
        since = NOW + 5 * chance.randrange(total)
        until = since + chance.randrange(300)
        wanted = [
            FIRST_ORDINAL + number
            for number, at in enumerate(times)
            if since <= at < until and rows[number] != bytes(12)
        ]
        assert await ordinals_of(Lists(link), Selection(since_ms=since, until_ms=until)) == wanted[::-1]


async def test_a_long_thread_is_read_from_any_place_and_never_whole(link: Link, store: Store) -> None:
    """Every third comment of a hundred thousand is of it; those of an older store are below the first one."""
    above = [FIRST_ORDINAL + 3 * number for number in range(100_000)]
    under = [FIRST_ORDINAL - 1 - 3 * number for number in range(70_000)]
    await link.call("SET", keys.list_thread("default", "t"), np.array(above, ">u4").tobytes())
    await link.call("SET", keys.list_thread_below("default", "t"), np.array(under, ">u4").tobytes())
    newest_first = [*reversed(above), *under]
    counted: Any = Counted(link)
    for below in (None, above[-1], above[50_000] + 1, above[3], FIRST_ORDINAL, under[10], under[-2]):
        counted.bytes = 0
        block = await read_block(counted, "default", Selection(thread="t"), Wanted(below or 1 << 32, 1024))
        start = next(at for at, ordinal in enumerate(newest_first) if below is None or ordinal < below)
        wanted = newest_first[start : start + len(block.ordinals)]
        assert block.ordinals[::-1].tolist() == wanted
        assert block.floor == (0 if block.ordinals[0] == under[-1] else block.ordinals[0])
        assert len(wanted) >= min(500, len(newest_first) - start)
        assert counted.bytes < 10_000


async def test_what_changed_since_the_lists_were_read_is_left_out(store: Store) -> None:
    """The page is filled up with what comes after it."""
    store.site = site_in(Mode.PREMODERATE)
    made = [(await store.submit(new_comment(comment_id=new_id(NOW + at)))).comment_id for at in range(6)]
    desk = desk_of(store)
    read_some = store.comments.read_some

    async def late(site: str, ids: list[str], now_ms: int) -> Any:
        for each in (made[5], made[4]):
            await store.decide(each)
        return await read_some(site, ids, now_ms)

    desk.comments = SimpleNamespace(read_some=late)
    page = await list_comments(desk, "default", Selection(State.HELD), limit=3, below=None)
    assert [each.comment_id for each in page.comments] == made[3:0:-1]
    assert page.below is not None


async def test_a_chunk_without_room_for_a_plane_hides_nothing(link: Link, store: Store) -> None:
    planes = keys.list_keys("default", FIRST_ORDINAL).planes
    await link.call("HSET", planes, *(part for number in range(512) for part in (f"u:rule {number}", number)))
    met = Routing(Verdict.HOLD, [Reason("rule", {"rule": "the last", "matched": []})])
    for routing in (met, Routing(Verdict.HOLD, [Reason("premoderated")])):
        await store.submit(new_comment(comment_id=new_id(NOW), routings=dict.fromkeys(MODES, routing)))
    page = await list_comments(desk_of(store), "default", Selection(State.HELD, rule="the last"), limit=9, below=None)
    assert [each.reasons[0].values["rule"] for each in page.comments] == ["the last"]


async def test_a_search_stops_at_its_budget_and_goes_on_from_there(store: Store, link: Link) -> None:
    for at in range(250):
        await store.submit(new_comment(comment_id=new_id(NOW + at)), now=NOW + at)
    search = Search(link, Lists(link))
    query, below, scanned = query_of("nobodysaysthis"), None, []
    while True:
        found = await search.find("default", Selection(), query, below=below, most=10, budget=Budget(120, 60))
        scanned.append(found.scanned_ms)
        below = found.below
        if below is None:
            break
    assert scanned == [NOW + 130, NOW + 10, None]
    hurried = await search.find("default", Selection(), query, below=None, most=10, budget=Budget(120, 0))
    assert hurried.scanned_ms == NOW + 249, "one is looked at however little time there is"


class Counted:
    """A link that counts the bytes of strings that it gives."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.bytes = 0

    async def call(self, *command: Any) -> Any:
        reply = await self._link.call(*command)
        self.bytes += sum(len(each) for each in (reply if isinstance(reply, list) else [reply]) if type(each) is bytes)
        return reply
