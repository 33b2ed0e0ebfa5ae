"""Series: how a site did, a point a minute for a day or an hour for a quarter of a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.domain.times import DAY_MS

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


class Span(StrEnum):
    """How far back a series goes."""

    DAY = "day"
    QUARTER = "quarter"

    @property
    def step_ms(self) -> int:
        """From one point to the next."""
        return MINUTE_MS if self is Span.DAY else HOUR_MS

    @property
    def length_ms(self) -> int:
        return DAY_MS if self is Span.DAY else 90 * DAY_MS


class DecisionTimes(NamedTuple):
    """How long comments waited for their decisions, a value a point, in seconds; None where none left the queue."""

    median: Sequence[float | None]
    most: Sequence[float | None]
    """95 of a hundred waited no longer."""


@dataclass(frozen=True, slots=True)
class Series:
    """Points in the order of time; one in which nothing was counted is left out. `at_ms` is when each begins,
    `counted` by how much the counters of `store/totals.py` grew in it, those of them that grew at all. `depth` is how
    many comments awaited a decision at its end, and `oldest_age_seconds` the age of the oldest of them."""

    span: Span
    at_ms: Sequence[int]
    counted: Mapping[str, Sequence[int]]
    depth: Sequence[int]
    oldest_age_seconds: Sequence[int | None]
    decision_times: DecisionTimes

    def of(self, counter: str) -> Sequence[int]:
        """By how much a counter grew in each point."""
        return self.counted.get(counter) or [0] * len(self.at_ms)
