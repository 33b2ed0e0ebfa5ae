"""A text in the order and with the gaps in which a reader sees it, where what is sent hides that.

Overrides of direction (UAX #9, 2.2) show letters in another order than they are sent in. So does a stretch that runs
from right to left and holds pieces that run from left to right (UAX #9, L2): each stays, their order is turned.
Fillers are letters that show as a gap; tags are not shown at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import NamedTuple
from unicodedata import bidirectional

from classifier.assessment import DIRECTION_OVERRIDDEN, FILLER_CHARACTERS, Span

_RLO, _LRO, _PDF, _PDI = "\u202e", "\u202d", "\u202c", "\u2069"
_EMBEDDINGS, _ISOLATES = _LRO + _RLO + "\u202a\u202b", "\u2066\u2067\u2068"
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
_RLE, _RLI, _FSI = "\u202b", "\u2067", "\u2068"
_MARKS = "\u200f\u061c"
"""Strong from right to left, and not to be seen."""
_TURNING = re.compile(f"[{_LRO}{_RLO}{_RLE}{_RLI}{_FSI}{_MARKS}]")
_HIDING = re.compile(f"[{_LRO}{_RLO}{_RLE}{_RLI}{_FSI}{_MARKS}{_FILLERS}\U000e0000-\U000e0fff]")
_LINE_ENDS = "\n\r\u2028\u2029\x1c\x1d\x1e\x85"
_SIGN = re.compile(f"[{_EMBEDDINGS}{_ISOLATES}{_PDF}{_PDI}{_LINE_ENDS}]")
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_WITHOUT_FILLERS = dict.fromkeys(map(ord, _FILLERS))
_FILLER = re.compile(f"[{_FILLERS}]")
_FIRST_TAG = "\U000e0000"
_TAG = re.compile("[\U000e0000-\U000e007f]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]*$")
_LONGEST_FLAG = 8
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = {"L", "EN"}, {"R", "AL"}
_MOST_DEPTH = 8
"""Of overrides and embeddings within each other: deeper ones are as if they were not there. UAX #9 has 125; nobody
needs more than three, and each costs a look at all that is in it."""
_READ_TWICE_CHARS = 2500
"""A longer text is scored as it is seen alone: whatever hides is held in any case."""
_MOST_RUNS = 200
"""Of overrides, embeddings and isolates in one text: one with more is taken for turned around, and the rest is left."""


class Reading(NamedTuple):
    """One way to read a text: its code points, and of each which one of the text as sent it is."""

    text: str
    sources: Sequence[int]

    def restored(self, sent: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Spans of this reading as spans of what was sent: each the stretch that holds all of its code points."""
        utf16 = [0, *accumulate(2 if character > "\uffff" else 1 for character in sent)]
        restored = []
        for span in spans:
            places = self.sources[span.start : span.end]
            start, end = min(places), max(places) + 1
            restored.append(span._replace(start=start, end=end, start_utf16=utf16[start], end_utf16=utf16[end]))
        return tuple(sorted(restored))


class Appearance(NamedTuple):
    """What a reader may see: first the order in which letters are shown, then that with fillers left out, then the text
    as it was sent. `findings` are codes of what was found, see `assessment.py`."""

    readings: tuple[Reading, ...]
    findings: tuple[str, ...]


@dataclass(slots=True)
class _Run:
    """What stands between an opening sign and its end: pieces in the order sent, each the places of a plain stretch, or
    of a run within it as that is seen."""

    opening: str = ""
    pieces: list[Sequence[int]] = field(default_factory=list)


def appearance_of(sent: str) -> Appearance | None:
    """How a text is seen, or None for one that is seen as it is sent: nearly all."""
    if sent.isascii() or _HIDING.search(sent) is None:
        return None
    order, is_turned = _seen_order(sent) if _TURNING.search(sent) else (range(len(sent)), False)
    shown = [place for place in (order if is_turned else range(len(sent))) if sent[place] < _FIRST_TAG]
    has_tags = len(shown) < len(sent) and any(map(_is_stray_tag, _TAG.finditer(sent)))
    fillers = _fillers(sent)
    if not (is_turned or fillers or len(shown) < len(sent)):
        return None
    readings = [Reading("".join(" " if place in fillers else sent[place] for place in shown), shown)]
    if len(sent) <= _READ_TWICE_CHARS and fillers:
        kept = [place for place in shown if place not in fillers]
        readings.append(Reading("".join(sent[place] for place in kept), kept))
    if len(sent) <= _READ_TWICE_CHARS and is_turned:
        readings.append(Reading(sent, range(len(sent))))
    hides = bool(fillers) or has_tags
    return Appearance(tuple(readings), (DIRECTION_OVERRIDDEN,) * is_turned + (FILLER_CHARACTERS,) * hides)


def _fillers(sent: str) -> frozenset[int]:
    """The places of fillers. One that stands for a missing letter of a Korean syllable that is written letter by letter
    is none."""
    found = [match.start() for match in _FILLER.finditer(sent)]
    if found and _JAMO.search(sent.translate(_WITHOUT_FILLERS)):
        found = [at for at in found if not _JAMO.search(sent[max(0, at - 1) : at] + sent[at + 1 : at + 2])]
    return frozenset(found)


def _is_stray_tag(match: re.Match[str]) -> bool:
    """Whether a tag belongs to no flag: England's is a black flag and `gbeng` in tags."""
    place = match.start()
    return _FLAG.search(match.string, max(0, place - _LONGEST_FLAG), place) is None


def _seen_order(sent: str) -> tuple[Sequence[int], bool]:
    """The places of all that is shown, in the order in which it is seen, and whether any of it is turned around."""
    seen: list[int] = []
    runs = [_Run()]
    is_turned, opened = False, 0

    def close() -> None:
        nonlocal is_turned
        places, was_turned = _closed(sent, runs.pop())
        is_turned |= was_turned
        runs[-1].pieces.append(places)

    def close_line() -> None:
        nonlocal is_turned
        while len(runs) > 1:
            close()
        places, was_turned = _closed(sent, runs[0])
        is_turned |= was_turned
        seen.extend(places)
        runs[0].pieces.clear()

    done = 0
    for match in _SIGN.finditer(sent):
        place, sign = match.start(), match.group()
        if place > done:
            runs[-1].pieces.append(range(done, place))
        done = place + 1
        if sign in _LINE_ENDS:
            close_line()
            seen.append(place)
        elif sign == _PDF:
            if runs[-1].opening and runs[-1].opening in _EMBEDDINGS:
                close()
        elif sign == _PDI:
            if any(run.opening and run.opening in _ISOLATES for run in runs):
                while runs[-1].opening not in _ISOLATES:
                    close()
                close()
        elif opened == _MOST_RUNS:
            is_turned = True
        elif len(runs) <= _MOST_DEPTH:
            runs.append(_Run(sign))
            opened += 1
    runs[-1].pieces.append(range(done, len(sent)))
    close_line()
    return seen, is_turned


def _has_two(sent: str, run: _Run, classes: set[str]) -> bool:
    found = (place for piece in run.pieces for place in piece if bidirectional(sent[place]) in classes)
    return next(islice(found, 1, None), None) is not None


def _closed(sent: str, run: _Run) -> tuple[list[int], bool]:
    """The places of a run as they are seen, and whether its letters are turned around: by an override those that run
    the other way by themselves, in a run from right to left the order of its pieces from left to right. Honest Hebrew,
    with English words or without, stays as it is."""
    against = {_RLO: _LEFT_TO_RIGHT, _LRO: _RIGHT_TO_LEFT}.get(run.opening)
    pieces = run.pieces
    is_turned = against is not None and _has_two(sent, run, against)
    if is_turned:
        pieces = [piece[::-1] if isinstance(piece, range) else piece for piece in reversed(pieces)]
    elif against is None and len(pieces) and _is_right_to_left(sent, run):
        units, is_turned = _units(sent, run)
        pieces = list(reversed(units)) if is_turned else pieces
    return [place for piece in pieces for place in piece], is_turned


def _is_right_to_left(sent: str, run: _Run) -> bool:
    """As its opening says; without one, or with one that leaves it open, as its first strong letter does (P2)."""
    if run.opening not in ("", _FSI):
        return run.opening in (_RLE, _RLI)
    for piece in run.pieces:
        if isinstance(piece, range):
            for place in piece:
                kind = bidirectional(sent[place])
                if kind in ("L", "R", "AL"):
                    return kind != "L"
    return False


def _units(sent: str, run: _Run) -> tuple[list[list[int]], bool]:
    """What keeps its order in a run from right to left, parted by marks and by the borders of runs, and whether two of
    these with letters from left to right follow each other with nothing seen from right to left between them."""
    units: list[list[int]] = []
    is_latin_before = is_turned = False
    for piece in run.pieces:
        parts = _parts(sent, piece) if isinstance(piece, range) else [list(piece)]
        for part in parts:
            kinds = {bidirectional(sent[place]) for place in part if sent[place] not in _MARKS}
            if "L" in kinds:
                is_turned |= is_latin_before
                is_latin_before = not kinds & _RIGHT_TO_LEFT
            elif kinds & _RIGHT_TO_LEFT:
                is_latin_before = False
            units.append(part)
    return units, is_turned


def _parts(sent: str, piece: range) -> list[list[int]]:
    """A plain stretch parted at its marks."""
    parts: list[list[int]] = [[]]
    for place in piece:
        if sent[place] in _MARKS:
            parts.append([])
        parts[-1].append(place)
    return parts
