"""The memory of the store: a figure, and a plot of how it grew."""

from collections.abc import Sequence

from markupsafe import Markup

from service.console.numbers_figures import Figure
from service.console.numbers_plots import Plot, Table
from service.console.numbers_told import at
from service.domain.store_growth import STEP_MS, Size, StoreSizes
from service.domain.times import DAY_MS
from service.html.plots.curves import Axes, Curve, draw_area
from service.html.plots.scale import Scale, count_scale
from service.texts.sentence import Plural
from service.texts.texts import Texts

_MEGABYTE = 1_000_000
_GIGABYTE = 1000 * _MEGABYTE
_LABELS = 3
"""Days that are written below the plot."""
_FULL = Plural("full in about a day", "full in about %(count)s days")
_LASTS = Plural("As it grows now it is full in about a day.", "As it grows now it is full in about %(count)s days.")


def memory_figure(sizes: StoreSizes, now_ms: int, texts: Texts) -> Figure:
    """How full the store is, and when it is full."""
    if not sizes.max_bytes:
        below = texts.gettext("without a limit of its own")
    else:
        below = texts.gettext("of %(most)s") % {"most": _bytes(sizes.max_bytes, texts)}
    days = sizes.days_until_full(now_ms)
    if days is not None:
        below += "; " + (texts.say_of_many(_FULL, days) if days else texts.gettext("full in less than a day"))
    return (texts.gettext("Store"), _bytes(sizes.used_bytes, texts), below)


def store_plot(sizes: StoreSizes, now_ms: int, texts: Texts) -> Plot:
    """How the store grew in a quarter of a year."""
    question, answer = texts.gettext("Is there room?"), _answer(sizes, now_ms, texts)
    points = [*sizes.kept, Size(now_ms, sizes.used_bytes)]
    begin_ms = points[0].at_ms // STEP_MS * STEP_MS
    if now_ms - begin_ms < DAY_MS:
        return Plot(question, answer, Markup(), ())
    values: list[float | None] = [None] * ((now_ms - begin_ms) // STEP_MS + 1)
    for each in points:
        values[(each.at_ms - begin_ms) // STEP_MS] = each.used_bytes
    scale = _scale(max(sizes.max_bytes, *(each.used_bytes for each in points)))
    mark = (float(sizes.max_bytes), texts.gettext("limit")) if sizes.max_bytes else None
    axes = Axes(scale, [_bytes(tick, texts) for tick in scale.ticks], _days(begin_ms, len(values), texts), mark)
    drawing = draw_area(answer, Curve(_bytes(sizes.used_bytes, texts), values), axes)
    return Plot(question, answer, drawing, (_table(points, texts),))


def _answer(sizes: StoreSizes, now_ms: int, texts: Texts) -> str:
    growth, days = sizes.growth_a_day(now_ms), sizes.days_until_full(now_ms)
    if growth is None:
        return texts.gettext("How it grows is known after a day.")
    if days == 0:
        return texts.gettext("As it grows now it is full in less than a day.")
    if days:
        return texts.say_of_many(_LASTS, days)
    if growth < _MEGABYTE:
        return texts.gettext("It hardly grows.")
    return texts.gettext("It grows by %(size)s a day.") % {"size": _bytes(growth, texts)}


def _scale(most_bytes: int) -> Scale:
    unit = _GIGABYTE if most_bytes >= _GIGABYTE else _MEGABYTE
    return Scale([tick * unit for tick in count_scale(most_bytes / unit).ticks])


def _days(begin_ms: int, steps: int, texts: Texts) -> list[tuple[int, str]]:
    """Days by their places, evenly over the plot."""
    places = dict.fromkeys(round(step * (steps - 1) / (_LABELS + 1)) for step in range(1, _LABELS + 1))
    return [(place, texts.short_day(at(begin_ms + place * STEP_MS))) for place in places]


def _table(points: Sequence[Size], texts: Texts) -> Table:
    """The last size of each day."""
    by_day = {each.at_ms // DAY_MS: each for each in points}
    rows = [(texts.short_day(at(each.at_ms)), _bytes(each.used_bytes, texts)) for each in by_day.values()]
    return Table((texts.gettext("Day (UTC)"), texts.gettext("Store")), rows)


def _bytes(size: float, texts: Texts) -> str:
    if size >= _GIGABYTE:
        return texts.quantity(size / _GIGABYTE, "digital-gigabyte")
    return texts.quantity(round(size / _MEGABYTE), "digital-megabyte")
