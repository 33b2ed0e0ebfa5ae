"""Shares of bands: a dot a band, with the interval in which the share likely lies, and the line on which all would
stand if each share were what its band says."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.html.plots.drawing import Box, circle, line, place_axis, svg, value_axis
from service.html.plots.scale import share_scale

_HEIGHT = 212
_DOT = 5
_WIDE = Box(right=512)
"""Nothing is named at the end of a line: half of the last label needs room beside the box."""
_DASHED = "3 5"


@dataclass(frozen=True, slots=True)
class Interval:
    """A band around `at`, the share found in it and the least and most that it may be; all in [0, 1]."""

    at: float
    share: float
    least: float
    most: float


def draw_intervals(
    label: str, intervals: Sequence[Interval], *, values: Sequence[str], places: Sequence[tuple[float, str]]
) -> Markup:
    """Dots with their intervals; `values` write 0, a half and 1, and `places` stand below theirs."""
    parts = [*value_axis(_WIDE, share_scale(), values), *place_axis(_WIDE, places)]
    parts.append(line("axis", (_WIDE.x(0), _WIDE.y(0)), (_WIDE.x(1), _WIDE.y(1)), dashes=_DASHED))
    for each in intervals:
        x = _WIDE.x(each.at)
        parts.append(line("l1", (x, _WIDE.y(each.least)), (x, _WIDE.y(each.most))))
        parts.append(circle("l1 alone", (x, _WIDE.y(each.share)), _DOT))
    return svg(label, _HEIGHT, parts)
