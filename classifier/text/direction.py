"""The order in which a reader sees the characters of a text, where that is not the order in which they are sent.

Overrides of direction (UAX #9, 2.2) show letters in another order than they are sent in. So does a stretch that runs
from right to left and holds pieces that run from left to right (UAX #9, L2): each piece stays as it is, and their order
is turned around. UAX #9 is the Unicode Bidirectional Algorithm; of it, only what can hide a text is followed here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from unicodedata import bidirectional

_LRE, _RLE, _LRO, _RLO, _PDF = "\u202a", "\u202b", "\u202d", "\u202e", "\u202c"
_LRI, _RLI, _FSI, _PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_EMBEDDINGS = frozenset((_LRE, _RLE, _LRO, _RLO))
_ISOLATES = frozenset((_LRI, _RLI, _FSI))
_MARKS = "\u200f\u061c"
"""These characters are strong from right to left, and cannot be seen."""

TURNING = f"{_LRO}{_RLO}{_RLE}{_RLI}{_FSI}{_MARKS}"
"""A text without any of these characters is seen in the order in which it is sent."""

_LINE_ENDS = "\n\r\u2028\u2029\x1c\x1d\x1e\x85"
_SIGN = re.compile(f"[{''.join(sorted(_EMBEDDINGS | _ISOLATES))}{_PDF}{_PDI}{_LINE_ENDS}]")
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = {"L", "EN"}, {"R", "AL"}
"""The bidirectional classes of characters that run in each direction by themselves."""

_AGAINST = {_RLO: _LEFT_TO_RIGHT, _LRO: _RIGHT_TO_LEFT}
"""Override -> the classes of the characters that it turns around."""

_MAX_DEPTH = 8
"""Overrides and embeddings within more than so many others are as if they were not there. UAX #9 has 125; nobody needs
more than three, and each level costs a look at all that is in it."""

_MAX_RUNS = 200
"""A text with more overrides, embeddings and isolates is taken for turned around, and those beyond are not followed."""


@dataclass(slots=True)
class _Run:
    """What stands between an opening sign and its end.

    opening: the sign, or "" for the line itself
    pieces: in the order sent; a piece is the indices of characters that follow each other in the text, as a range, or
        those of a run within this one in the order in which it is seen
    """

    opening: str = ""
    pieces: list[Sequence[int]] = field(default_factory=list)


class _Order:
    """Follows a text from its start to its end, and collects the indices of its characters in the order seen."""

    def __init__(self, sent: str) -> None:
        self.seen: list[int] = []
        self.is_turned = False
        self._sent = sent
        self._runs = [_Run()]
        self._n_opened = 0

    def add(self, piece: range) -> None:
        """Takes in characters that are no signs of direction."""
        if piece:
            self._runs[-1].pieces.append(piece)

    def follow(self, sign: str, place: int) -> None:
        """Opens or closes runs as a sign, or an end of a line, at a place says."""
        if sign in _LINE_ENDS:
            self.end_line()
            self.seen.append(place)
        elif sign == _PDF:
            if self._runs[-1].opening in _EMBEDDINGS:
                self._close()
        elif sign == _PDI:
            self._close_isolate()
        elif self._n_opened == _MAX_RUNS:
            self.is_turned = True
        elif len(self._runs) <= _MAX_DEPTH:
            self._runs.append(_Run(sign))
            self._n_opened += 1

    def end_line(self) -> None:
        """Closes all runs of a line: none reaches into the next."""
        while len(self._runs) > 1:
            self._close()
        self.seen.extend(self._order_of(self._runs[0]))
        self._runs[0].pieces.clear()

    def _close_isolate(self) -> None:
        """Closes the innermost isolate, with all that was opened in it; without one, its end means nothing."""
        if any(run.opening in _ISOLATES for run in self._runs):
            while self._runs[-1].opening not in _ISOLATES:
                self._close()
            self._close()

    def _close(self) -> None:
        places = self._order_of(self._runs.pop())
        self._runs[-1].pieces.append(places)

    def _order_of(self, run: _Run) -> list[int]:
        pieces, is_turned = _seen_pieces(self._sent, run)
        self.is_turned |= is_turned
        return [place for piece in pieces for place in piece]


def seen_order(sent: str) -> tuple[list[int], bool]:
    """The indices of all characters that are shown, in the order in which they are seen, and whether any are turned."""
    order = _Order(sent)
    done = 0
    for match in _SIGN.finditer(sent):
        order.add(range(done, match.start()))
        order.follow(match.group(), match.start())
        done = match.end()
    order.add(range(done, len(sent)))
    order.end_line()
    return order.seen, order.is_turned


def _seen_pieces(sent: str, run: _Run) -> tuple[Sequence[Sequence[int]], bool]:
    """The pieces of a run in the order in which they are seen, and whether its letters are turned around.

    An override turns the letters that run the other way by themselves; a run from right to left turns the order of its
    pieces from left to right. Honest Hebrew, with English words or without, stays as it is.
    """
    if run.opening in _AGAINST:
        if not _has_two(sent, run, _AGAINST[run.opening]):
            return run.pieces, False
        return [piece[::-1] if isinstance(piece, range) else piece for piece in reversed(run.pieces)], True
    if run.pieces and _is_right_to_left(sent, run):
        units, is_turned = _units_of(sent, run)
        if is_turned:
            return units[::-1], True
    return run.pieces, False


def _has_two(sent: str, run: _Run, classes: set[str]) -> bool:
    """Whether two characters of a run or more are of some bidirectional classes."""
    found = (place for piece in run.pieces for place in piece if bidirectional(sent[place]) in classes)
    return next(islice(found, 1, None), None) is not None


def _is_right_to_left(sent: str, run: _Run) -> bool:
    """Whether a run is read from right to left.

    Its opening says so; where there is none, or one that leaves it open, its first strong letter does (UAX #9, P2).
    """
    if run.opening not in ("", _FSI):
        return run.opening in (_RLE, _RLI)
    for piece in run.pieces:
        if isinstance(piece, range):
            for place in piece:
                kind = bidirectional(sent[place])
                if kind in ("L", "R", "AL"):
                    return kind != "L"
    return False


def _units_of(sent: str, run: _Run) -> tuple[list[list[int]], bool]:
    """What keeps its order in a run from right to left, and whether the order of these units is turned around.

    Marks and the borders of runs part the units. They are turned around when two with letters from left to right follow
    each other with nothing that is seen and runs from right to left between them.
    """
    units: list[list[int]] = []
    is_latin_before = is_turned = False
    for piece in run.pieces:
        parts = _parts_of(sent, piece) if isinstance(piece, range) else [list(piece)]
        for part in parts:
            kinds = {bidirectional(sent[place]) for place in part if sent[place] not in _MARKS}
            if "L" in kinds:
                is_turned |= is_latin_before
                is_latin_before = not kinds & _RIGHT_TO_LEFT
            elif kinds & _RIGHT_TO_LEFT:
                is_latin_before = False
            units.append(part)
    return units, is_turned


def _parts_of(sent: str, piece: range) -> list[list[int]]:
    """The indices of a piece, parted before each mark."""
    parts: list[list[int]] = [[]]
    for place in piece:
        if sent[place] in _MARKS:
            parts.append([])
        parts[-1].append(place)
    return parts
