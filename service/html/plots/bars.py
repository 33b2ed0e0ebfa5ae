"""Bars: how many of two kinds each had, the first full and the second striped, with its name and
its numbers above it."""

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
_STRIPE = 6
"""From one stripe to the next."""
_BETWEEN = 2
_SLANT = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: the counts of both kinds, and what is said of them beside the name."""

    name: str
    full: int
    striped: int
    says: str


def draw_bars(label: str, bars: Sequence[Bar]) -> Markup:
    """Rows one below the other, in one scale from 0."""
    most = max((bar.full + bar.striped for bar in bars), default=0) or 1
    parts = [part for place, bar in enumerate(bars) for part in _row(bar, place * _ROW, _LONGEST / most)]
    return svg(label, len(bars) * _ROW, parts)


def _row(bar: Bar, y: float, unit: float) -> list[Markup]:
    parts = [titled((0, y + _WORDS - 4), _short(bar.name), bar.says)]
    end, top = 0.0, y + _WORDS + 4
    if bar.full:
        parts.append(rect("b1", (end, top), bar.full * unit, _HIGH))
        end += bar.full * unit
    if bar.striped:
        end += _BETWEEN if bar.full else 0
        parts += _striped(end, top, bar.striped * unit)
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
