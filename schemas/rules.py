"""The schemas of a site's rules."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas import patterns
from schemas.fields import BoundedList, Closed, Line, PlainText, Probability, StrictBoolean, StrictInteger
from schemas.threads import MAX_THREAD_CHARS

MAX_RULES = 200
"""Of a site: each takes a bit of every comment in the lists."""
MAX_RULE_NAME_CHARS = 64
MAX_PHRASES = 5_000
"""Of all rules of a site together: they cost up to 12 microseconds a comment."""
MAX_PATTERN_CHARS = 200
MAX_DOMAINS = 1_000
ACTIONS = ("hold", "reject", "note")
_HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"


class WordsSchema(Closed):
    """The body says one of the phrases."""

    phrases = BoundedList(
        Line(min_chars=1, max_chars=100, metadata={"pattern": patterns.PHRASE}),
        fewest=1,
        most=MAX_PHRASES,
        required=True,
        metadata={
            "description": "Whole words, whatever their case, accents or disguise; `*` at the end of one stands for "
            "any rest of its last word."
        },
    )


class PatternSchema(Closed):
    """The body has a match of a regular expression."""

    re2 = PlainText(
        min_chars=1,
        max_chars=MAX_PATTERN_CHARS,
        required=True,
        metadata={"description": "As RE2 writes them; `(?i)` before it for any case."},
    )


class LinksSchema(Closed):
    """There are many links."""

    more_than = StrictInteger(
        lowest=0,
        highest=99,
        required=True,
        metadata={"description": "In the body and the website together."},
    )


def _domains() -> BoundedList:
    return BoundedList(
        Line(min_chars=3, max_chars=253, metadata={"pattern": patterns.DOMAIN}),
        fewest=1,
        most=MAX_DOMAINS,
        metadata={"description": "Each with all that is below it; `*.xyz` for everything below a public suffix."},
    )


class _ExactlyOne(Closed):
    """The base of what has exactly one of its fields."""

    shape_rules: ClassVar[Mapping[str, Any]] = {"minProperties": 1, "maxProperties": 1}

    @validates_schema
    def _one(self, data: dict[str, Any], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError(f"Exactly one of {', '.join(sorted(self.fields))}.")


_In = {"in": _domains(), "not_in": _domains()}


class LinkDomainsSchema(_ExactlyOne.from_dict(_In)):  # type: ignore[misc] # `in` is a word of Python's own
    """A link, or the website, leads to one of the domains, or to one that is not among them."""


class EmailDomainsSchema(_ExactlyOne.from_dict(_In)):  # type: ignore[misc]
    """The email is of one of the domains, of none of them, or of one that is thrown away after use."""

    disposable = StrictBoolean(
        validate=validate.Equal(comparable=True), metadata={"description": "`true`: of the list of disposable domains."}
    )


class AuthorConditionSchema(Closed):
    """What the author has done before: `approved_fewer_than`, or `rejected_share_above` with `of_last`."""

    approved_fewer_than = StrictInteger(
        lowest=1, highest=1_000, metadata={"description": "Approved comments that a newcomer lacks."}
    )
    rejected_share_above = Probability(metadata={"description": "Of the newest `of_last` comments, rejected or spam."})
    of_last = StrictInteger(lowest=1, highest=20, metadata={"description": "So many newest comments, at most."})

    shape_rules: ClassVar[Mapping[str, Any]] = {
        "oneOf": [
            {"required": ["approved_fewer_than"], "maxProperties": 1},
            {"required": ["rejected_share_above", "of_last"], "maxProperties": 2},
        ]
    }

    @validates_schema
    def _either(self, data: dict[str, Any], **_: object) -> None:
        if data.keys() not in ({"approved_fewer_than"}, {"rejected_share_above", "of_last"}):
            raise ValidationError("Either approved_fewer_than, or rejected_share_above with of_last.")


class ThreadAgeSchema(Closed):
    """The thread is old."""

    above = StrictInteger(
        lowest=1,
        highest=36_500,
        required=True,
        metadata={"description": "Days since it was made."},
    )


def _check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("Not a time zone, such as Europe/Berlin.")


def _check_hours(hours: str) -> None:
    if re.fullmatch(_HOURS.strip("^$"), hours) is None:
        raise ValidationError("Not hours such as 07:00-22:00.")


class HoursSchema(Closed):
    """It is sent at an unusual time of the day."""

    outside = fields.String(
        required=True,
        validate=_check_hours,
        metadata={
            "description": "The usual hours, `07:00-22:00`; they may cross midnight. Two equal "
            "times are no hours at all.",
            "pattern": _HOURS,
        },
    )
    time_zone = fields.String(
        required=True,
        validate=[validate.Length(max=64), _check_time_zone],
        metadata={"description": "Of the IANA database, such as Europe/Berlin."},
    )


class RepeatedSchema(Closed):
    """The same author sent the same body elsewhere."""

    elsewhere_within_hours = StrictInteger(
        lowest=1, highest=24, required=True, metadata={"description": "To another thread of the site, of late."}
    )


class ConditionSchema(_ExactlyOne):
    """One condition."""

    words = fields.Nested(WordsSchema, metadata={"description": "The body says one of the phrases."})
    pattern = fields.Nested(PatternSchema, metadata={"description": "The body has a match of a regular expression."})
    links = fields.Nested(LinksSchema, metadata={"description": "There are more links than this."})
    link_domains = fields.Nested(
        LinkDomainsSchema, metadata={"description": "A link leads to one of the domains, or to another one."}
    )
    email_domains = fields.Nested(
        EmailDomainsSchema,
        metadata={"description": "The email is of one of the domains, of another one, or of a disposable one."},
    )
    author = fields.Nested(AuthorConditionSchema, metadata={"description": "What the author has done before."})
    thread_age_days = fields.Nested(ThreadAgeSchema, metadata={"description": "The thread is older than this."})
    hours = fields.Nested(HoursSchema, metadata={"description": "It is sent outside of the usual hours."})
    repeated = fields.Nested(
        RepeatedSchema, metadata={"description": "The same author sent the same words to another thread."}
    )


class RuleSchema(Closed):
    """A rule of a site: what to do with a comment that meets the condition."""

    name = Line(
        min_chars=1,
        max_chars=MAX_RULE_NAME_CHARS,
        required=True,
        metadata={"description": "Told among the reasons; unique in a site."},
    )
    when = fields.Nested(ConditionSchema, required=True, metadata={"description": "What the comment has to meet."})
    action = fields.String(
        required=True,
        validate=validate.OneOf(ACTIONS),
        metadata={"description": "`note` changes nothing: it stands among the reasons."},
    )
    thread = PlainText(
        max_chars=MAX_THREAD_CHARS, load_default="", metadata={"description": "Of this thread alone; empty for all."}
    )
