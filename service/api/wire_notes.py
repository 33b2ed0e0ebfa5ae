"""How notes look on the wire."""

from typing import Any

from service.api.cursors import name_cursor_after
from service.domain.note import Note, Notes
from service.domain.times import rfc3339

NOTE = "note"
"""What a cursor of a list of notes is good for."""


def note_json(note: Note) -> dict[str, Any]:
    """A note as `schemas.notes.NoteSchema` has it."""
    return {
        "note_id": note.note_id,
        "member_id": note.member_id,
        "moderator": note.moderator,
        "at": rfc3339(note.at_ms),
        "note": note.note,
    }


def newest_notes_json(notes: Notes) -> dict[str, Any]:
    """Notes as `schemas.notes.NewestNotesSchema` has them."""
    return {"count": notes.total, "newest": [note_json(note) for note in notes.notes]}


def notes_page_json(notes: Notes) -> dict[str, Any]:
    """Notes as `schemas.notes.NotesPageSchema` has them."""
    return {
        "notes": [note_json(note) for note in notes.notes],
        "count": notes.total,
        "next_cursor": name_cursor_after(NOTE, notes.last),
    }
