"""The texts of one language, with its way to write numbers and dates."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from gettext import NullTranslations

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.units import format_unit

from service.texts.sentence import Plural, Sentence

_DAYS_KEPT = 1024
_MOMENTS_KEPT = 4096
_FIGURES_KEPT = 1024
"""So many are kept as texts: a page has dozens, is made anew with each comment, and a look-up costs a tenth."""
_UNITS_SECONDS = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60, 1)
"""A year, a month, a week, a day, an hour, a minute, a second, as Babel counts them."""
_HUNDREDTH = Decimal("0.01")

_LONG = 100_000
"""From here on a number is long."""


class Texts:
    """What people read, in one language. A message that has no translation stays English."""

    def __init__(self, language: str, translations: NullTranslations, locale: Locale) -> None:
        """`language` is a tag such as `en` or `pt-BR` (BCP 47), as a page's `lang` has it; `locale` says how numbers
        and dates are written."""
        self.language = language
        self._translations = translations
        self._locale = locale
        self._day = lru_cache(_DAYS_KEPT)(partial(format_date, format="long", locale=locale))
        self._short_day = lru_cache(_DAYS_KEPT)(self._write_short_day)
        self._minute = lru_cache(_MOMENTS_KEPT)(self._write_minute)
        self._number = lru_cache(_FIGURES_KEPT)(partial(format_decimal, locale=locale))
        self._share = lru_cache(_FIGURES_KEPT)(partial(format_decimal, format="0.00", locale=locale))
        self._past = lru_cache(_FIGURES_KEPT)(self._write_past)

    @cached_property
    def direction(self) -> str:
        """How lines run, as a page's `dir` has it: `ltr` or `rtl`. Babel reads a language's data, 4 MB, when something
        of it is asked for: who serves no pages does without."""
        return self._locale.text_direction

    @cached_property
    def name(self) -> str:
        """What the language calls itself: `Deutsch`, `Français`."""
        own = self._locale.get_language_name() or self.language
        return own[:1].upper() + own[1:]

    def gettext(self, message: str) -> str:
        """The message in this language, its placeholders open."""
        return self._translations.gettext(message)

    def ngettext(self, one: str, several: str, count: int) -> str:
        """The form that so many things take in this language, its placeholders open."""
        return self._translations.ngettext(one, several, count)

    def say(self, said: str | Sentence) -> str:
        """A message without placeholders, or a sentence with the values of its own."""
        if isinstance(said, Sentence):
            return self.gettext(said.message) % said.values
        return self.gettext(said) if said else ""

    def say_of_many(self, plural: Plural, count: int, **values: object) -> str:
        """The form that so many things take, with `count` written as it is here, and other values."""
        return self.ngettext(*plural, count) % {"count": self.number(count), **values}

    def number(self, number: int) -> str:
        """A whole number with its thousands apart: `12,345`."""
        return self._number(number)

    def share(self, share: float) -> str:
        """A score or a risk, to two places: `0.87`."""
        return self._share(Decimal(repr(share)).quantize(_HUNDREDTH))

    def exact(self, number: float) -> str:
        """A number with all its decimals: `0.0525`."""
        return format_decimal(Decimal(repr(number)), locale=self._locale, decimal_quantization=False)

    def ago(self, seconds: float) -> str:
        """How long ago something was, in its largest unit: `18 minutes ago`; what is not yet past was just now."""
        if seconds < 1:
            return self.gettext("just now")
        unit = next(each for each in _UNITS_SECONDS if each <= seconds)
        return self._past(unit * round(seconds / unit))

    def percent(self, share: float) -> str:
        """A share in whole hundredths: `64%`."""
        return format_percent(share, locale=self._locale)

    def short_number(self, number: int) -> str:
        """A whole number in little room: `12,345`, `2M`."""
        is_long = number >= _LONG
        return format_compact_decimal(number, locale=self._locale) if is_long else self.number(number)

    def quantity(self, number: float, unit: str) -> str:
        """A number, with a decimal where it needs one, and its unit as Unicode calls it (UTS 35, 6): `18 mins` of
        `duration-minute`."""
        return format_unit(round(number, 1), unit, "short", locale=self._locale)

    def quantity_in_words(self, number: float, unit: str) -> str:
        """The same with its unit as a word, as objects have it: `18 minutes`."""
        return format_unit(round(number, 1), unit, "long", locale=self._locale)

    def clock(self, at: datetime) -> str:
        """The hour and minute, in UTC: `14:05`."""
        return format_time(at, "short", tzinfo=UTC, locale=self._locale)

    def short_day(self, at: datetime) -> str:
        """The day in its month, in UTC: `28 Nov`."""
        return self._short_day(at.astimezone(UTC).toordinal())

    def date(self, at: datetime) -> str:
        """The day, in UTC: `28 November 2026`."""
        return self._day(at.astimezone(UTC).date())

    def moment(self, at: datetime) -> str:
        """The day and the minute, in UTC: `28 November 2026, 14:05 UTC`."""
        return self._minute(at.replace(second=0, microsecond=0))

    def _write_past(self, seconds: int) -> str:
        return format_timedelta(timedelta(seconds=-seconds), add_direction=True, threshold=1, locale=self._locale)

    def _write_short_day(self, ordinal: int) -> str:
        day = datetime.fromordinal(ordinal).replace(tzinfo=UTC)
        return format_skeleton("MMMd", day, tzinfo=UTC, locale=self._locale)

    def _write_minute(self, at: datetime) -> str:
        time = format_time(at, "short", tzinfo=UTC, locale=self._locale)
        # Translators: a moment, such as "28 November 2026, 14:05 UTC".
        return self.gettext("%(date)s, %(time)s UTC") % {"date": self.date(at), "time": time}
