"""What moderators call of notes on comments and on authors."""

from schemas.notes import NewNoteSchema, NoteSchema, NotesPageSchema, NotesQuery
from service.api.cursors import name_of
from service.api.wire_notes import NOTE, note_json, notes_page_json
from service.errors import AuthorNotFoundError, CommentNotFoundError, StoreFullError
from service.use_cases import notes
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import Errors, operation, outcome

_FULL: Errors = {StoreFullError: "Redis has no memory left, so that no note was kept."}
_NO_COMMENT: Errors = {CommentNotFoundError: "There is no comment of this id on the site, or it was erased."}
_NO_AUTHOR: Errors = {AuthorNotFoundError: "There is no author of this id on the site, or he was forgotten."}
_WRITTEN = outcome("The note as it is kept.", NoteSchema)


@operation("Read the notes on a comment", query=NotesQuery, answers={200: NotesPageSchema}, errors=_NO_COMMENT)
async def read_comment_notes(call: Call) -> Answer:
    """Those of `.../notes`; the notes that came with decisions stand in the comment's history."""
    before, limit = name_of(NOTE, call.query["cursor"]), call.query["limit"]
    found = await notes.read_comment_notes(call.desk, call.known_site.site, call.comment_id, before=before, limit=limit)
    return Answer(200, notes_page_json(found))


@operation("Write a note on a comment", body=NewNoteSchema, answers={201: _WRITTEN}, errors={**_NO_COMMENT, **_FULL})
async def note_comment(call: Call) -> Answer:
    """For moderators alone. The comment's revision stays as it is; the newest 200 notes of a comment are kept."""
    note = await notes.note_comment(
        call.desk, call.known_site.site, call.known_caller, call.comment_id, call.body["note"], call.replay
    )
    return Answer(201, note_json(note))


@operation("Read the notes on an author", query=NotesQuery, answers={200: NotesPageSchema}, errors=_NO_AUTHOR)
async def read_author_notes(call: Call) -> Answer:
    before, limit = name_of(NOTE, call.query["cursor"]), call.query["limit"]
    found = await notes.read_author_notes(call.desk, call.known_site.site, call.author_id, before=before, limit=limit)
    return Answer(200, notes_page_json(found))


@operation("Write a note on an author", body=NewNoteSchema, answers={201: _WRITTEN}, errors={**_NO_AUTHOR, **_FULL})
async def note_author(call: Call) -> Answer:
    """For moderators alone. The newest 200 notes of an author are kept."""
    note = await notes.note_author(
        call.desk, call.known_site.site, call.known_caller, call.author_id, call.body["note"], call.replay
    )
    return Answer(201, note_json(note))
