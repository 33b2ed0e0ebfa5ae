"""A text in the order and with the gaps in which a reader sees it, where what is sent hides that.

Overrides of direction (UAX #9, 2.2) show letters in another order than they are sent in; fillers are letters that show
as a gap; tags are not shown at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from unicodedata import bidirectional

from classifier.assessment import DIRECTION_OVERRIDDEN, FILLER_CHARACTERS, Span

_RLO, _LRO, _PDF, _PDI = "\u202e", "\u202d", "\u202c", "\u2069"
_EMBEDDINGS, _ISOLATES = _LRO + _RLO + "\u202a\u202b", "\u2066\u2067\u2068"
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
_HIDING = re.compile(f"[{_LRO}{_RLO}{_FILLERS}\U000e0000-\U000e0fff]")
_LINE_ENDS = "\n\r\u2028\u2029\x1c\x1d\x1e\x85"
_SIGN = re.compile(f"[{_EMBEDDINGS}{_ISOLATES}{_PDF}{_PDI}{_LINE_ENDS}]")
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_WITHOUT_FILLERS = dict.fromkeys(map(ord, _FILLERS))
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]*$")
_LONGEST_FLAG = 8
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = {"L", "EN"}, {"R", "AL"}
_MOST_DEPTH = 8
"""Of overrides and embeddings within each other: deeper ones are as if they were not there. UAX #9 has 125; nobody
needs more than three, and each costs a look at all that is in it."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """What a reader sees.

    text: as it is seen
    sources: of each code point of it, which one of the text as sent it is
    findings: codes of what was found, see `assessment.py`
    """

    text: str
    sources: Sequence[int]
    findings: tuple[str, ...]

    def restored(self, sent: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Spans of what is seen as spans of what was sent: each the stretch that holds all of its code points."""
        utf16 = [0, *accumulate(2 if character > "\uffff" else 1 for character in sent)]
        restored = []
        for span in spans:
            places = self.sources[span.start : span.end]
            start, end = min(places), max(places) + 1
            restored.append(span._replace(start=start, end=end, start_utf16=utf16[start], end_utf16=utf16[end]))
        return tuple(sorted(restored))


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
    order, is_turned = _seen_order(sent) if _LRO in sent or _RLO in sent else (range(len(sent)), False)
    has_syllables = _JAMO.search(sent.translate(_WITHOUT_FILLERS)) is not None
    places, fillers = [], 0
    letters: list[str] = []
    for place in order:
        character = sent[place]
        if character >= "\U000e0000":
            fillers += character <= "\U000e007f" and not _is_of_flag(sent, place)
            continue
        is_filler = character in _FILLERS and not (has_syllables and _is_of_syllable(sent, place))
        fillers += is_filler
        letters.append(" " if is_filler else character)
        places.append(place)
    findings = (DIRECTION_OVERRIDDEN,) * is_turned + (FILLER_CHARACTERS,) * (fillers > 0)
    return Appearance("".join(letters), places, findings)


def _is_of_flag(sent: str, place: int) -> bool:
    """Whether a tag belongs to a flag: England's is a black flag and `gbeng` in tags."""
    return _FLAG.search(sent, max(0, place - _LONGEST_FLAG), place) is not None


def _is_of_syllable(sent: str, place: int) -> bool:
    """Whether a filler stands for a missing letter of a Korean syllable that is written letter by letter."""
    return _JAMO.search(sent[max(0, place - 1) : place] + sent[place + 1 : place + 2]) is not None


def _seen_order(sent: str) -> tuple[Sequence[int], bool]:
    """The places of all that is shown, in the order in which it is seen, and whether any of it is turned around."""
    seen: list[int] = []
    runs = [_Run()]
    is_turned = False

    def close() -> None:
        nonlocal is_turned
        places, was_turned = _closed(sent, runs.pop())
        is_turned |= was_turned
        runs[-1].pieces.append(places)

    def close_line() -> None:
        while len(runs) > 1:
            close()
        seen.extend(place for piece in runs[0].pieces for place in piece)
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
        elif len(runs) <= _MOST_DEPTH:
            runs.append(_Run(sign))
    runs[-1].pieces.append(range(done, len(sent)))
    close_line()
    return seen, is_turned


def _has_two(sent: str, run: _Run, classes: set[str]) -> bool:
    found = (place for piece in run.pieces for place in piece if bidirectional(sent[place]) in classes)
    return next(islice(found, 1, None), None) is not None


def _closed(sent: str, run: _Run) -> tuple[list[int], bool]:
    """The places of a run as they are seen, and whether its override turned letters around: those that run the other
    way by themselves. Honest Hebrew under an override from right to left stays as it is."""
    against = {_RLO: _LEFT_TO_RIGHT, _LRO: _RIGHT_TO_LEFT}.get(run.opening)
    is_turned = against is not None and _has_two(sent, run, against)
    pieces = run.pieces
    if is_turned:
        pieces = [piece[::-1] if isinstance(piece, range) else piece for piece in reversed(pieces)]
    return [place for piece in pieces for place in piece], is_turned
