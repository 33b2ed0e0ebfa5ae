"""What the numbers of a site say: its queue, who decides, and whether more comes than goes. Times are in ms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.decision import Decision
from service.domain.routing import Verdict
from service.domain.series import HOUR_MS, Series, Span
from service.domain.times import DAY_MS

_STEPS_MS = {Span.HOUR: HOUR_MS // 60, Span.DAY: HOUR_MS, Span.WEEK: 6 * HOUR_MS, Span.QUARTER: DAY_MS}
_BY = "by:"


def plot_step_ms(span: Span) -> int:
    """From one point of a plot to the next: 24 of a day, 28 of a week, 90 of a quarter."""
    return _STEPS_MS[span]


class Queue(NamedTuple):
    """How many comments wait now, and since when the oldest of them does; None where none waits."""

    waiting: int
    oldest_ms: int | None


class Judged(NamedTuple):
    """How many comments were published and how many rejected, as spam or otherwise."""

    published: int
    rejected: int

    @property
    def total(self) -> int:
        return self.published + self.rejected


class MemberDecisions(NamedTuple):
    """How many decisions a member took; "" stands for all members beyond the first 200."""

    member_id: str
    decided: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """A site at `now_ms`. `last_hour` is by minutes; `series` is of the span in the steps of its plot. Comments are to
    be decided within `target_minutes`; 0 is no target."""

    now_ms: int
    queue: Queue
    last_hour: Series
    series: Series
    target_minutes: int = 0

    @property
    def came_last_hour(self) -> int:
        """Comments that came into the queue."""
        return sum(came(self.last_hour))

    @property
    def went_last_hour(self) -> int:
        """Comments that a decision took off the queue."""
        return sum(went(self.last_hour))

    @property
    def empty_ms(self) -> int | None:
        """When the queue will be empty if it goes on as in the last hour; None where it does not shrink."""
        shrinks = self.went_last_hour - self.came_last_hour
        if shrinks <= 0 or not self.queue.waiting:
            return None
        return self.now_ms + self.queue.waiting * HOUR_MS // shrinks

    @property
    def times_ms(self) -> range:
        """When each point of the plot begins, those in which nothing was counted among them."""
        step_ms = self.series.step_ms
        last = self.now_ms // step_ms * step_ms
        return range(last - self.series.span.length_ms + step_ms, last + 1, step_ms)

    def counts(self, values: Sequence[int]) -> list[int]:
        """A column of the series as the plot has it: 0 where nothing was counted."""
        known = dict(zip(self.series.at_ms, values, strict=True))
        return [known.get(at_ms, 0) for at_ms in self.times_ms]

    def known(self, values: Sequence[float | None]) -> list[float | None]:
        """A column of the series as the plot has it: None where nothing was counted."""
        known = dict(zip(self.series.at_ms, values, strict=True))
        return [known.get(at_ms) for at_ms in self.times_ms]

    @property
    def depths(self) -> list[int | None]:
        """How many waited when each point ended, the last one now. It stands while nothing is counted, and is not known
        before the first point that was."""
        depths: list[int | None] = []
        for depth in self.known(self.series.depth):
            before = depths[-1] if depths else None
            depths.append(before if depth is None else int(depth))
        return [*depths[:-1], self.queue.waiting]

    @property
    def by_machine(self) -> Judged:
        """What the machine decided without a person."""
        return Judged(*(sum(self.series.of(f"submitted:{each}")) for each in (Verdict.PUBLISH, Verdict.REJECT)))

    @property
    def by_people(self) -> Judged:
        """What people decided, first or anew."""
        approved, *rejected = (
            sum(self.series.of(f"decided:{each}")) for each in (Decision.APPROVE, Decision.REJECT, Decision.SPAM)
        )
        return Judged(approved, sum(rejected))

    def by_member(self, name_of: Callable[[str], str | None]) -> list[MemberDecisions]:
        """What each member decided, in the order of their names: nobody is ranked."""
        found = [
            MemberDecisions(name.removeprefix(_BY), sum(values))
            for name, values in self.series.counted.items()
            if name.startswith(_BY)
        ]
        return sorted(found, key=lambda each: ((name_of(each.member_id) or "").casefold(), each.member_id))

    @property
    def steps_that_grew(self) -> int:
        """In how many points more came than went."""
        series = self.series
        return sum(arrived > left for arrived, left in zip(came(series), went(series), strict=True))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted in the whole span."""
        return not self.series.at_ms


def came(series: Series) -> Sequence[int]:
    """Comments that came into the queue, a number a point."""
    return series.of(f"submitted:{Verdict.HOLD}")


def went(series: Series) -> Sequence[int]:
    """Comments that a decision took off the queue, a number a point."""
    return series.of("age_count")
