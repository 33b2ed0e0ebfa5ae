"""Threads in which readers wrote lately."""

import asyncio

from service.desk import Desk
from service.domain.selection import Selection
from service.domain.thread import Thread, ThreadsPage
from service.errors import ThreadNotFoundError
from service.use_cases.lists import list_comments
from service.use_cases.threads import read_settings

COMMENTS_LOOKED_AT = 200
"""A page has the threads of so many comments."""


async def list_threads(desk: Desk, site: str, *, below: int | None) -> ThreadsPage:
    """The threads of a site's newest comments, the newest first: of those whose ordinals are below `below`, where one
    is given. A thread may be on several pages."""
    page = await list_comments(desk, site, Selection(), limit=COMMENTS_LOOKED_AT, below=below)
    last_ms: dict[str, int] = {}
    for comment in page.comments:
        last_ms.setdefault(comment.thread, comment.submitted_ms)
    found = await asyncio.gather(*(_settings_or_none(desk, site, thread) for thread in last_ms))
    return ThreadsPage([thread for thread in found if thread], last_ms, page.below)


async def _settings_or_none(desk: Desk, site: str, thread: str) -> Thread | None:
    try:
        return await read_settings(desk, site, thread)
    except ThreadNotFoundError:
        return None
