"""Notes that moderators write for each other, on a comment or on an author."""

from collections.abc import Sequence
from typing import NamedTuple

NEWEST_SHOWN = 10
"""So many notes are shown with what they are on."""


class Note(NamedTuple):
    """What a moderator wrote, and when; ids sort by time."""

    note_id: str
    member_id: str
    moderator: str
    at_ms: int
    note: str


class Notes(NamedTuple):
    """How many notes there are on something, and some of them, the newest first; `last` is the id of the last one of
    these where older ones follow."""

    total: int
    notes: Sequence[Note]
    last: str | None = None


NO_NOTES = Notes(0, ())
