"""Curves and bars: gaps, single points, zeros, huge numbers and hostile names."""

import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from service.html.plots.bars import Bar, draw_bars
from service.html.plots.curves import Axes, Curve, draw_area, draw_lines, spread
from service.html.plots.drawing import WIDTH, Box
from service.html.plots.intervals import Interval, draw_intervals
from service.html.plots.scale import count_scale

HOSTILE = "</text><script>\"&'"
values = st.lists(st.one_of(st.none(), st.integers(0, 10**15)), min_size=1, max_size=100)


def axes(most: float) -> Axes:
    scale = count_scale(most)
    return Axes(scale, [str(tick) for tick in scale.ticks], [(0, "0:00")])


def numbers_in(drawn: str) -> list[float]:
    """All that says where something stands."""
    root = ElementTree.fromstring(drawn)  # noqa: S314 ours
    found = [
        part.get(name) for part in root.iter() for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "points")
    ]
    return [float(number) for each in found if each for number in re.split("[ ,]", each)]


@given(values, values)
def test_whatever_is_drawn_stands_within_the_drawing(first: list[int | None], second: list[int | None]) -> None:
    most = max((value for value in [*first, *second] if value is not None), default=0)
    for drawn in (
        draw_lines("label", [Curve("came", first), Curve("went", second)], axes(most)),
        draw_area("label", Curve("wait", first), axes(most)),
    ):
        assert all(0 <= number <= WIDTH for number in numbers_in(drawn))


def test_a_gap_parts_a_line_and_a_single_point_is_a_dot() -> None:
    drawn = draw_area("label", Curve("wait", [1, 2, None, 3, None, 4, 5]), axes(5))
    assert (drawn.count("<polyline"), drawn.count("<polygon"), drawn.count("<circle")) == (2, 2, 1)


def test_nothing_known_is_no_line_and_has_no_name() -> None:
    drawn = draw_lines("label", [Curve("wait", [None, None])], axes(0))
    assert "<polyline" not in drawn
    assert "wait" not in drawn


def test_zeros_lie_on_the_axis() -> None:
    drawn = draw_lines("label", [Curve("wait", [0, 0])], axes(0))
    assert f'points="{Box().left},{Box().bottom} {Box().right},{Box().bottom}"' in drawn


def test_names_and_labels_are_escaped_and_nothing_is_styled_in_place() -> None:
    for drawn in (
        draw_lines(HOSTILE, [Curve(HOSTILE, [1, 2])], axes(2)),
        draw_bars(HOSTILE, [Bar(HOSTILE[:12], 3, 2, HOSTILE)]),
    ):
        root = ElementTree.fromstring(drawn)  # noqa: S314 ours
        assert root.get("aria-label") == HOSTILE
        assert not list(root.iter("script"))
        assert "style=" not in drawn
        assert 'role="img"' in drawn


@given(st.lists(st.tuples(st.floats(12, 184), st.text()), max_size=3))
def test_names_at_the_ends_of_lines_do_not_cover_each_other(names: list[tuple[float, str]]) -> None:
    box = Box()
    heights = [y for y, _ in spread(names, box)]
    assert all(below - above >= 19.9 for above, below in pairwise(heights))
    assert all(box.top - 0.1 <= y <= box.bottom + 0.1 for y in heights)


@given(st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**15)), max_size=12))
def test_bars_are_as_long_as_their_numbers_say(counts: list[tuple[int, int]]) -> None:
    drawn = draw_bars("label", [Bar("Mo", full, striped, "") for full, striped in counts])
    root = ElementTree.fromstring(drawn)  # noqa: S314 ours
    widths = [float(part.get("width", 0)) for part in root.iter("rect")]
    most = max((full + striped for full, striped in counts), default=0) or 1
    wanted = [558 * count / most for pair in counts for count in pair if count]
    assert all(abs(width - each) <= 0.051 for width, each in zip(widths, wanted, strict=True))


def test_a_pale_bar_is_as_long_as_its_number_and_its_name_is_set_apart() -> None:
    drawn = draw_bars("label", [Bar("Mo", 40, 0, ""), Bar("\u05e2\u05d3\u05d4", 0, 0, "20 decisions", pale=20)])
    root = ElementTree.fromstring(drawn)  # noqa: S314 ours
    full, pale = [float(part.get("width", 0)) for part in root.iter("rect")]
    assert abs(full / 2 - (pale + 2)) <= 0.1
    assert "\u2068\u05e2\u05d3\u05d4\u2069</tspan>" in drawn


def test_a_long_name_is_cut_off() -> None:
    assert "Maximiliana von Hohenbu…" in draw_bars("label", [Bar("Maximiliana von Hohenburg-Schwerin", 1, 0, "")])


def test_a_dot_stands_within_its_interval_and_higher_shares_stand_higher() -> None:
    intervals = [Interval(0.05, 0.0, 0.0, 0.3), Interval(0.95, 1.0, 0.7, 1.0)]
    drawn = draw_intervals(HOSTILE, intervals, values=("0%", "50%", "100%"), places=[(0, "0"), (1, "1")])
    root = ElementTree.fromstring(drawn)  # noqa: S314 ours
    assert root.get("aria-label") == HOSTILE
    low, high = [float(each.get("cy", -1)) for each in root.iter("circle")]
    spans = [(float(each.get("y1", 0)), float(each.get("y2", 0))) for each in root.iter("line")][-2:]
    assert spans[0][0] == low == Box().bottom > spans[0][1]
    assert spans[1][1] == high == Box().top < spans[1][0]
    assert all(0 <= number <= WIDTH for number in numbers_in(drawn))
