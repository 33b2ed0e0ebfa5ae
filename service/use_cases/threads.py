"""Threads: read by anyone, set by the website."""

from collections.abc import Sequence
from dataclasses import replace

from service.desk import Desk
from service.domain.queue import Position
from service.domain.thread import Closing, Thread, ThreadChange, ThreadOrder, ThreadPage
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


def _closing(desk: Desk, site: str) -> Closing:
    return Closing(desk.now_ms(), desk.registry.site(site).policy.open_ms)


def _as_now(desk: Desk, site: str, thread: Thread) -> Thread:
    """A thread that is past its time is closed."""
    return replace(thread, closed=thread.is_closed(_closing(desk, site)))
