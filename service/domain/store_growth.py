"""How the store grows, and when it will be full."""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.times import DAY_MS

STEP_MS = DAY_MS // 4
"""Between two sizes that are kept."""
_LOOKED_BACK_MS = 14 * DAY_MS
"""Growth is that of the newest two weeks: of a whole number of weeks, as weekends have fewer comments."""
_LEAST_MS = DAY_MS
"""From less than a day nothing is foretold: nights have fewer comments."""
_LONGEST_DAYS = 3650
"""What is further away than ten years is not foretold."""


class Size(NamedTuple):
    """How many bytes the store took at a time, in ms since 1970."""

    at_ms: int
    used_bytes: int


class StoreSizes(NamedTuple):
    """The store now and before: `max_bytes` is how many bytes it may take, 0 for no limit; `kept` are in the order of
    time."""

    used_bytes: int
    max_bytes: int
    kept: Sequence[Size] = ()

    def growth_a_day(self, now_ms: int) -> float | None:
        """By how many bytes a day it grew of late; None where too little is known."""
        late = [each for each in self.kept if 0 <= now_ms - each.at_ms <= _LOOKED_BACK_MS]
        if not late or now_ms - late[0].at_ms < _LEAST_MS:
            return None
        return (self.used_bytes - late[0].used_bytes) * DAY_MS / (now_ms - late[0].at_ms)

    def days_until_full(self, now_ms: int) -> int | None:
        """In how many days it is full if it goes on so; None where that is not known, or beyond ten years."""
        growth = self.growth_a_day(now_ms)
        if not self.max_bytes or growth is None or growth <= 0:
            return None
        days = max(0, self.max_bytes - self.used_bytes) / growth
        return int(days) if days <= _LONGEST_DAYS else None
