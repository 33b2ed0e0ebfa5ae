"""The figures of a site, and the views of its numbers."""

from service.console.numbers_told import duration
from service.domain.numbers import Numbers
from service.domain.series import Span
from service.domain.standing import agreement
from service.texts.sentence import Plural, marked
from service.texts.texts import Texts

_SPANS = {Span.DAY: marked("24 hours"), Span.WEEK: marked("7 days"), Span.QUARTER: marked("90 days")}
_BOTH = Plural("of one comment that both decided", "of %(count)s comments that both decided")
_MINUTE_S = 60
_UNKNOWN = "–"
Figure = tuple[str, str, str]
"""What it is, the figure, and a line below it."""


def views_of(site: str, texts: Texts) -> list[tuple[str, str]]:
    """How far back one may look: words and addresses."""
    return [(texts.gettext(words), address_of(site, span)) for span, words in _SPANS.items()]


def address_of(site: str, span: Span) -> str:
    return f"/console/{site}/numbers?span={span}"


def name_of_member(name: str | None, member_id: str, texts: Texts) -> str:
    """The member as others know him; one that is gone by his id."""
    return name or member_id or texts.gettext("all others")


def figures_of(found: Numbers, texts: Texts) -> list[Figure]:
    """What people and the machine did in the span."""
    times, machine, people = found.series.decision_times, found.by_machine, found.by_people
    total = machine.total + people.total
    counts = {"published": texts.number(machine.published), "rejected": texts.number(machine.rejected)}
    half = _UNKNOWN if times.median_of_all is None else duration(times.median_of_all, texts)
    most = _UNKNOWN if times.most_of_all is None else duration(times.most_of_all, texts)
    below = texts.gettext("95 of 100 at most %(most)s") % {"most": most}
    if found.target_minutes:
        target = duration(found.target_minutes * _MINUTE_S, texts)
        below = texts.gettext("%(most)s; target %(target)s") % {"most": below, "target": target}
    return [
        (texts.gettext("Half wait at most"), half, below),
        (
            texts.gettext("Decided by the machine"),
            texts.percent(machine.total / total) if total else _UNKNOWN,
            texts.gettext("%(published)s published, %(rejected)s rejected") % counts,
        ),
        _agreement(found, texts),
    ]


def _agreement(found: Numbers, texts: Texts) -> Figure:
    agreed, total = agreement(found.series)
    name = texts.gettext("Machine and people agree")
    if not total:
        return (name, _UNKNOWN, texts.gettext("no comment was decided by both"))
    return (name, texts.percent(agreed / total), texts.say_of_many(_BOTH, total))
