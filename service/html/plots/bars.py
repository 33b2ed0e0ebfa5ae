"""Bars: how many of two kinds each had, the first full and the second striped, or of a third that is neither; its name
and its numbers stand above it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.html.plots.drawing import WIDTH, line, rect, svg, titled

_LONGEST = WIDTH - 2
_WORDS, _HIGH, _ROW = 18, 16, 50
"""The room of the words above a bar, the bar's height, and from one row to the next."""
_MOST_NAME_CHARS = 24
"""A longer name is cut off; the table beside the plot has it whole."""
_CUT = "…"
_ISOLATE, _END = "\u2068", "\u2069"
"""Around a name, so that one that runs from right to left leaves what stands behind it where it is."""
_STRIPE = 6
"""From one stripe to the next."""
_BETWEEN = 2
_SLANT = 6
_EDGE = 1
"""Of a bar that has one: half of it lies outside."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: the counts of both kinds, what is said of them beside the name, and the count of the third kind."""

    name: str
    full: int
    striped: int
    says: str
    pale: int = 0

    @property
    def total(self) -> int:
        return self.full + self.striped + self.pale


def draw_bars(label: str, bars: Sequence[Bar]) -> Markup:
    """Rows one below the other, in one scale from 0."""
    most = max((bar.total for bar in bars), default=0) or 1
    parts = [part for place, bar in enumerate(bars) for part in _row(bar, place * _ROW, _LONGEST / most)]
    return svg(label, len(bars) * _ROW, parts)


def _row(bar: Bar, y: float, unit: float) -> list[Markup]:
    parts = [titled((0, y + _WORDS - 4), f"{_ISOLATE}{_short(bar.name)}{_END}", bar.says)]
    end, top = 0.0, y + _WORDS + 4
    if bar.full:
        parts.append(rect("b1", (end, top), bar.full * unit, _HIGH))
        end += bar.full * unit
    if bar.striped:
        end += _BETWEEN if bar.full else 0
        parts += _striped(end, top, bar.striped * unit)
    if bar.pale:
        parts.append(rect("l1 area", (_EDGE, top), max(0, bar.pale * unit - 2 * _EDGE), _HIGH))
    return parts


def _striped(x: float, y: float, width: float) -> list[Markup]:
    """A bar with slanting stripes, each a line of its own: a pattern would need an id that is unlike all others of the
    page."""
    parts = [rect("b2", (x, y), width, _HIGH)]
    at = _STRIPE / 2
    while at + _SLANT < width:
        parts.append(line("hatch", (x + at, y + _HIGH), (x + at + _SLANT, y)))
        at += _STRIPE
    return parts


def _short(name: str) -> str:
    return name if len(name) <= _MOST_NAME_CHARS else name[: _MOST_NAME_CHARS - 1] + _CUT
