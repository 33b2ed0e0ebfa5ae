"""Threads: read by anyone, set by the website."""

from collections.abc import Mapping, Sequence

import orjson

from service.desk import Desk
from service.domain.comment import State
from service.page_cache import NO_PAGE, Page
from service.store import threads
from service.store.queue import Position
from service.store.record import unpack_public
from service.store.threads import Published, ThreadPage
from service.use_cases.wire import (
    Json,
    cursor_after,
    joined,
    position_of,
    public_cursor_after,
    public_position_of,
    rfc3339,
)


async def read_thread(desk: Desk, site: str, thread: str, limit: int, cursor: str) -> Page:
    """A page of a thread as JSON. Its tag tells nothing but whether it is the same page: not when the thread began, nor
    how often it changed."""
    after = public_position_of(desk.vault, site, thread, cursor)
    key = (site, thread, limit, cursor)
    cached = desk.pages.get(key) or NO_PAGE
    page = await threads.read_page(desk.link, site, thread, cached.version, limit + 1, after.score, after.comment_id)
    if page.comments is None:
        return cached
    shown = page.comments[:limit]
    last = shown[-1] if len(page.comments) > limit else None
    position = Position(str(last.published_ms), last.comment_id) if last else None
    more = public_cursor_after(desk.vault, site, thread, position)
    head = {"thread": thread, "article": {"title": page.title, "url": page.url}, "count": page.total}
    comments = joined([orjson.dumps(public_json(each)) for each in shown])
    tail = orjson.dumps({"next_cursor": more})
    content = orjson.dumps(head)[:-1] + b',"comments":' + comments + b"," + tail[1:]
    made = Page(page.version, content, desk.vault.digest("page", *map(str, key), page.version))
    if shown:  # an empty page is made as quickly, and there are as many as there are names of threads
        desk.pages.put(key, made)
    return made


async def read_published(desk: Desk, site: str, thread: str, known_version: str, limit: int, cursor: str) -> ThreadPage:
    """As `read_thread`, for a page that is made here: the comments as they are stored, none of a known version."""
    after = position_of(cursor)
    return await threads.read_page(desk.link, site, thread, known_version, limit, after.score, after.comment_id)


def cursor_behind(comment: Published) -> str:
    """The cursor that asks for what comes after a comment."""
    return cursor_after(Position(str(comment.published_ms), comment.comment_id)) or ""


def public_json(comment: Published) -> Json:
    """A published comment as anyone may see it."""
    return unpack_public(comment.comment_id, comment.public) | {"published_at": rfc3339(comment.published_ms)}


async def count_published(desk: Desk, site: str, of_threads: Sequence[str]) -> Json:
    counts = await threads.counts(desk.link, site, of_threads)
    return {"counts": dict(zip(of_threads, counts, strict=True))}


async def read_settings(desk: Desk, site: str, thread: str) -> Json:
    return _settings_json(thread, await threads.read_settings(desk.link, site, thread))


async def set_settings(desk: Desk, site: str, thread: str, changes: Mapping[str, object], *, actor: str) -> Json:
    """Makes the thread or changes what is given of it."""
    stored = {name: _as_stored(value) for name, value in changes.items()}
    now_ms = desk.now_ms()
    fields = await threads.set_settings(desk.link, site, thread, stored, actor=actor, now_ms=now_ms)
    return _settings_json(thread, fields)


def _as_stored(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def _settings_json(thread: str, fields: dict[str, str]) -> Json:
    return {
        "thread": thread,
        "title": fields.get("title", ""),
        "url": fields.get("url", ""),
        "closed": fields.get("closed") == "1",
        "mode": fields.get("mode") or None,
        "counts": {state.value: int(fields.get(state, 0)) for state in State if state is not State.ERASED},
    }
