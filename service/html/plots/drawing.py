"""A drawing of lines, areas, bars and words, as the SVG that a page holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.html.plots.scale import Scale

WIDTH = 560
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The part of a drawing in which values stand, in units of the drawing."""

    left: float = 56
    right: float = 440
    top: float = 12
    bottom: float = 184

    def x(self, share: float) -> float:
        return self.left + share * (self.right - self.left)

    def y(self, share: float) -> float:
        return self.bottom - share * (self.bottom - self.top)


def svg(label: str, height: float, parts: Iterable[Markup]) -> Markup:
    """A drawing of WIDTH units; `label` says what is found in it to whoever does not see it."""
    inside = Markup("").join(parts)
    return Markup('<svg viewBox="0 0 %s %s" role="img" aria-label="%s">%s</svg>') % (
        WIDTH,
        _written(height),
        label,
        inside,
    )


def line(of_class: str, start: Point, end: Point, dashes: str = "") -> Markup:
    """A line, dashed where it says how: lengths of dashes and gaps."""
    numbers = [_written(number) for number in (*start, *end)]
    dashed = Markup(' stroke-dasharray="%s"') % (dashes,) if dashes else ""
    return Markup('<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"%s/>') % (of_class, *numbers, dashed)


def polyline(of_class: str, points: Sequence[Point]) -> Markup:
    return Markup('<polyline class="%s" points="%s"/>') % (of_class, _listed(points))


def polygon(of_class: str, points: Sequence[Point]) -> Markup:
    return Markup('<polygon class="%s" points="%s"/>') % (of_class, _listed(points))


def circle(of_class: str, centre: Point, radius: float) -> Markup:
    numbers = [_written(number) for number in (*centre, radius)]
    return Markup('<circle class="%s" cx="%s" cy="%s" r="%s"/>') % (of_class, *numbers)


def rect(of_class: str, corner: Point, width: float, height: float) -> Markup:
    numbers = [_written(number) for number in (*corner, width, height)]
    return Markup('<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>') % (of_class, *numbers)


def words(at: Point, text: str, anchor: str = "start", of_class: str = "") -> Markup:
    """A line of text that begins, has its middle or ends (`start`, `middle`, `end`) at a point."""
    return Markup('<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>') % (
        of_class,
        _written(at[0]),
        _written(at[1]),
        anchor,
        text,
    )


def titled(at: Point, name: str, says: str) -> Markup:
    """A line of text that begins at a point: a name, and what is said of it."""
    return Markup('<text x="%s" y="%s"><tspan class="tag">%s</tspan> %s</text>') % (
        _written(at[0]),
        _written(at[1]),
        name,
        says,
    )


def value_axis(box: Box, scale: Scale, labels: Sequence[str]) -> list[Markup]:
    """A line across the box for each tick, with its label before it; that of zero is stronger."""
    drawn = []
    for place, (tick, label) in enumerate(zip(scale.ticks, labels, strict=True)):
        y = box.y(scale.share(tick))
        drawn.append(line("grid" if place else "axis", (box.left, y), (box.right, y)))
        drawn.append(words((box.left - 6, y + 4), label, "end"))
    return drawn


def place_axis(box: Box, ticks: Iterable[tuple[float, str]]) -> list[Markup]:
    """Labels below the box, each in the middle under its place, in [0, 1]."""
    return [words((box.x(share), box.bottom + 20), label, "middle") for share, label in ticks]


def _listed(points: Sequence[Point]) -> str:
    return " ".join(f"{_written(x)},{_written(y)}" for x, y in points)


def _written(number: float) -> str:
    """To a tenth of a unit, which no eye tells from less."""
    return f"{number:.1f}".removesuffix(".0")
