"""From a text, what is special in it, and what was marked, to the pieces that are drawn."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import bidirectional

from service.html.shown.piece import Family, Foreign, Marked, Piece, Plain, Unmarked, source_of
from service.html.shown.special import Looked, Place, look_through

MAX_CHARS = 20_000
"""Of a longer text only so much is shown."""
MAX_SPECIAL = 200
"""So many chips and foreign letters are drawn in one text; the others are counted at its end."""

_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}


class Stretch(NamedTuple):
    """A part of a text that a reason speaks of; the end is exclusive."""

    start: int
    end: int
    family: Family
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as it is drawn, folded where it is long: `head` stands there at once, `rest` is folded away."""

    head: tuple[Piece, ...]
    rest: tuple[Piece, ...] = ()
    size_chars: int = 0
    left_out: int = 0
    """How many invisible characters, heaps of accents and foreign letters are not drawn, as there are too many."""
    is_cut: bool = False
    """Whether the text is longer than what is shown in any way."""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return self.head + self.rest

    @property
    def direction(self) -> str:
        """How all of it runs, as `dir` has it: by the first letter that says so. A browser would ask each part."""
        for character in source_of(self.head):
            if direction := _DIRECTIONS.get(bidirectional(character)):
                return direction
        return "auto"

    @property
    def marks_below(self) -> int:
        """How many marks are folded away."""
        return sum(isinstance(piece, Marked) for piece in self.rest)


def shown(text: str) -> Shown:
    """A text without marks, in one part: a name, a note, a quote."""
    looked = look_through(text[:MAX_CHARS])
    return compose(looked, (), len(looked.text), is_cut=len(text) > MAX_CHARS)


def compose(looked: Looked, stretches: Iterable[Stretch], fold_at: int, *, is_cut: bool = False) -> Shown:
    """The pieces of a text with the stretches marked, which do not overlap, and folded at a place in it."""
    drawn, left_out = looked.places[:MAX_SPECIAL], looked.places[MAX_SPECIAL:]
    marked = tuple(_whole(looked, stretches))
    fold_at = next((each.start for each in marked if each.start < fold_at < each.end), fold_at)
    if fold_at < len(looked.text):
        fold_at = _Borders(looked).before(fold_at)
    text, hidden = looked.text, _Hidden(looked.text, left_out)
    head = tuple(_pieces(hidden, drawn, marked, start=0, end=fold_at))
    rest = tuple(_pieces(hidden, drawn, marked, start=fold_at, end=len(text)))
    return Shown(head, rest, len(text), len(left_out), is_cut)


def _whole(looked: Looked, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches in order, each widened so that it parts no chip, and no letter from the marks on it."""
    done = 0
    borders = _Borders(looked)
    for each in sorted(stretches):
        start, end = max(done, borders.before(each.start)), borders.after(each.end)
        if start < end:
            yield each._replace(start=start, end=end)
            done = end


class _Borders:
    """Places in a text where an element may begin or end."""

    def __init__(self, looked: Looked) -> None:
        self._text = looked.text
        self._letters: Container[int] = range(len(looked.text) + 1)
        if looked.places or len(looked.sources) < len(looked.text):
            self._letters = self._some(looked)

    @staticmethod
    def _some(looked: Looked) -> set[int]:
        """Where a text has marks or special pieces, an element may not begin everywhere."""
        letters = {*looked.sources} | {each.start for each in looked.places} | {len(looked.text)}
        for place in looked.places:
            letters.difference_update(range(place.start + 1, place.end))
        return letters

    def before(self, place: int) -> int:
        while place > 0 and place not in self._letters:
            place -= 1
        return max(0, place)

    def after(self, place: int) -> int:
        while place < len(self._text) and place not in self._letters:
            place += 1
        return min(place, len(self._text))


class _Hidden:
    """A text of which some invisible characters are drawn in no way."""

    def __init__(self, text: str, left_out: Sequence[Place]) -> None:
        self.text = text
        undrawn = [place for place in left_out if not isinstance(place.piece, Foreign)]
        self._places = {at for place in undrawn for at in range(place.start, place.end)}

    def plain(self, start: int, end: int) -> Plain:
        source = self.text[start:end]
        if not self._places:
            return Plain(source, source)
        drawn = "".join([character for at, character in enumerate(source, start) if at not in self._places])
        return Plain(drawn, source)


def _pieces(
    hidden: _Hidden, places: Sequence[Place], marked: Sequence[Stretch], *, start: int, end: int
) -> Iterator[Piece]:
    for stretch in marked:
        if start <= stretch.start < end:
            yield from _unmarked(hidden, places, start, stretch.start)
            within = tuple(_unmarked(hidden, places, stretch.start, stretch.end))
            yield Marked(within, stretch.family, stretch.number, stretch.label)
            start = stretch.end
    yield from _unmarked(hidden, places, start, end)


def _unmarked(hidden: _Hidden, places: Sequence[Place], start: int, end: int) -> Iterator[Unmarked]:
    for place in places:
        if start <= place.start < end:
            if start < place.start:
                yield hidden.plain(start, place.start)
            yield place.piece
            start = place.end
    if start < end:
        yield hidden.plain(start, end)
