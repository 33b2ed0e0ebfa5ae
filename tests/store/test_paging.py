"""Pages of the queue and of threads: whole, whatever comes and goes between two of them."""

import asyncio
import random
import re

import pytest

from service.domain.policy import Mode
from service.domain.queue import START, Position, QueueOrder, QueueView
from service.domain.thread import ThreadOrder
from service.link.link import Link
from service.store import keys, scripts, threads
from tests.servers import RedisServer
from tests.store.desk import NOW, Store, ids_of, new_comment, site_in

COMMENTS = 60
RISKS = (0.1, 0.5, 0.5, 0.5, 0.9)
"""Ties on purpose: a page may end in the middle of comments of one score."""


async def submit_some(store: Store, chance: random.Random, count: int, first_ms: int, last_ms: int) -> list[str]:
    new = [
        (
            new_comment(comment_id=f"{chance.getrandbits(60):016x}", risk=chance.choice(RISKS)),
            chance.randint(first_ms, last_ms),
        )
        for _ in range(count)
    ]
    return [(await store.submit(each, now=at)).comment_id for each, at in new]


@pytest.mark.parametrize("order", QueueOrder)
@pytest.mark.parametrize("thread", [None, "article-1"])
async def test_the_queue_loses_nothing_and_shows_nothing_twice(
    store: Store, link: Link, order: QueueOrder, thread: str | None
) -> None:
    chance = random.Random(order)
    there_all_along = await submit_some(store, chance, COMMENTS, NOW, NOW + 20)
    leaving = await submit_some(store, chance, COMMENTS, NOW, NOW + 20)
    seen: list[str] = []
    after, view = START, QueueView(order, thread)
    while True:
        page = await store.queue.read_page("default", view, limit=7, after=after, now_ms=NOW)
        seen += ids_of(page.comments)
        if page.last is None:
            break
        after = page.last
        await submit_some(store, chance, 5, NOW - 10, NOW + 30)
        # Also the last one shown, which the next page starts after.
        gone = {page.comments[-1].comment_id, *chance.sample(leaving, min(3, len(leaving)))}
        for comment_id in sorted(gone & set(leaving)):
            leaving.remove(comment_id)
            await store.decide(comment_id)
    assert len(seen) == len(set(seen))
    assert set(there_all_along) | set(leaving) <= set(seen)


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (QueueOrder.OLDEST, ["a", "b", "c", "d"]),
        (QueueOrder.NEWEST, ["d", "c", "b", "a"]),
        (QueueOrder.RISKIEST, ["c", "a", "d", "b"]),
        (QueueOrder.UNCERTAIN, ["a", "d", "c", "b"]),
    ],
)
@pytest.mark.parametrize("thread", [None, "article-1"])
async def test_the_four_orders(store: Store, order: QueueOrder, wanted: list[str], thread: str | None) -> None:
    for number, (comment_id, risk) in enumerate({"a": 0.55, "b": 0.05, "c": 0.9, "d": 0.4}.items()):
        await store.submit(new_comment(comment_id=comment_id, risk=risk), now=NOW + number)
    assert await store.queued(order, thread) == wanted


async def test_a_page_tells_how_many_there_are_and_the_oldest(store: Store, link: Link) -> None:
    for number in range(5):
        await store.submit(new_comment(), now=NOW + number)
    await store.submit(new_comment("article-2"), now=NOW - 1)
    for thread, total, oldest in ((None, 6, NOW - 1), ("article-1", 5, NOW), ("article-3", 0, None)):
        view = QueueView(QueueOrder.NEWEST, thread)
        page = await store.queue.read_page("default", view, limit=2, after=START, now_ms=NOW)
        assert (page.total, page.oldest_ms) == (total, oldest)
        assert len(page.comments) == min(2, total)


@pytest.mark.parametrize("order", ThreadOrder)
async def test_a_thread_loses_nothing_and_shows_nothing_twice(store: Store, link: Link, order: ThreadOrder) -> None:
    chance = random.Random(5)
    store.site = site_in(Mode.POSTMODERATE)
    there_all_along = await submit_some(store, chance, COMMENTS, NOW, NOW + 20)
    for comment_id in chance.sample(there_all_along, COMMENTS // 2):
        await store.decide(comment_id, "spam")
        await store.decide(comment_id, now=NOW + chance.randint(0, 20))
    leaving = await submit_some(store, chance, COMMENTS, NOW, NOW + 20)
    seen: list[str] = []
    after: Position | None = START
    while after is not None:
        page = await threads.read_page(link, "default", "article-1", order=order, limit=7, after=after)
        after = page.last
        seen += [each.comment_id for each in page.comments or []]
        await submit_some(store, chance, 5, NOW - 10, NOW + 30)
        gone = {*seen[-1:], *chance.sample(leaving, min(2, len(leaving)))}
        for comment_id in sorted(gone & set(leaving)):
            leaving.remove(comment_id)
            await store.decide(comment_id, "reject")
    assert len(seen) == len(set(seen))
    assert set(there_all_along) | set(leaving) <= set(seen)


@pytest.fixture
async def long_thread(store: Store, link: Link) -> list[str]:
    """A queue of 12,000 of one risk, of which every fourth is of one long thread."""
    ids = [f"{number:016d}" for number in range(12_000)]
    queued = keys.queue_keys("default")
    of_thread = keys.thread_keys("default", "article-1").queue
    await asyncio.gather(*(_queue(link, queued.risk, part, 0.5) for part in _parts(ids)))
    await asyncio.gather(*(_queue(link, queued.queue, part, NOW) for part in _parts(ids)))
    await asyncio.gather(*(_queue(link, of_thread, part, NOW) for part in _parts(ids[::4])))
    return ids


def _parts(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + 1000] for start in range(0, len(ids), 1000)]


async def _queue(link: Link, view: str, ids: list[str], score: float) -> None:
    await link.call("ZADD", view, *(part for each in ids for part in (score, each)))


async def _listed(link: Link, order: QueueOrder, after: Position) -> tuple[list[str], Position | None]:
    """What the script tells of one page: its ids, and where to go on."""
    queued = keys.queue_keys("default")
    of_thread = keys.thread_keys("default", "article-1").queue
    view = queued.risk if order is QueueOrder.RISKIEST else queued.queue
    _, _, ids, last = await scripts.LIST_QUEUE.run(link, [view, queued.queue, of_thread], 1, 1, 700, *after)
    return [each.decode() for each in ids], Position(*(each.decode() for each in last)) if last else None


async def test_a_long_thread_is_listed_whole_in_bounded_steps(link: Link, long_thread: list[str]) -> None:
    seen: list[str] = []
    after: Position | None = Position()
    pages = 0
    while after is not None:
        page, after = await _listed(link, QueueOrder.RISKIEST, after)
        seen += page
        pages += 1
    assert seen == long_thread[::4][::-1]
    assert pages <= 12_000 / 10_000 + 3000 / 700 + 2


@pytest.mark.parametrize("is_reverse", [False, True])
async def test_a_page_starts_right_among_twelve_thousand_of_one_score(
    link: Link, long_thread: list[str], *, is_reverse: bool
) -> None:
    """Also after one that is gone: its place is found by halving."""
    queued = keys.queue_keys("default")
    ordered = sorted(long_thread, reverse=is_reverse)
    for place in (0, 1, 5_999, 11_998, 11_999):
        await link.call("ZREM", queued.risk, ordered[place])
        _, _, ids, _ = await scripts.LIST_QUEUE.run(
            link, [queued.risk, queued.queue, queued.queue], int(is_reverse), 0, 3, "0.5", ordered[place]
        )
        assert [each.decode() for each in ids] == ordered[place + 1 : place + 4]
        await link.call("ZADD", queued.risk, 0.5, ordered[place])


async def test_what_is_asked_of_a_long_queue_calls_few_commands(
    link: Link, long_thread: list[str], every_redis_server: RedisServer
) -> None:
    """A moderator's question about a thread takes no longer the longer the others' are."""
    before = await commands_of(link)
    await _listed(link, QueueOrder.RISKIEST, Position("0.5", "00000000000zzzzz"))
    assert await commands_of(link) - before < 250
    before = await commands_of(link)
    claimed = await Store(link).claim(limit=5, order=QueueOrder.RISKIEST, thread="nowhere", lease=1)
    assert claimed.comments == []
    assert await commands_of(link) - before < 20


async def commands_of(link: Link) -> int:
    """Calls of commands so far, those inside scripts too, on all masters."""
    found = await link.call_each("INFO", "commandstats")
    return sum(int(calls) for each in found for calls in re.findall(rb"calls=(\d+)", each))


@pytest.fixture
async def long_publication(link: Link) -> list[str]:
    """A thread of 9,000 in the order of their publication: 6,000 were written first, and published in reverse order
    when all others were, which were published at once."""
    ids = [f"{number:016d}" for number in range(9_000)]
    of_thread = keys.thread_keys("default", "article-1")
    later = keys.published_later("default", "article-1")
    for part in _parts(ids):
        await link.call("ZADD", of_thread.published, *(x for each in part for x in (NOW + int(each), each)))
        await link.call("HSET", of_thread.comments, *(x for each in part for x in (each, b'["A","B"]')))
        moderated = [each for each in part if int(each) < 6_000]
        if moderated:
            await link.call("ZADD", later, *(x for each in moderated for x in (NOW + 20_000 - int(each), each)))
    return [*ids[6_000:], *reversed(ids[:6_000])]


async def test_a_long_thread_is_read_by_publication_in_bounded_steps(
    link: Link, long_publication: list[str], every_redis_server: RedisServer
) -> None:
    seen: list[str] = []
    after: Position | None = START
    most, pages = 0, 0
    while after is not None:
        before = await commands_of(link)
        page = await threads.read_page(
            link, "default", "article-1", order=ThreadOrder.PUBLISHED, limit=200, after=after
        )
        most = max(most, await commands_of(link) - before)
        after = page.last
        seen += [each.comment_id for each in page.comments or []]
        pages += 1
    assert seen == long_publication
    assert pages <= 9_000 / 200 + 6_000 / 2_000 + 2
    assert most < 150


@pytest.mark.parametrize("order", [ThreadOrder.OLDEST, ThreadOrder.NEWEST])
async def test_a_long_thread_is_read_by_writing_from_both_ends(
    link: Link, long_publication: list[str], order: ThreadOrder
) -> None:
    first = await threads.read_page(link, "default", "article-1", order=order, limit=2)
    assert first.last
    second = await threads.read_page(link, "default", "article-1", order=order, limit=2, after=first.last)
    numbers = [int(each.comment_id) for page in (first, second) for each in page.comments or []]
    assert numbers == ([0, 1, 2, 3] if order is ThreadOrder.OLDEST else [8_999, 8_998, 8_997, 8_996])
