"""Notes of moderators as the console's pages show them."""

from dataclasses import dataclass

from service.domain.note import Notes
from service.html.shown.comment import shown_body
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.texts.texts import Texts


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note, when it was written and by whom."""

    at: Moment
    by: Shown
    words: Shown


@dataclass(frozen=True, slots=True)
class ShownNotes:
    """The newest notes, and how many older ones there are."""

    newest: tuple[ShownNote, ...]
    older: int


def shown_notes(notes: Notes, now_ms: int, texts: Texts) -> ShownNotes:
    """Notes in the order in which they are given."""
    newest = tuple(
        ShownNote(moment(note.at_ms, now_ms, texts), shown(note.moderator), shown_body(note.note))
        for note in notes.notes
    )
    return ShownNotes(newest, notes.total - len(newest))
