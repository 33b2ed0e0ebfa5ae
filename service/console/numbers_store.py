"""The memory of the store: a figure, and a plot of how it grew."""

from collections.abc import Mapping

from markupsafe import Markup

from service.console.numbers_figures import Figure
from service.console.numbers_plots import Plot, Table
from service.console.numbers_told import at
from service.domain.store_growth import Size, StoreSizes
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
    """How the store grew in a quarter of a year: its last size of each day."""
    question, answer = texts.gettext("Is there room?"), _answer(sizes, now_ms, texts)
    by_day = {each.at_ms // DAY_MS: each.used_bytes for each in (*sizes.kept, Size(now_ms, sizes.used_bytes))}
    if len(by_day) == 1:
        return Plot(question, answer, Markup(), ())
    days = range(min(by_day), now_ms // DAY_MS + 1)
    scale = _scale(max(sizes.max_bytes, *by_day.values()))
    mark = (float(sizes.max_bytes), texts.gettext("limit")) if sizes.max_bytes else None
    axes = Axes(scale, [_bytes(tick, texts) for tick in scale.ticks], _labels(days, texts), mark)
    drawing = draw_area(answer, Curve(_bytes(sizes.used_bytes, texts), [by_day.get(day) for day in days]), axes)
    return Plot(question, answer, drawing, (_table(by_day, texts),))


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


def _labels(days: range, texts: Texts) -> list[tuple[int, str]]:
    """Days by their places, evenly over the plot."""
    places = dict.fromkeys(round(step * (len(days) - 1) / (_LABELS + 1)) for step in range(1, _LABELS + 1))
    return [(place, _day(days[place], texts)) for place in places]


def _table(by_day: Mapping[int, int], texts: Texts) -> Table:
    rows = [(_day(day, texts), texts.number(round(used / _MEGABYTE))) for day, used in by_day.items()]
    return Table((texts.gettext("Day (UTC)"), texts.gettext("Store (MB)")), rows)


def _day(day: int, texts: Texts) -> str:
    return texts.short_day(at(day * DAY_MS))


def _bytes(size: float, texts: Texts) -> str:
    if size >= _GIGABYTE:
        return texts.quantity(size / _GIGABYTE, "digital-gigabyte")
    return texts.quantity(round(size / _MEGABYTE), "digital-megabyte")
