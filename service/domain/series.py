"""Series: how a site did, kept as a point a minute for a day and as one an hour for a quarter of a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.domain.times import DAY_MS

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


class Span(StrEnum):
    """How far back a series goes."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    QUARTER = "quarter"

    @property
    def is_by_minutes(self) -> bool:
        """Whether it is kept by minutes, else by hours."""
        return self in (Span.HOUR, Span.DAY)

    @property
    def step_ms(self) -> int:
        """From one point to the next, where they stand as they are kept."""
        return MINUTE_MS if self.is_by_minutes else HOUR_MS

    @property
    def length_ms(self) -> int:
        return {Span.HOUR: HOUR_MS, Span.DAY: DAY_MS, Span.WEEK: 7 * DAY_MS, Span.QUARTER: 90 * DAY_MS}[self]


class DecisionTimes(NamedTuple):
    """How long comments waited for their decisions, a value a point, in seconds; None where none left the queue."""

    median: Sequence[float | None]
    most: Sequence[float | None]
    """95 of a hundred waited no longer."""
    median_of_all: float | None
    """Of all that left the queue in the whole span."""
    most_of_all: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """Points in the order of time; one in which nothing was counted is left out. `at_ms` is when each begins, in whole
    steps of `step_ms`; `counted` by how much the counters of `store/totals.py` grew in it, those that grew at all.
    `depth` is how many comments awaited a decision at its end, and `oldest_age_seconds` the age of the oldest."""

    span: Span
    step_ms: int
    at_ms: Sequence[int]
    counted: Mapping[str, Sequence[int]]
    depth: Sequence[int]
    oldest_age_seconds: Sequence[int | None]
    decision_times: DecisionTimes

    def of(self, counter: str) -> Sequence[int]:
        """By how much a counter grew in each point."""
        return self.counted.get(counter) or [0] * len(self.at_ms)
