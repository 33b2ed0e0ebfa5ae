"""A text in the order and with the gaps in which a reader sees it, where what is sent hides that.

`direction` says which order is seen. Fillers are letters that show as a gap; tags are not shown at all.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from classifier.assessment import DIRECTION_OVERRIDDEN, FILLER_CHARACTERS, LAST_SINGLE_UNIT, Span
from classifier.text.direction import TURNING, seen_order

_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
_FIRST_TAG = "\U000e0000"
_TURNING = re.compile(f"[{TURNING}]")
_HIDING = re.compile(f"[{TURNING}{_FILLERS}\U000e0000-\U000e0fff]")
_FILLER = re.compile(f"[{_FILLERS}]")
_WITHOUT_FILLERS = dict.fromkeys(map(ord, _FILLERS))
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
"""The letters of which Korean syllables are composed."""

_TAG = re.compile("[\U000e0000-\U000e007f]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]*$")
_MAX_FLAG_CHARS = 8
_READ_TWICE_CHARS = 2500
"""A longer text is scored only as it is seen: one that hides something is held in any case."""


class Reading(NamedTuple):
    """One way to read a text.

    text: what is read
    sources: for each code point of it, the index of that code point in the text as it was sent
    """

    text: str
    sources: Sequence[int]

    def restored(self, sent: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Spans of this reading as spans of what was sent: each is the stretch that holds all of its code points."""
        utf16 = [0, *accumulate(2 if character > LAST_SINGLE_UNIT else 1 for character in sent)]
        restored = []
        for span in spans:
            places = self.sources[span.start : span.end]
            start, end = min(places), max(places) + 1
            restored.append(span._replace(start=start, end=end, start_utf16=utf16[start], end_utf16=utf16[end]))
        return tuple(sorted(restored))


class Appearance(NamedTuple):
    """What a reader may see of a text that hides something.

    readings: the text in the order in which it is shown, then the same without its fillers, then the text as it was
        sent, as far as they differ
    findings: codes of what hides how the text is read, see `Assessment`
    """

    readings: tuple[Reading, ...]
    findings: tuple[str, ...]


def appearance_of(sent: str) -> Appearance | None:
    """How a text is seen, or None for a text that is seen as it is sent, as nearly all are."""
    if sent.isascii() or _HIDING.search(sent) is None:
        return None
    places, is_turned = _places_in_order(sent)
    shown = [place for place in places if sent[place] < _FIRST_TAG]
    fillers = _fillers_of(sent)
    if not (is_turned or fillers or len(shown) < len(sent)):
        return None
    has_tags = len(shown) < len(sent) and any(map(_is_stray_tag, _TAG.finditer(sent)))
    hides = bool(fillers) or has_tags
    findings = (DIRECTION_OVERRIDDEN,) * is_turned + (FILLER_CHARACTERS,) * hides
    return Appearance(tuple(_readings_of(sent, shown, fillers, is_turned=is_turned)), findings)


def _places_in_order(sent: str) -> tuple[Sequence[int], bool]:
    """The indices of all characters in the order in which they are seen, and whether any are turned around."""
    if _TURNING.search(sent):
        order, is_turned = seen_order(sent)
        if is_turned:
            return order, True
    return range(len(sent)), False


def _readings_of(sent: str, shown: list[int], fillers: frozenset[int], *, is_turned: bool) -> list[Reading]:
    readings = [Reading("".join(" " if place in fillers else sent[place] for place in shown), shown)]
    if len(sent) <= _READ_TWICE_CHARS:
        if fillers:
            kept = [place for place in shown if place not in fillers]
            readings.append(Reading("".join(sent[place] for place in kept), kept))
        if is_turned:
            readings.append(Reading(sent, range(len(sent))))
    return readings


def _fillers_of(sent: str) -> frozenset[int]:
    """The indices of fillers.

    One that stands for a missing letter of a Korean syllable, where that is written letter by letter, is no filler.
    """
    found = [match.start() for match in _FILLER.finditer(sent)]
    if found and _JAMO.search(sent.translate(_WITHOUT_FILLERS)):
        found = [at for at in found if not _JAMO.search(sent[max(0, at - 1) : at] + sent[at + 1 : at + 2])]
    return frozenset(found)


def _is_stray_tag(match: re.Match[str]) -> bool:
    """Whether a tag belongs to no flag: England's is a black flag and `gbeng` in tags."""
    place = match.start()
    return _FLAG.search(match.string, max(0, place - _MAX_FLAG_CHARS), place) is None
