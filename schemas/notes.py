"""The schemas of notes on comments and on authors."""

from marshmallow import fields

from schemas.fields import TIME, Closed, Paragraphs, next_cursor, page_limit, query_cursor

MAX_NOTE_CHARS = 2000


class NewNoteSchema(Closed):
    """A note to be kept."""

    note = Paragraphs(
        max_chars=MAX_NOTE_CHARS,
        required=True,
        metadata={"description": "What colleagues should know, in one or several lines: 1 to 2,000 characters."},
    )


class NoteSchema(Closed):
    """A note of a moderator for colleagues. No reader and no website ever sees it."""

    note_id = fields.String(required=True, metadata={"description": "The note's id; later ones sort behind it."})
    member_id = fields.String(required=True, metadata={"description": "The id of the moderator who wrote it."})
    moderator = fields.String(required=True, metadata={"description": "The name of that moderator at the time."})
    at = fields.String(required=True, metadata=TIME | {"description": "When it was written, RFC 3339 in UTC."})
    note = fields.String(required=True, metadata={"description": "What was written: plain text with line breaks."})


class NewestNotesSchema(Closed):
    """How many notes there are, and the newest of them."""

    count = fields.Integer(required=True, metadata={"description": "How many notes are kept, at most 200."})
    newest = fields.List(
        fields.Nested(NoteSchema), required=True, metadata={"description": "The newest ten, the newest first."}
    )


class NotesQuery(Closed):
    """Which page of the notes."""

    limit = page_limit(50)
    cursor = query_cursor()


class NotesPageSchema(Closed):
    """A page of notes, the newest first."""

    notes = fields.List(
        fields.Nested(NoteSchema), required=True, metadata={"description": "The notes of this page, the newest first."}
    )
    count = fields.Integer(required=True, metadata={"description": "How many notes are kept in all, at most 200."})
    next_cursor = next_cursor()
