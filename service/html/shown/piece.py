"""The pieces that a text is drawn in. Put together, their sources are the text."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Family(StrEnum):
    """What a stretch of text speaks for: each has a line of its own."""

    ATTACK = "attack"
    HATE = "hate"
    THREAT = "threat"
    COARSE = "coarse"
    SPAM = "spam"
    RULE = "rule"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Plain:
    """Text that is drawn as it is. `source` is longer where a text has more invisible characters than are shown."""

    kind: ClassVar[str] = "plain"
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A character that cannot be seen, or several of the same in a row: a short `label`, and the English name that
    Unicode has for it, "" where it has none."""

    kind: ClassVar[str] = "chip"
    source: str
    label: str
    name: str

    @property
    def count(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class Accents:
    """Combining marks that are not drawn, as a letter has too many of them, or as no letter stands before them."""

    kind: ClassVar[str] = "accents"
    source: str

    @property
    def count(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class Foreign:
    """Letters of another script, or of a form, than the rest of their word, and what they pass for."""

    kind: ClassVar[str] = "foreign"
    source: str
    reads_as: str


Special = Chip | Accents | Foreign
Unmarked = Plain | Special


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch that a reason speaks of: the number of that reason, and its label in the reader's language."""

    kind: ClassVar[str] = "marked"
    pieces: tuple[Unmarked, ...]
    family: Family
    number: int
    label: str

    @property
    def source(self) -> str:
        return source_of(self.pieces)


Piece = Unmarked | Marked


def source_of(pieces: Iterable[Piece]) -> str:
    """The text that was put into pieces."""
    return "".join(piece.source for piece in pieces)
