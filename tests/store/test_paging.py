"""Pages of the queue and of threads: whole, whatever comes and goes between two of them."""

import random

import pytest

from service.domain import Mode, QueueOrder
from service.store import queue, threads
from service.store.link import Link
from service.store.queue import Position
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
    after = Position()
    while True:
        page = await queue.list_queue(link, "default", order, thread, 7, after, NOW)
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
        page = await queue.list_queue(link, "default", QueueOrder.NEWEST, thread, 2, Position(), NOW)
        assert (page.total, page.oldest_ms) == (total, oldest)
        assert len(page.comments) == min(2, total)


async def test_a_thread_loses_nothing_and_shows_nothing_twice(store: Store, link: Link) -> None:
    chance = random.Random(5)
    store.site = site_in(Mode.POSTMODERATE)
    there_all_along = await submit_some(store, chance, COMMENTS, NOW, NOW + 20)
    leaving = await submit_some(store, chance, COMMENTS, NOW, NOW + 20)
    seen: list[str] = []
    after = ("", "")
    while True:
        page = await threads.read_page(link, "default", "article-1", "", 7, *after)
        if not page.comments:
            break
        seen += [each.comment_id for each in page.comments]
        after = (str(page.comments[-1].published_ms), page.comments[-1].comment_id)
        await submit_some(store, chance, 5, NOW - 10, NOW + 30)
        gone = {seen[-1], *chance.sample(leaving, min(2, len(leaving)))}
        for comment_id in sorted(gone & set(leaving)):
            leaving.remove(comment_id)
            await store.decide(comment_id, "reject")
    assert len(seen) == len(set(seen))
    assert set(there_all_along) | set(leaving) <= set(seen)
