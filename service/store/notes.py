"""Notes in Redis, on comments and on authors; each is packed as a JSON array of who, his name, when and what."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from service.domain.event import EventKind
from service.domain.note import Note, Notes
from service.domain.replay import Replay
from service.errors import AuthorNotFoundError, CommentNotFoundError, RecordAbsentError, RequestError
from service.link.link import Link
from service.store import keys, scripts


class Noted(NamedTuple):
    """What notes are on: the comment or author, where its record and its notes lie, and what is raised without it."""

    site: str
    kind: EventKind
    subject: str
    record: str
    notes: str
    absent: type[RequestError]


def on_comment(site: str, comment_id: str) -> Noted:
    record, notes = keys.comment(site, comment_id), keys.comment_notes(site, comment_id)
    return Noted(site, EventKind.NOTED, comment_id, record, notes, CommentNotFoundError)


def on_author(site: str, author_id: str, author: str) -> Noted:
    """An author by his id and the keyed hash of his email."""
    record, notes = keys.author(site, author), keys.author_notes(site, author)
    return Noted(site, EventKind.AUTHOR_NOTED, author_id, record, notes, AuthorNotFoundError)


async def add(link: Link, noted: Noted, note: Note, replay: Replay) -> Note:
    """Keeps a note, of which the newest 200 are kept; gives it, or the one that this Idempotency-Key made first.
    CommentNotFoundError, AuthorNotFoundError."""
    names = [noted.record, noted.notes, keys.events(noted.site), keys.idempotency(noted.site, replay.digest)]
    packed = orjson.dumps(note[1:])
    arguments = (note.at_ms, noted.kind, noted.subject, note.member_id, note.note_id, packed, replay.fingerprint)
    try:
        note_id, kept = await scripts.ADD_NOTE.run(link, names, *arguments)
    except RecordAbsentError as error:
        raise noted.absent from error
    return _unpack(note_id, kept)


async def read(link: Link, noted: Noted, *, before: str = "", limit: int) -> Notes:
    """Notes that are older than the one of an id, or the newest. CommentNotFoundError, AuthorNotFoundError."""
    try:
        ids, packed, count, has_more = await scripts.READ_NOTES.run(link, [noted.record, noted.notes], before, limit)
    except RecordAbsentError as error:
        raise noted.absent from error
    notes = unpack_notes(ids, packed)
    return Notes(count, notes, notes[-1].note_id if has_more else None)


def unpack_notes(ids: Sequence[bytes], packed: Sequence[bytes]) -> list[Note]:
    return [_unpack(note_id, each) for note_id, each in zip(ids, packed, strict=True)]


def _unpack(note_id: bytes, packed: bytes) -> Note:
    return Note(note_id.decode(), *orjson.loads(packed))
