"""Threads: pages, versions, settings."""

import pytest

from service.domain.policy import Mode
from service.domain.thread import ThreadChange, ThreadPage
from service.errors import ThreadNotFoundError
from service.link.link import Link
from service.store import threads
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


async def test_a_thread_shows_what_is_published_in_the_order_of_publication(store: Store, link: Link) -> None:
    new = [new_comment() for _ in range(4)]
    ids = [(await store.submit(each, now=NOW + number)).comment_id for number, each in enumerate(new)]
    for number, comment_id in enumerate([ids[2], ids[0], ids[3]]):
        await store.decide(comment_id, now=NOW + 100 + number)
    shown = (await page(link)).comments or []
    assert [(each.comment_id, each.published_ms) for each in shown] == [
        (ids[2], NOW + 100),
        (ids[0], NOW + 101),
        (ids[3], NOW + 102),
    ]
    assert [each.body for each in shown] == [new[number].submission.body for number in (2, 0, 3)]


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
