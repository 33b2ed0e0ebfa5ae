"""Threads: read by anyone, set by the website."""

from collections.abc import Sequence
from dataclasses import replace

from service.desk import Desk
from service.domain.policy import Mode
from service.domain.queue import Position
from service.domain.thread import SITES_OWN, Closing, SitesOwn, Thread, ThreadChange, ThreadOrder, ThreadPage
from service.errors import ThreadNotFoundError
from service.store import threads


async def read_thread(
    desk: Desk, site: str, thread: str, *, order: ThreadOrder, known_version: str, limit: int, after: Position
) -> ThreadPage:
    """A page of published comments; none when it is of the version that is known."""
    if desk.registry.is_upgrading:
        await desk.thread_upgrades.upgrade(site, thread)
    return await threads.read_page(
        desk.link,
        site,
        thread,
        order=order,
        known_version=known_version,
        limit=limit,
        after=after,
        closing=_closing(desk, site),
    )


async def count_published(desk: Desk, site: str, of_threads: Sequence[str]) -> dict[str, int]:
    """How many comments are published in each thread."""
    counts = await threads.count_published(desk.link, site, of_threads)
    return dict(zip(of_threads, counts, strict=True))


async def read_settings(desk: Desk, site: str, thread: str) -> Thread:
    """How a thread is set. ThreadNotFoundError."""
    return _as_now(desk, site, await threads.read_settings(desk.link, site, thread))


async def set_settings(desk: Desk, site: str, thread: str, change: ThreadChange, *, actor: str) -> Thread:
    """Makes the thread, or changes what is given of it."""
    changed = await threads.set_settings(desk.link, site, thread, change, actor=actor, now_ms=desk.now_ms())
    return _as_now(desk, site, changed)


async def moderate(desk: Desk, site: str, thread: str, *, is_closed: bool, mode: Mode | SitesOwn, actor: str) -> Thread:
    """Sets how a thread is moderated, and whether it takes comments. One that is past its time and is opened stays open
    for as long as the site's policy leaves a new one open."""
    known, closing = await _find(desk, site, thread), _closing(desk, site)
    change = ThreadChange(mode=mode)
    if is_closed != (known is not None and known.is_closed(closing)):
        closes_ms = None if is_closed or known is None else _reopened_until(known, closing)
        change = replace(change, closed=is_closed, closes_ms=closes_ms)
    return await set_settings(desk, site, thread, change, actor=actor)


async def _find(desk: Desk, site: str, thread: str) -> Thread | None:
    try:
        return await threads.read_settings(desk.link, site, thread)
    except ThreadNotFoundError:
        return None


def _reopened_until(thread: Thread, closing: Closing) -> int | SitesOwn | None:
    """When a thread that is opened again closes by itself; None as it was, where that is still to come."""
    if not replace(thread, closed=False).is_closed(closing):
        return None
    return closing.now_ms + closing.open_ms if closing.open_ms else SITES_OWN


def _closing(desk: Desk, site: str) -> Closing:
    return Closing(desk.now_ms(), desk.registry.site(site).policy.open_ms)


def _as_now(desk: Desk, site: str, thread: Thread) -> Thread:
    """A thread that is past its time is closed."""
    return replace(thread, closed=thread.is_closed(_closing(desk, site)))
