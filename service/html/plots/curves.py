"""Curves: values over time, a line each with its name at its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.html.plots.drawing import Box, Point, circle, line, place_axis, polygon, polyline, svg, value_axis, words
from service.html.plots.scale import Scale

_HEIGHT = 212
_LINE_CLASSES = ("l1", "l2")
"""Each with a dash of its own."""
_DOT = 3
_MARK_DASHES = "2 4"
_APART = 20
"""Between the names of two lines, so that neither covers the other where the text is large."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What a line shows: `name` stands at its end, `values` are one a point, None where nothing is known."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Axes:
    """What stands around the lines: the values of `scale` as `labels` write them, and labels of time by the place
    of the point that they belong to."""

    scale: Scale
    labels: Sequence[str]
    times: Sequence[tuple[int, str]]
    mark: tuple[float, str] | None = None
    """A value that is drawn across the whole box, and its name."""


def draw_area(label: str, curve: Curve, axes: Axes) -> Markup:
    """One line with the ground under it."""
    box = Box()
    grounds = [_ground(box, run) for run in _runs(box, curve.values, axes.scale) if len(run) > 1]
    return _draw(label, [curve], axes, grounds)


def draw_lines(label: str, curves: Sequence[Curve], axes: Axes) -> Markup:
    """One line, or two that are compared."""
    return _draw(label, curves, axes, [])


def _draw(label: str, curves: Sequence[Curve], axes: Axes, grounds: Sequence[Markup]) -> Markup:
    box, last = Box(), max(1, max(len(curve.values) for curve in curves) - 1)
    parts = [*grounds, *value_axis(box, axes.scale, axes.labels)]
    parts += place_axis(box, ((place / last, text) for place, text in axes.times))
    names: list[tuple[float, str]] = []
    if axes.mark:
        y = box.y(axes.scale.share(axes.mark[0]))
        parts.append(line("axis", (box.left, y), (box.right, y), dashes=_MARK_DASHES))
        names.append((y, axes.mark[1]))
    for of_class, curve in zip(_LINE_CLASSES, curves, strict=False):
        runs = list(_runs(box, curve.values, axes.scale))
        parts += [_run(of_class, run) for run in runs]
        if runs:
            names.append((runs[-1][-1][1], curve.name))
    parts += [words((box.right + 8, y + 4), name, of_class="tag") for y, name in spread(names, box)]
    return svg(label, _HEIGHT, parts)


def _runs(box: Box, values: Sequence[float | None], scale: Scale) -> Iterator[list[Point]]:
    """The points of values that follow one another without a gap."""
    last = max(1, len(values) - 1)
    run: list[Point] = []
    for place, value in enumerate(values):
        if value is not None:
            run.append((box.x(place / last), box.y(scale.share(value))))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _run(of_class: str, run: Sequence[Point]) -> Markup:
    return polyline(of_class, run) if len(run) > 1 else circle(f"{of_class} alone", run[0], _DOT)


def _ground(box: Box, run: Sequence[Point]) -> Markup:
    return polygon("area", [(run[0][0], box.bottom), *run, (run[-1][0], box.bottom)])


def spread(names: Sequence[tuple[float, str]], box: Box) -> list[tuple[float, str]]:
    """Names from the highest to the lowest, so far apart that none covers another, and all within the box."""
    placed: list[tuple[float, str]] = []
    highest = box.top
    for y, name in sorted(names):
        placed.append((max(y, highest), name))
        highest = placed[-1][0] + _APART
    lowest = box.bottom
    for place in range(len(placed) - 1, -1, -1):
        y, name = placed[place]
        placed[place] = (min(y, lowest), name)
        lowest = placed[place][0] - _APART
    return placed
