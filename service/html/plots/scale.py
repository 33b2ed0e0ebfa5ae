"""Scales: where a value stands on an axis, and which values are written beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
_MOST_TICKS = 4
"""Above the zero: more would be small print."""
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE_S * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(HOUR_S * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY_S * days for days in (1, 2, 3, 7)),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from 0 to `top`; `ticks` ascend, the first is 0 and the last `top`."""

    ticks: Sequence[float]

    @property
    def top(self) -> float:
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """How far along the axis a value stands, in [0, 1]."""
        return min(1.0, max(0.0, value / self.top))


def count_scale(most: float) -> Scale:
    """For whole numbers up to `most`: ticks are 1, 2 or 5 times a power of ten apart, and never less than one."""
    step = 1
    for factor in _factors(most):
        step = factor
        if most <= factor * _MOST_TICKS:
            break
    return _scale(step, most)


def _factors(most: float) -> list[int]:
    """1, 2, 5, 10, 20, 50 and so on, up to what is above `most`."""
    powers = range(len(str(math.ceil(max(most, 1)))) + 1)
    return [factor * 10**power for power in powers for factor in (1, 2, 5)]


def duration_scale(most_s: float) -> Scale:
    """For durations in seconds: ticks are as clocks and calendars have them."""
    step = next((step for step in _STEPS_S if most_s <= step * _MOST_TICKS), DAY_S * 7)
    return _scale(step, most_s)


def share_scale() -> Scale:
    """For shares from 0 to 1."""
    return Scale((0, 0.5, 1))


def _scale(step: float, most: float) -> Scale:
    steps = max(1, math.ceil(most / step))
    return Scale(tuple(step * number for number in range(steps + 1)))
