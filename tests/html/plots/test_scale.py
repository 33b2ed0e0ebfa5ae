"""Scales hold every value, begin at zero and have few ticks that people count in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.html.plots.scale import DAY_S, count_scale, duration_scale


@given(st.integers(0, 10**15))
def test_counts_have_few_whole_ticks_from_zero_that_hold_them(most: int) -> None:
    ticks = count_scale(most).ticks
    step = ticks[1]
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 5
    assert all(tick == place * step for place, tick in enumerate(ticks))
    assert step == int(step)
    assert str(step).rstrip("0") in {"1", "2", "5"}


@given(st.floats(0, 28 * DAY_S))
def test_durations_have_few_ticks_from_zero_that_hold_them(most: float) -> None:
    ticks = duration_scale(most).ticks
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 5


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(0, (0, 1)), (1, (0, 1)), (3, (0, 1, 2, 3)), (187, (0, 50, 100, 150, 200)), (1_000_000, (0, 500_000, 1_000_000))],
)
def test_counts(most: int, ticks: tuple[int, ...]) -> None:
    assert count_scale(most).ticks == ticks


@pytest.mark.parametrize(
    ("most_s", "ticks_minutes"),
    [(20 * 60, (0, 5, 10, 15, 20)), (50 * 60, (0, 15, 30, 45, 60)), (9000, (0, 60, 120, 180))],
)
def test_durations_are_told_as_clocks_tell_them(most_s: float, ticks_minutes: tuple[int, ...]) -> None:
    assert duration_scale(most_s).ticks == tuple(60 * minutes for minutes in ticks_minutes)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_value_stands_outside_an_axis(value: float) -> None:
    assert 0 <= count_scale(40).share(value) <= 1
