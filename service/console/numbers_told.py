"""What the numbers of a site say, in sentences."""

from datetime import UTC, datetime
from typing import NamedTuple

from markupsafe import Markup, escape

from service.domain.numbers import Numbers
from service.domain.series import HOUR_MS, MINUTE_MS, Span
from service.domain.times import DAY_MS
from service.html.times import clock
from service.texts.sentence import Plural
from service.texts.texts import Texts

_SINCE_MINUTES = Plural("for a minute", "for %(count)s minutes")
_SINCE_HOURS = Plural("for an hour", "for %(count)s hours")
_SINCE_DAYS = Plural("for a day", "for %(count)s days")
_UNITS_S = (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400))
_ROUGHLY_MS = 10 * MINUTE_MS
"""When a queue will be empty is told so precisely: more would be promised than is known."""
_BEFORE_NEXT = 2
"""So many of a unit are told in it before the one below gives way: 90 minutes, and then 2 hours."""


class Told(NamedTuple):
    """How it stands now, and how the last hour went."""

    now: str
    last_hour: Markup


def tell(numbers: Numbers, texts: Texts) -> Told:
    """What stands above all plots."""
    sentences = (_last_hour(numbers, texts), _trend(numbers, texts))
    return Told(_queue(numbers, texts), Markup(" ").join(filter(None, sentences)))


def at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def time_of(at_ms: int, span: Span, texts: Texts) -> str:
    """When a point begins, as precisely as points of that span lie."""
    moment = at(at_ms)
    if span is Span.QUARTER:
        return texts.short_day(moment)
    return texts.clock(moment) if span is Span.DAY else f"{texts.short_day(moment)}, {texts.clock(moment)}"


def duration(seconds: float, texts: Texts) -> str:
    """A time in the largest unit of which there are two, in little room."""
    return texts.quantity(*_rounded(seconds))


def duration_in_words(seconds: float, texts: Texts) -> str:
    return texts.quantity_in_words(*_rounded(seconds))


def _rounded(seconds: float) -> tuple[int, str]:
    fitting = ((name, size) for name, size in reversed(_UNITS_S) if seconds >= _BEFORE_NEXT * size)
    name, size = next(fitting, _UNITS_S[0])
    return round(seconds / size), f"duration-{name}"


def _queue(numbers: Numbers, texts: Texts) -> str:
    waiting, oldest_ms = numbers.queue
    if oldest_ms is None or not waiting:
        return texts.gettext("Nothing waits.")
    age = _since(max(0, numbers.now_ms - oldest_ms), texts)
    # Translators: age is such as "for 18 minutes".
    several = Plural("One comment waits, %(age)s.", "%(count)s wait, the oldest %(age)s.")
    return texts.say_of_many(several, waiting, age=age)


def _since(age_ms: int, texts: Texts) -> str:
    if age_ms < MINUTE_MS:
        return texts.gettext("for less than a minute")
    for plural, size_ms in ((_SINCE_DAYS, DAY_MS), (_SINCE_HOURS, HOUR_MS)):
        if age_ms >= _BEFORE_NEXT * size_ms:
            return texts.say_of_many(plural, age_ms // size_ms)
    return texts.say_of_many(_SINCE_MINUTES, age_ms // MINUTE_MS)


def _last_hour(numbers: Numbers, texts: Texts) -> str:
    came, went = texts.number(numbers.came_last_hour), texts.number(numbers.went_last_hour)
    if not numbers.came_last_hour and not numbers.went_last_hour:
        return texts.gettext("In the last hour nothing came and nothing was decided.")
    return texts.gettext("New in the last hour: %(came)s; decided: %(went)s.") % {"came": came, "went": went}


def _trend(numbers: Numbers, texts: Texts) -> str | Markup:
    change = numbers.came_last_hour - numbers.went_last_hour
    values = {"change": texts.number(abs(change))}
    if change > 0:
        return texts.gettext("The queue grows by %(change)s an hour.") % values
    if numbers.empty_ms is None:
        return ""
    empty = at(numbers.empty_ms)
    if numbers.empty_ms - numbers.now_ms >= DAY_MS:
        values["date"] = texts.date(empty)
        return texts.gettext("The queue shrinks by %(change)s an hour and is empty on about %(date)s.") % values
    values["time"] = clock(round(numbers.empty_ms / _ROUGHLY_MS) * _ROUGHLY_MS, texts)
    return escape(texts.gettext("The queue shrinks by %(change)s an hour and is empty at about %(time)s.")) % values
