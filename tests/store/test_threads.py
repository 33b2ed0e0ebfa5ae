"""Threads: pages, versions, settings."""

from service.domain import Mode
from service.store import threads
from service.store.link import Link
from service.store.threads import ThreadPage
from tests.store.desk import Store, site_in


async def page(link: Link, known: str = "", limit: int = 100, after: tuple[str, str] = ("", "")) -> ThreadPage:
    return await threads.read_page(link, "default", "article-1", known, limit, *after)


async def test_a_reader_who_has_this_version_gets_no_comments(store: Store, link: Link) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    await store.submit()
    first = await page(link)
    assert await page(link, first.version) == ThreadPage(first.version, "", "", 0, None)
    await store.submit()
    second = await page(link, first.version)
    assert second.version != first.version
    assert len(second.comments or []) == 2
