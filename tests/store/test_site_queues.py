"""The queues of several sites as one, on every kind of server: on three masters the sites lie on several of them."""

import random
from dataclasses import replace

import pytest

from service.domain.queue import HIGHEST_FIRST, START, QueueOrder
from service.link.link import Link
from service.store import keys, scripts
from service.store.site_queues import SiteQueues
from tests.store.desk import NOW, SITE, Store, new_comment

SITES = [f"site-{number}" for number in range(7)]


async def fill(link: Link, rng: random.Random) -> dict[str, Store]:
    """Some comments in each site, several of one time or risk; the last site has none."""
    stores = {site: Store(link, replace(SITE, site=site)) for site in SITES}
    for site in SITES[:-1]:
        for _ in range(rng.randrange(1, 9)):
            new = new_comment(risk=rng.choice((0.0, 0.25, 0.5, 0.75, round(rng.random(), 5))))
            await stores[site].submit(new, now=NOW + rng.randrange(3))
    return stores


async def places(queues: SiteQueues, order: QueueOrder, limit: int) -> list[tuple[str, str]]:
    """Site and comment_id of all, read page by page."""
    found: list[tuple[str, str]] = []
    after = START
    while True:
        page = await queues.read_page(SITES, order, limit=limit, after=after, now_ms=NOW)
        found += [(each.site, each.comment.comment_id) for each in page.comments]
        if page.last is None:
            return found
        assert len(page.comments) == limit
        after = page.last


@pytest.mark.parametrize("order", QueueOrder)
async def test_pages_of_any_length_have_each_comment_once_in_order(link: Link, order: QueueOrder) -> None:
    rng = random.Random(order)
    stores = await fill(link, rng)
    queues = SiteQueues(link, stores[SITES[0]].comments)
    of_each = {site: await store.queued(order) for site, store in stores.items()}
    whole = await queues.read_page(SITES, order, limit=200, after=START, now_ms=NOW)
    assert whole.total == len(whole.comments) == sum(map(len, of_each.values()))
    assert whole.oldest_ms == min(each.comment.submitted_ms for each in whole.comments)
    for site, ids in of_each.items():
        assert [each.comment.comment_id for each in whole.comments if each.site == site] == ids
    scores = [_score(each.comment.submitted_ms, each.comment.risk, order) for each in whole.comments]
    assert scores == sorted(scores, reverse=order in HIGHEST_FIRST)
    once = [(each.site, each.comment.comment_id) for each in whole.comments]
    for limit in (1, 2, 5, len(once) - 1, len(once)):
        assert await places(queues, order, limit) == once


def _score(submitted_ms: int, risk: float | None, order: QueueOrder) -> float:
    assert risk is not None
    if order is QueueOrder.UNCERTAIN:
        return round(abs(risk - 0.5), 6)
    return risk if order is QueueOrder.RISKIEST else submitted_ms


async def test_the_last_site_is_read_to_its_end(link: Link) -> None:
    store = Store(link, replace(SITE, site=SITES[3]))
    ids = [(await store.submit(now=NOW + number)).comment_id for number in range(5)]
    for limit in range(1, 6):
        found = await places(SiteQueues(link, store.comments), QueueOrder.OLDEST, limit)
        assert found == [(SITES[3], each) for each in ids]


async def test_of_no_site_there_is_nothing(link: Link) -> None:
    queues = SiteQueues(link, Store(link).comments)
    page = await queues.read_page([], QueueOrder.OLDEST, limit=5, after=START, now_ms=NOW)
    assert (page.comments, page.total, page.oldest_ms, page.last) == ([], 0, None, None)


async def test_how_much_waits_is_told_without_reading_what_waits(link: Link) -> None:
    store = Store(link)
    for number in range(3):
        await store.submit(now=NOW + number)
    queue = keys.queue_keys("default").queue
    total, oldest, heads = await scripts.LIST_HEADS.run(link, [queue, queue], 0, 0, *START)
    assert (total, int(float(oldest)), heads) == (3, NOW, [])
    (depth,) = await SiteQueues(link, store.comments).depths(["default"])
    assert (depth.waiting, depth.oldest_ms) == (3, NOW)
