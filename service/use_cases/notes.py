"""Notes that moderators write for each other, on comments and on authors."""

from service.desk import Desk, new_id
from service.domain.caller import Caller
from service.domain.note import Note, Notes
from service.domain.replay import Replay
from service.store import notes
from service.store.author_names import find_author
from service.store.notes import Noted


async def read_comment_notes(desk: Desk, site: str, comment_id: str, *, before: str, limit: int) -> Notes:
    """Notes on a comment, the newest first. CommentNotFoundError."""
    await desk.comments.find_home(site, comment_id)
    return await notes.read(desk.link, notes.on_comment(site, comment_id), before=before, limit=limit)


async def note_comment(desk: Desk, site: str, caller: Caller, comment_id: str, note: str, replay: Replay) -> Note:
    """Writes a note on a comment. CommentNotFoundError."""
    await desk.comments.find_home(site, comment_id)
    return await _add(desk, caller, notes.on_comment(site, comment_id), note, replay=replay)


async def read_author_notes(desk: Desk, site: str, author_id: str, *, before: str, limit: int) -> Notes:
    """Notes on an author, the newest first. AuthorNotFoundError."""
    author = await find_author(desk.link, site, author_id)
    return await notes.read(desk.link, notes.on_author(site, author_id, author), before=before, limit=limit)


async def note_author(desk: Desk, site: str, caller: Caller, author_id: str, note: str, replay: Replay) -> Note:
    """Writes a note on an author. AuthorNotFoundError."""
    author = await find_author(desk.link, site, author_id)
    return await _add(desk, caller, notes.on_author(site, author_id, author), note, replay=replay)


async def _add(desk: Desk, caller: Caller, noted: Noted, note: str, *, replay: Replay) -> Note:
    now_ms = desk.now_ms()
    made = Note("n" + new_id(now_ms), caller.actor, caller.name, now_ms, note)
    return await notes.add(desk.link, noted, made, replay)
