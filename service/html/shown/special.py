"""Finds in a text what is not drawn as it is: what cannot be seen, heaps of accents, and foreign letters."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from schemas.visibility import has_hidden, hidden_places
from service.html.shown.letters import foreign_letters
from service.html.shown.piece import Accents, Foreign, Special
from service.html.shown.sign import chip_of

MAX_DRAWN_MARKS = 4
"""So many combining marks are drawn on one letter: no language that is written today needs more."""
_KEPT_CONTROLS = "\n\t"
_SPACES = re.compile("[\n\t\u00a0\u202f]")
"""What stands between words and is not `printable` to Python."""
_DRAWN, _DRAWN_MARK, _HIDDEN, _TOO_MANY = "-mha"
"""How a character is shown: as it is, as a mark on the letter before it, by a chip, or by the chip of accents."""


class Place(NamedTuple):
    """Where in a text a special piece stands."""

    start: int
    end: int
    piece: Special


@dataclass(frozen=True, slots=True)
class Looked:
    """A text that was looked through. `bare` is it without marks and invisible characters, foreign letters as what they
    read as; `sources` has for each character of `bare` its place in the text."""

    text: str
    places: tuple[Place, ...] = ()
    bare: str = ""
    sources: range | list[int] = field(default_factory=lambda: range(0))


def look_through(text: str) -> Looked:
    """The special pieces of a text, in order, none within another."""
    if not _has_unseen(text) and not foreign_letters(text):
        return Looked(text, (), text, range(len(text)))
    hidden = {*hidden_places(text), *_control_places(text)}
    marks = {character for character in set(text) if unicodedata.category(character)[0] == "M"}
    sources = [at for at, character in enumerate(text) if at not in hidden and character not in marks]
    bare = "".join([text[at] for at in sources])
    foreign = {sources[at]: reads_as for at, reads_as in foreign_letters(bare).items()}
    kinds = _kinds(text, hidden, marks)
    places = sorted([*_unseen(text, kinds), *_foreign(text, kinds, foreign)])
    read = [foreign.get(at, text[at]) for at in sources]
    widened = [at for at, letters in zip(sources, read, strict=True) for _ in letters]
    return Looked(text, tuple(places), "".join(read), widened)


def _has_unseen(text: str) -> bool:
    """Whether a text has marks, or anything that is not drawn. Most texts have neither, and are told by that in a
    tenth of the time that it takes to look at each character."""
    line = _SPACES.sub(" ", text)
    if not line.isprintable() or has_hidden(line):
        return True
    return not text.isascii() and any(unicodedata.category(each)[0] == "M" for each in set(text))


def _control_places(text: str) -> Iterator[int]:
    controls = {each for each in set(text) if unicodedata.category(each) == "Cc"} - {*_KEPT_CONTROLS}
    return (at for at, character in enumerate(text) if character in controls) if controls else iter(())


def _unseen(text: str, kinds: str) -> Iterator[Place]:
    """Chips: those of the same character in a row as one, and so all accents of a letter that are too many."""
    at = 0
    for (kind, _), run in groupby(zip(kinds, text, strict=True), _by_chip):
        end = at + sum(1 for _ in run)
        if kind == _HIDDEN:
            yield Place(at, end, chip_of(text[at:end]))
        elif kind == _TOO_MANY:
            yield Place(at, end, Accents(text[at:end]))
        at = end


def _by_chip(of_kind: tuple[str, str]) -> tuple[str, str]:
    kind, character = of_kind
    return kind, character if kind == _HIDDEN else ""


def _kinds(text: str, hidden: set[int], marks: set[str]) -> str:
    """A letter for each character. A mark is never drawn behind a chip or at the start of a line, where it would stand
    over something else."""
    kinds, room = [], 0
    for at, character in enumerate(text):
        kind = _DRAWN
        if at in hidden:
            kind, room = _HIDDEN, 0
        elif character in marks:
            kind, room = (_DRAWN_MARK, room - 1) if room else (_TOO_MANY, 0)
        elif character in _KEPT_CONTROLS:
            room = 0
        elif unicodedata.category(character) != "Cf":  # a joiner that belongs where it stands is no letter
            room = MAX_DRAWN_MARKS
        kinds.append(kind)
    return "".join(kinds)


def _foreign(text: str, kinds: str, foreign: dict[int, str]) -> Iterator[Place]:
    """Foreign letters with the marks on them, those beside each other as one piece."""
    end = 0
    for start in foreign:
        if start < end:
            continue
        end, reads_as = start, ""
        while end in foreign:
            reads_as += foreign[end]
            end += 1
            while kinds[end : end + 1] == _DRAWN_MARK:
                end += 1
        yield Place(start, end, Foreign(text[start:end], reads_as))
