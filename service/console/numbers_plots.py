"""The plots of a site's numbers: each a question, its answer in a sentence, a drawing and a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from markupsafe import Markup, escape

from service.console.numbers_told import at, duration, duration_in_words, time_of
from service.domain.numbers import Judged, Numbers, came, went
from service.domain.series import HOUR_MS, Span
from service.domain.times import DAY_MS
from service.html.plots.bars import Bar, draw_bars
from service.html.plots.curves import Axes, Curve, draw_area, draw_lines
from service.html.plots.scale import Scale, count_scale, duration_scale
from service.html.times import clock, clock_in_drawing
from service.texts.sentence import Plural
from service.texts.texts import Texts

_UNKNOWN = "–"
_LEAST_SHARE = 0.01
_MOST_BARS = 12
"""So many members are drawn, by their names; the table has them all."""
_MINUTE_S = 60
_DAYS_A_LABEL = 2
_HOURS_A_LABEL = 6
_GREW: Mapping[Span, Plural] = {
    Span.DAY: Plural(
        "In one of %(all)s hours more came than were decided.",
        "In %(count)s of %(all)s hours more came than were decided.",
    ),
    Span.WEEK: Plural(
        "In one of %(all)s stretches of six hours more came than were decided.",
        "In %(count)s of %(all)s stretches of six hours more came than were decided.",
    ),
    Span.QUARTER: Plural(
        "On one of %(all)s days more came than were decided.",
        "On %(count)s of %(all)s days more came than were decided.",
    ),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Heads of the columns, and rows; the first of each row is its head."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A question with its answer; `drawing` is empty where there is nothing to draw."""

    question: str
    answer: str
    drawing: Markup
    tables: Sequence[Table]


def plots_of(numbers: Numbers, texts: Texts, name_of: Callable[[str], str] | None) -> Iterator[Plot]:
    """The plots of a site, each made when it is asked for; with `name_of` its members are told apart."""
    yield _keeping_up(numbers, texts)
    yield _coming_and_going(numbers, texts)
    yield _waiting_times(numbers, texts)
    yield _deciders(numbers, texts, name_of)


def speed_plot(answered: Mapping[float | None, int], texts: Texts) -> Plot:
    """How long submissions take: how many of them stayed within each bound, in seconds, and None within none."""
    total = sum(answered.values())
    question = texts.gettext("Will it hold?")
    if not total:
        return Plot(question, texts.gettext("No comment was sent since the service started."), Markup(), ())
    bounds = [_bound(bound, answered, texts) for bound in answered]
    answer = _speed(answered, texts)
    shown = [(bound, count) for bound, count in zip(bounds, answered.values(), strict=True) if count]
    bars = [Bar(bound, count, 0, _share(count, total, texts)) for bound, count in shown]
    rows = [(bound, _share(count, total, texts)) for bound, count in zip(bounds, answered.values(), strict=True)]
    table = Table((texts.gettext("Within"), texts.gettext("Share of comments")), rows)
    return Plot(question, answer, draw_bars(answer, bars), (table,))


def _keeping_up(numbers: Numbers, texts: Texts) -> Plot:
    depths = numbers.depths
    most = max(depth for depth in depths if depth is not None)
    question = texts.gettext("Do we keep up?")
    if not most:
        return Plot(question, texts.gettext("Nothing waited in this time."), Markup(), ())
    at_ms = numbers.times_ms[depths.index(most)]
    said = texts.gettext("The longest queue was %(most)s (%(time)s); now it is %(now)s.")
    values = {"most": texts.number(most), "now": texts.number(numbers.queue.waiting)}
    label = said % {**values, "time": _time_with_zone(numbers, at_ms, texts)}
    answer = escape(said) % {**values, "time": _time_on_page(numbers, at_ms, texts)}
    name = texts.gettext("%(count)s now") % {"count": texts.short_number(numbers.queue.waiting)}
    drawing = draw_area(label, Curve(name, depths), _axes(numbers, texts, count_scale(most), _counts(texts)))
    return _plot(numbers, texts, question, answer, drawing, [(texts.gettext("Waiting"), depths)])


def _coming_and_going(numbers: Numbers, texts: Texts) -> Plot:
    arrived, left = numbers.counts(came(numbers.series)), numbers.counts(went(numbers.series))
    question = texts.gettext("Do more come than go?")
    if not any((*arrived, *left)):
        return Plot(question, texts.gettext("Nothing came and nothing was decided in this time."), Markup(), ())
    grew, span = numbers.steps_that_grew, numbers.series.span
    answer = texts.say_of_many(_GREW[span], grew, all=texts.number(len(arrived)))
    if not grew:
        answer = texts.gettext("At no time more came than were decided.")
    curves = [Curve(texts.gettext("decided"), left), Curve(texts.gettext("came"), arrived)]
    axes = _axes(numbers, texts, count_scale(max(*arrived, *left)), _counts(texts))
    columns = [(texts.gettext("Came"), arrived), (texts.gettext("Decided"), left)]
    return _plot(numbers, texts, question, answer, draw_lines(answer, curves, axes), columns)


def _waiting_times(numbers: Numbers, texts: Texts) -> Plot:
    question = texts.gettext("How long do readers wait?")
    times = numbers.series.decision_times
    if times.median_of_all is None or times.most_of_all is None:
        return Plot(question, texts.gettext("Nothing that waited was decided in this time."), Markup(), ())
    values = {
        "half": duration_in_words(times.median_of_all, texts),
        "most": duration_in_words(times.most_of_all, texts),
    }
    answer = texts.gettext("Half of those decided waited at most %(half)s, 95 of 100 at most %(most)s.") % values
    target_s = numbers.target_minutes * _MINUTE_S
    if target_s:
        answer += " " + texts.gettext("The target is %(target)s.") % {"target": duration_in_words(target_s, texts)}
    medians, mosts = numbers.known(times.median), numbers.known(times.most)
    curves = [Curve(texts.gettext("half"), medians), Curve(texts.gettext("95 of 100"), mosts)]
    scale = duration_scale(max((target_s, *(each for each in mosts if each is not None))))
    axes = _axes(numbers, texts, scale, lambda tick: duration(tick, texts) if tick else "0")
    if target_s:
        axes = replace(axes, mark=(target_s, texts.gettext("target")))
    columns = [
        (texts.gettext("Half (seconds)"), medians),
        (texts.gettext("95 of 100 (seconds)"), mosts),
    ]
    return _plot(numbers, texts, question, answer, draw_lines(answer, curves, axes), columns)


def _deciders(numbers: Numbers, texts: Texts, name_of: Callable[[str], str] | None) -> Plot:
    question, total = texts.gettext("Who decides?"), numbers.by_machine.total + numbers.by_people.total
    if not total:
        return Plot(question, texts.gettext("Nothing was decided in this time."), Markup(), ())
    share = texts.percent(numbers.by_machine.total / total)
    answer = texts.gettext("The machine decided %(share)s, people the rest.") % {"share": share}
    judged = [(texts.gettext("machine"), numbers.by_machine), (texts.gettext("people"), numbers.by_people)]
    heads = (texts.gettext("Who"), texts.gettext("Published"), texts.gettext("Rejected"))
    bars = [_bar(name, each, texts) for name, each in judged]
    tables = [Table(heads, [(name, *map(texts.number, each)) for name, each in judged])]
    if name_of:
        members = [(name_of(each.member_id), each.decided) for each in numbers.by_member(name_of)]
        bars += [_bar_of_member(*each, texts) for each in members[:_MOST_BARS]]
        rows = [(name, texts.number(decided)) for name, decided in members]
        tables.append(Table((texts.gettext("Member"), texts.gettext("Decisions")), rows))
    return Plot(question, answer, draw_bars(answer, bars), tables)


def _bar(name: str, judged: Judged, texts: Texts) -> Bar:
    counts = {"published": texts.short_number(judged.published), "rejected": texts.short_number(judged.rejected)}
    return Bar(name, *judged, texts.gettext("%(published)s published, %(rejected)s rejected") % counts)


def _bar_of_member(name: str, decided: int, texts: Texts) -> Bar:
    says = texts.ngettext("%(count)s decision", "%(count)s decisions", decided)
    return Bar(name, 0, 0, says % {"count": texts.short_number(decided)}, pale=decided)


def _plot(
    numbers: Numbers,
    texts: Texts,
    question: str,
    answer: str,
    drawing: Markup,
    columns: Sequence[tuple[str, Sequence[float | None]]],
) -> Plot:
    """A plot over time, with a table of a row a point."""
    times = [_time_in_table(numbers, at_ms, texts) for at_ms in numbers.times_ms]
    rows = [
        (time, *(_cell(value, texts) for value in row))
        for time, *row in zip(times, *(values for _, values in columns), strict=True)
    ]
    from_ = texts.gettext("From") if numbers.series.span is Span.DAY else texts.gettext("From (UTC)")
    heads = (from_, *(name for name, _ in columns))
    return Plot(question, answer, drawing, (Table(heads, rows),))


def _cell(value: float | None, texts: Texts) -> str:
    return _UNKNOWN if value is None else texts.number(round(value))


def _time_in_table(numbers: Numbers, at_ms: int, texts: Texts) -> str:
    """Hours of a day are those of the reader's own clock; days, and parts of them, are those of UTC."""
    span = numbers.series.span
    return clock(at_ms, texts) if span is Span.DAY else time_of(at_ms, span, texts)


def _time_on_page(numbers: Numbers, at_ms: int, texts: Texts) -> str:
    return clock(at_ms, texts) if numbers.series.span is Span.DAY else _time_with_zone(numbers, at_ms, texts)


def _time_with_zone(numbers: Numbers, at_ms: int, texts: Texts) -> str:
    """As plain text; a day needs none."""
    time = time_of(at_ms, numbers.series.span, texts)
    return time if numbers.series.span is Span.QUARTER else texts.gettext("%(time)s UTC") % {"time": time}


def _counts(texts: Texts) -> Callable[[float], str]:
    return lambda tick: texts.short_number(int(tick))


def _axes(numbers: Numbers, texts: Texts, scale: Scale, label_of: Callable[[float], str]) -> Axes:
    return Axes(scale, [label_of(tick) for tick in scale.ticks], _time_labels(numbers, texts))


def _time_labels(numbers: Numbers, texts: Texts) -> list[tuple[int, str]]:
    """By the place of its point: each sixth hour of a day, each second midnight of a week, each month of a quarter."""
    span = numbers.series.span
    labels = []
    for place, at_ms in enumerate(numbers.times_ms):
        is_labelled = {
            Span.DAY: at_ms // HOUR_MS % _HOURS_A_LABEL == 0,
            Span.WEEK: at_ms % (_DAYS_A_LABEL * DAY_MS) == 0,
            Span.QUARTER: at(at_ms).day == 1,
        }[span]
        if is_labelled:
            is_day = span is Span.DAY
            labels.append((place, clock_in_drawing(at_ms, texts) if is_day else texts.short_day(at(at_ms))))
    return labels


def _speed(answered: Mapping[float | None, int], texts: Texts) -> str:
    half, most = _within(0.5, answered), _within(0.99, answered)
    if half is None or most is None:
        bound = _milliseconds(_highest(answered), texts)
        return texts.gettext("More than one comment in 100 took longer than %(bound)s to be taken in.") % {
            "bound": bound
        }
    values = {"half": _milliseconds(half, texts), "most": _milliseconds(most, texts)}
    answer = texts.gettext(
        "Since the last start half of all comments took at most %(half)s, 99 of 100 at most %(most)s."
    )
    return answer % values


def _share(count: int, total: int, texts: Texts) -> str:
    """In hundredths; what is something is not called nothing."""
    if 0 < count < total * _LEAST_SHARE:
        return texts.gettext("under %(share)s") % {"share": texts.percent(_LEAST_SHARE)}
    return texts.percent(count / total)


def _within(share: float, answered: Mapping[float | None, int]) -> float | None:
    """The least bound that a share of all stayed within."""
    wanted = share * sum(answered.values())
    reached = zip(answered, accumulate(answered.values()), strict=True)
    return next(bound for bound, count in reached if count >= wanted)


def _bound(bound: float | None, answered: Mapping[float | None, int], texts: Texts) -> str:
    if bound is None:
        return texts.gettext("more than %(bound)s") % {"bound": _milliseconds(_highest(answered), texts)}
    return _milliseconds(bound, texts)


def _highest(answered: Mapping[float | None, int]) -> float:
    return max(bound for bound in answered if bound is not None)


def _milliseconds(seconds: float, texts: Texts) -> str:
    return texts.quantity(seconds * 1000, "duration-millisecond")
