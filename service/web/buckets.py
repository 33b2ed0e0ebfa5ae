"""Token buckets in this process's memory, by key: how often something may happen, and how soon it may again."""

from typing import NamedTuple

from service.platform.recent import Recent

MAX_BUCKETS = 10_000
"""About 2 MB. Whoever has more addresses than this is bounded by what all share, not by a bucket of his own."""


class Rate(NamedTuple):
    """So many a second in the long run, and so many at once."""

    per_second: float
    burst: float

    def times(self, factor: float) -> "Rate":
        return Rate(self.per_second * factor, self.burst * factor)


class Buckets:
    """Of each bucket is kept when it will be full again (GCRA, the virtual scheduling algorithm of ITU-T I.371);
    one that is forgotten is full."""

    def __init__(self, most: int = MAX_BUCKETS) -> None:
        self._full_at: Recent[bytes, float] = Recent(most)

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: bytes, rate: Rate, now: float) -> float:
        """Seconds until the bucket has a token; 0 when it has one."""
        full_at = self._full_at.get(key)
        return 0.0 if full_at is None else max(0.0, full_at - now - (rate.burst - 1) / rate.per_second)

    def left(self, key: bytes, rate: Rate, now: float) -> int:
        """How many whole tokens the bucket has."""
        full_at = self._full_at.get(key) or now
        return int(rate.burst - max(0.0, full_at - now) * rate.per_second)

    def spend(self, key: bytes, rate: Rate, now: float) -> None:
        """Takes a token. From an empty bucket none is owed, so that who goes on asking does not wait for ever."""
        full_at = max(now, self._full_at.get(key) or now) + 1 / rate.per_second
        self._full_at.put(key, min(full_at, now + rate.burst / rate.per_second))
