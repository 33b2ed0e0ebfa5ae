"""How likely a share is, and where machine and people agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.series import HOUR_MS, DecisionTimes, Series, Span
from service.domain.standing import agreement, likely_share


def series(**counted: int) -> Series:
    columns = {name.replace("_", ":"): [count] for name, count in counted.items()}
    return Series(Span.WEEK, HOUR_MS, [0], columns, [0], [None], DecisionTimes((), (), None, None))


@pytest.mark.parametrize(
    ("hits", "total", "wanted"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))],
)
def test_the_interval_is_the_published_one(hits: int, total: int, wanted: tuple[float, float]) -> None:
    """The last is of R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I."""
    assert likely_share(hits, total) == pytest.approx(wanted, abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert likely_share(0, 0) == (0.0, 1.0)


@given(st.integers(0, 10**15).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_share_lies_within(counts: tuple[int, int]) -> None:
    hits, total = counts
    least, most = likely_share(hits, total)
    assert 0 <= least <= most <= 1
    if total:
        assert least - 1e-9 <= hits / total <= most + 1e-9


def test_what_the_machine_held_it_left_to_people() -> None:
    found = series(
        stands_publish_0_approve=90,
        fell_publish_0_approve=10,
        stands_publish_1_reject=5,
        stands_reject_9_spam=4,
        stands_reject_9_approve=1,
        stands_hold_5_reject=1000,
    )
    assert agreement(found) == (84, 90)
