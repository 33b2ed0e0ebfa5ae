"""Series as they are stored: see `scripts/lib/series.lua`.

A row is a run of varints (base 128, the lowest first, as Protocol Buffers have them): when (the minute or hour since
1970), how many await a decision, the age of the oldest in seconds and one more (0: none), then for each counter that
grew its place among the names and by how much. All rows are unpacked at once: 2,160 of them take about 2 ms.
"""

import asyncio
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from service.domain.series import DecisionTimes, Series, Span
from service.link.link import Link
from service.store import keys, scripts
from service.store.comments import AGE_BOUNDS_SECONDS

Ints = npt.NDArray[np.int64]
ROWS_AT_ONCE = 500
"""About 0.2 ms of the server's time."""
_HEAD = 3
"""Numbers in a row before those of its counters."""
_AHEAD = 60
"""Points that are so far in the future are from a clock that was set back since."""
_MEDIAN, _MOST = 0.5, 0.95


async def read_series(link: Link, site: str, span: Span, now_ms: int, step_ms: int | None = None) -> Series:
    """Reads the points of a span up to now, the last of which still grows: as they are kept, or in the longer steps of
    so many ms."""
    of_site, is_by_minutes = keys.series_keys(site), span.is_by_minutes
    minute, counters, values, before, depth, oldest = await scripts.READ_SERIES.run(
        link,
        [of_site.base, keys.totals(site), keys.queue_keys(site).queue],
        "minutes" if is_by_minutes else "hours",
    )
    most = span.length_ms // span.step_ms + _AHEAD
    rows = await _read_rows(link, of_site.minutes if is_by_minutes else of_site.hours, most)
    if minute:
        at = int(minute) if is_by_minutes else int(minute) // 60
        age = max(0, now_ms - int(float(oldest))) // 1000 + 1 if oldest else 0
        running = pack_row((at, depth, age), _grown(_numbers(values), _numbers(before)))
        if not rows or not rows[-1].startswith(_varint(at)):  # else it was put between the two readings
            rows.append(running)
    unpacked = unpack_rows(rows)
    await asyncio.sleep(0)  # others have their turn: of a quarter this took a ms or two, and so does what follows
    return _series(span, step_ms or span.step_ms, counters.decode().split(), unpacked, now_ms)


async def _read_rows(link: Link, key: str, most: int) -> list[bytes]:
    """The newest rows in the order of time, so few at once that the server is not held for long."""
    rows: list[bytes] = []
    before = "+"
    while most > len(rows):
        wanted = min(ROWS_AT_ONCE, most - len(rows))
        found = await link.call("XREVRANGE", key, before, "-", "COUNT", wanted)
        rows += [fields[1] for _, fields in found]
        if len(found) < wanted:
            break
        before = "(" + found[-1][0].decode()
    return rows[::-1]


def pack_row(head: tuple[int, int, int], grown: Sequence[tuple[int, int]]) -> bytes:
    """A row as the script packs it: its head, then the place and growth of each counter that grew."""
    numbers = [*head, *(number for pair in grown for number in pair)]
    return b"".join(map(_varint, numbers))


def unpack_rows(rows: Sequence[bytes]) -> tuple[Ints, Ints]:
    """The heads of rows, (n, 3), and what grew in them, (m, 3): the row, the place of the counter and by how much."""
    if not rows:
        return np.zeros((0, _HEAD), np.int64), np.zeros((0, 3), np.int64)
    raw = np.frombuffer(b"".join(rows), np.uint8)
    ends = np.flatnonzero(raw < 128)
    starts = np.concatenate(([0], ends[:-1] + 1))
    within = np.arange(len(raw)) - np.repeat(starts, ends - starts + 1)
    shifted = (raw & 127).astype(np.int64) << 7 * within
    numbers = np.add.reduceat(shifted, starts)
    row_ends = np.searchsorted(ends, np.cumsum([len(row) for row in rows]) - 1) + 1
    firsts = np.concatenate(([0], row_ends[:-1])).astype(np.int64)
    head_places = firsts[:, None] + np.arange(_HEAD)
    is_head = np.zeros(len(numbers), bool)
    is_head[head_places.ravel()] = True
    of_rows = np.repeat(np.arange(len(rows)), (row_ends - firsts - _HEAD) // 2)
    return numbers[head_places], np.column_stack((of_rows, numbers[~is_head].reshape(-1, 2)))


def _varint(number: int) -> bytes:
    packed = bytearray()
    while number >= 128:
        packed.append(128 | number & 127)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _numbers(text: bytes) -> list[int]:
    return [int(each) for each in text.split()]


def _grown(values: Sequence[int], before: Sequence[int]) -> list[tuple[int, int]]:
    """The place and growth of each counter that grew."""
    padded = [*before, *[0] * (len(values) - len(before))]
    changes = (value - was for value, was in zip(values, padded, strict=False))
    return [(place, by) for place, by in enumerate(changes) if by > 0]


def _series(span: Span, step_ms: int, counters: Sequence[str], unpacked: tuple[Ints, Ints], now_ms: int) -> Series:
    heads, grown = unpacked
    steps = heads[:, 0] * span.step_ms // step_ms
    is_begun = steps > now_ms // step_ms - span.length_ms // step_ms
    is_within = is_begun & (heads[:, 0] <= now_ms // span.step_ms + _AHEAD)
    times, points = np.unique(steps[is_within], return_inverse=True)
    point_of_row = np.full(len(heads), -1)
    point_of_row[is_within] = points
    state = np.zeros((len(times), 2), np.int64)
    state[points] = heads[is_within, 1:]  # of two rows of one time the later one counts
    table = np.zeros((len(counters), len(times)), np.int64)
    of_points = point_of_row[grown[:, 0]]
    is_known = (of_points >= 0) & (grown[:, 1] < len(counters))
    np.add.at(table, (grown[is_known, 1], of_points[is_known]), grown[is_known, 2])
    counted = {name: row for name, row in zip(counters, table, strict=True) if row.any()}
    return Series(
        span,
        step_ms,
        (times * step_ms).tolist(),
        {name: row.tolist() for name, row in counted.items()},
        depth=state[:, 0].tolist(),
        oldest_age_seconds=[age - 1 if age else None for age in state[:, 1].tolist()],
        decision_times=_decision_times(counted, len(times)),
    )


def _decision_times(counted: dict[str, Ints], count: int) -> DecisionTimes:
    nothing = np.zeros(count, np.int64)
    buckets = np.array([counted.get(f"age_in:{bound}", nothing) for bound in AGE_BOUNDS_SECONDS])
    in_points = np.column_stack((buckets, buckets.sum(axis=1)))  # the last column is of all points together
    known = np.cumsum(in_points, axis=0)
    of_points = counted.get("age_count", nothing)
    decided = np.maximum(np.append(of_points, of_points.sum()), known[-1])
    *medians, median_of_all = _age_of(_MEDIAN, known, decided)
    *mosts, most_of_all = _age_of(_MOST, known, decided)
    return DecisionTimes(medians, mosts, median_of_all, most_of_all)


def _age_of(share: float, known: Ints, decided: Ints) -> list[float | None]:
    """The age in seconds that a share of the decided did not exceed, evenly spread within each bucket; where that is
    beyond the last bound, that bound."""
    bounds = np.array((0, *AGE_BOUNDS_SECONDS))
    wanted = share * decided
    place = np.minimum((known < wanted).sum(axis=0), len(bounds) - 2)
    columns = np.arange(len(decided))
    below = np.where(place > 0, known[place - 1, columns], 0)
    inside = np.maximum(known[place, columns] - below, 1)
    within = np.clip((wanted - below) / inside, 0, 1)
    ages = bounds[place] + within * (bounds[place + 1] - bounds[place])
    return [round(age, 1) if all_ else None for age, all_ in zip(ages.tolist(), decided.tolist(), strict=True)]
