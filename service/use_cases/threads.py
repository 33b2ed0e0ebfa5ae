"""Threads: read by anyone, set by the website."""

from collections.abc import Sequence

from service.desk import Desk
from service.domain.queue import Position
from service.domain.thread import Thread, ThreadChange, ThreadOrder, ThreadPage
from service.store import threads


async def read_thread(
    desk: Desk, site: str, thread: str, *, order: ThreadOrder, known_version: str, limit: int, after: Position
) -> ThreadPage:
    """A page of published comments; none when it is of the version that is known."""
    if desk.registry.is_upgrading:
        await desk.thread_upgrades.upgrade(site, thread)
    return await threads.read_page(
        desk.link, site, thread, order=order, known_version=known_version, limit=limit, after=after
    )


async def count_published(desk: Desk, site: str, of_threads: Sequence[str]) -> dict[str, int]:
    """How many comments are published in each thread."""
    counts = await threads.count_published(desk.link, site, of_threads)
    return dict(zip(of_threads, counts, strict=True))


async def read_settings(desk: Desk, site: str, thread: str) -> Thread:
    """How a thread is set. ThreadNotFoundError."""
    return await threads.read_settings(desk.link, site, thread)


async def set_settings(desk: Desk, site: str, thread: str, change: ThreadChange, *, actor: str) -> Thread:
    """Makes the thread, or changes what is given of it."""
    return await threads.set_settings(desk.link, site, thread, change, actor=actor, now_ms=desk.now_ms())
