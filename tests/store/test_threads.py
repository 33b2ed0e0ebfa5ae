"""Threads: pages, versions, settings."""

import pytest

from service.domain.policy import Mode
from service.domain.thread import ThreadChange, ThreadOrder, ThreadPage
from service.errors import ThreadNotFoundError
from service.link.link import Link
from service.store import keys, threads
from tests.store.desk import NOW, Store, new_comment, site_in


async def page(link: Link, known: str = "", limit: int = 100) -> ThreadPage:
    return await threads.read_page(link, "default", "article-1", known_version=known, limit=limit)


async def test_a_reader_who_has_this_version_gets_no_comments(store: Store, link: Link) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    await store.submit()
    first = await page(link)
    assert await page(link, first.version) == ThreadPage(first.version, "", "", 0, None)
    await store.submit()
    second = await page(link, first.version)
    assert second.version != first.version
    assert len(second.comments or []) == 2


async def test_a_thread_shows_what_is_published_in_the_order_of_its_writing(store: Store, link: Link) -> None:
    new = [new_comment() for _ in range(4)]
    ids = [(await store.submit(each, now=NOW + number)).comment_id for number, each in enumerate(new)]
    for number, comment_id in enumerate([ids[2], ids[0], ids[3]]):
        await store.decide(comment_id, now=NOW + 100 + number)
    shown = (await page(link)).comments or []
    assert [(each.comment_id, each.submitted_ms, each.published_ms) for each in shown] == [
        (ids[0], NOW, NOW + 101),
        (ids[2], NOW + 2, NOW + 100),
        (ids[3], NOW + 3, NOW + 102),
    ]
    assert [each.body for each in shown] == [new[number].submission.body for number in (0, 2, 3)]
    assert await store.page(order=ThreadOrder.NEWEST) == [ids[3], ids[2], ids[0]]
    assert await store.page(order=ThreadOrder.PUBLISHED) == [ids[2], ids[0], ids[3]]


async def test_a_parent_that_is_approved_again_stands_where_it_was(store: Store, link: Link) -> None:
    parent = (await store.submit(now=NOW)).comment_id
    await store.decide(parent, now=NOW + 1)
    reply = (await store.submit(new_comment(parent_id=parent), now=NOW + 2)).comment_id
    await store.decide(reply, now=NOW + 3)
    await store.decide(parent, "reject", now=NOW + 4)
    await store.decide(parent, now=NOW + 5)
    assert await store.page() == [parent, reply]
    shown = (await page(link)).comments or []
    assert [(each.submitted_ms, each.published_ms) for each in shown] == [(NOW, NOW + 5), (NOW + 2, NOW + 3)]
    await store.undo(parent)
    await store.undo(parent)
    assert [each.published_ms for each in (await page(link)).comments or []] == [NOW + 1, NOW + 3]


async def test_what_is_published_at_once_takes_one_place(store: Store, link: Link) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    comment_id = (await store.submit()).comment_id
    later = keys.published_later("default", "article-1")
    assert await link.call("EXISTS", later) == 0
    await store.decide(comment_id, "spam", now=NOW + 1)
    await store.decide(comment_id, now=NOW + 2)
    assert await link.call("ZSCORE", later, comment_id) == str(NOW + 2).encode()
    await store.undo(comment_id)
    await store.undo(comment_id)
    assert await link.call("EXISTS", later) == 0
    assert await store.page(order=ThreadOrder.PUBLISHED) == [comment_id]


async def test_a_page_tells_whether_the_thread_is_closed(store: Store, link: Link) -> None:
    for is_closed in (True, False):
        change = ThreadChange(closed=is_closed)
        await threads.set_settings(link, "default", "article-1", change, actor="root", now_ms=NOW)
        assert (await page(link)).is_closed == is_closed


async def test_each_change_that_readers_can_see_makes_a_new_version(store: Store, link: Link) -> None:
    comment_id = (await store.submit()).comment_id
    versions = [(await page(link)).version]
    for change in (store.decide(comment_id), store.decide(comment_id, "spam"), store.undo(comment_id)):
        await change
        versions.append((await page(link)).version)
    await threads.set_settings(link, "default", "article-1", ThreadChange(title="A title"), actor="root", now_ms=NOW)
    versions.append((await page(link)).version)
    assert len(set(versions)) == len(versions)


async def test_a_thread_with_nothing_to_be_seen_is_as_an_unknown_one(store: Store, link: Link) -> None:
    unknown = await page(link)
    assert unknown == ThreadPage("0", "", "", 0, [])
    comment_id = (await store.submit()).comment_id
    await store.decide(comment_id, "spam")
    assert await page(link) == unknown
    await store.decide(comment_id)
    assert (await page(link)).version != "0"


async def test_an_unknown_thread_has_no_settings_and_counts_nothing(store: Store, link: Link) -> None:
    await store.decide((await store.submit()).comment_id)
    with pytest.raises(ThreadNotFoundError):
        await threads.read_settings(link, "default", "nowhere")
    assert await threads.count_published(link, "default", ["nowhere", "article-1", "article-1"]) == [0, 1, 1]


async def test_setting_a_thread_makes_it_once(store: Store, link: Link) -> None:
    await threads.set_settings(
        link, "default", "article-1", ThreadChange(title="A title", closed=False), actor="root", now_ms=NOW
    )
    changed = await threads.set_settings(
        link, "default", "article-1", ThreadChange(closed=True), actor="root", now_ms=NOW + 1
    )
    assert (changed.title, changed.closed) == ("A title", True)
    assert (await store.thread_fields())["created_ms"] == str(NOW)
