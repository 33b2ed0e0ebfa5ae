"""The schemas of sites, policies and tokens."""

from copy import copy
from typing import Any

from marshmallow import ValidationError, fields, missing, validate, validates_schema

from schemas.fields import (
    SITE_PATTERN,
    TIME,
    BoundedList,
    Closed,
    LanguageTag,
    Line,
    Origin,
    Probability,
    StrictBoolean,
    StrictInteger,
    next_cursor,
    page_limit,
    query_cursor,
)
from schemas.rules import MAX_RULES, RuleSchema
from schemas.threads import MODES

_MAX_RATE = 1_000_000
MOST_OPEN_DAYS = 36_500
MOST_TARGET_MINUTES = 7 * 24 * 60
MAX_POLICY_VERSION = 999_999_999
INSTALLATION = "commentdesk"
"""The store keeps what belongs to no site under this name."""


def _rate(default: int | None, whose: str) -> StrictInteger:
    return StrictInteger(
        lowest=1,
        highest=_MAX_RATE,
        load_default=default,
        allow_none=True,
        metadata={"description": f"How many submissions a minute {whose} may send in the long run; null for no limit."},
    )


def _burst(default: int, whose: str) -> StrictInteger:
    return StrictInteger(
        lowest=1,
        highest=_MAX_RATE,
        load_default=default,
        metadata={"description": f"How many submissions {whose} may send at once."},
    )


class PolicySchema(Closed):
    """How a site moderates. In `auto`, a risk below `publish_below` is published, above `reject_above` rejected, and
    held between. Rates count submissions: of a reader, of the whole site, and of all strangers together,
    who are those that submit without a token; null is no limit. A field left out has its default."""

    version = StrictInteger(
        lowest=1,
        highest=MAX_POLICY_VERSION,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The number of this policy: it grows by one with each change. Sent with a change it is the "
            "one that was seen: 409 `stale_policy` if another is in force by now; null changes whatever is there.",
            "examples": [12],
        },
    )
    mode = fields.String(
        load_default="premoderate",
        validate=validate.OneOf(MODES),
        metadata={
            "description": "`premoderate` holds every comment for a moderator; `postmoderate` publishes it and "
            "queues it for a look; `auto` goes by `risk` and the thresholds."
        },
    )
    publish_below = Probability(
        load_default=0.05,
        metadata={
            "description": "In `auto`, a comment whose `risk` is below this is published; at most `reject_above`."
        },
    )
    reject_above = Probability(
        load_default=0.98, metadata={"description": "In `auto`, a comment whose `risk` is above this is rejected."}
    )
    reader_rate_per_minute = _rate(6, "one reader")
    reader_burst = _burst(5, "one reader")
    site_rate_per_minute = _rate(None, "all readers of the site together")
    site_burst = _burst(100, "all readers of the site together")
    stranger_rate_per_minute = _rate(120, "all strangers together, who submit without a token,")
    stranger_burst = _burst(60, "all strangers together")
    rules = BoundedList(
        fields.Nested(RuleSchema),
        most=MAX_RULES,
        load_default=[],
        metadata={"description": "What to do with comments that meet a condition, in this order."},
    )

    close_after_days = StrictInteger(
        lowest=1,
        highest=MOST_OPEN_DAYS,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "So many days after its first comment a thread takes no more, unless it has a time of its "
            "own to close at; null for never."
        },
    )

    @validates_schema
    def _ordered(self, data: dict[str, float], **_: object) -> None:
        if data["publish_below"] > data["reject_above"]:
            raise ValidationError("Must not be above reject_above.", "publish_below")


def _of_policy(name: str) -> fields.Field[Any]:
    """A field of the policy without its default."""
    field = copy(PolicySchema().fields[name])
    field.load_default = missing
    return field


PolicyChangeSchema = Closed.from_dict(
    {name: _of_policy(name) for name in PolicySchema().fields}, name="PolicyChangeSchema"
)
PolicyChangeSchema.__doc__ = """What to change of a site's policy. A field left out keeps its value."""


class SiteChangeSchema(Closed):
    """What to change of a site. A field left out keeps its value."""

    title = Line(
        max_chars=200, metadata={"description": "The site's name for people: one line of up to 200 characters."}
    )
    public_submission = StrictBoolean(
        metadata={"description": "Whether readers' browsers may post comments without a token."}
    )
    allowed_origins = BoundedList(
        Origin(),
        most=100,
        metadata={
            "description": "The origins, such as `https://news.example`, whose pages may post without a token and "
            "read from a script. With none listed, those of any page may where "
            "`public_submission` is true, and no script of another origin otherwise."
        },
    )
    language = LanguageTag(
        metadata={
            "description": "The language of the forms, refusals and thanks that readers see, such as `de` or `pt-BR` "
            "(BCP 47). Where there is no translation, the nearest or English is shown. A new site has `en`.",
        }
    )
    waiting_target_minutes = StrictInteger(
        lowest=1,
        highest=MOST_TARGET_MINUTES,
        allow_none=True,
        metadata={
            "description": "Within so many minutes comments that wait are to be decided; null for no target. The "
            "console shows it beside how long they do wait; nothing else depends on it."
        },
    )


class NewSiteSchema(SiteChangeSchema):
    """A new site: `public_submission` lets readers' browsers post without a token, from the allowed origins if any
    are listed."""

    site = fields.String(
        required=True,
        validate=[validate.Regexp(SITE_PATTERN), validate.NoneOf([INSTALLATION], error="Not a name for a site.")],
        metadata={
            "description": "The site's id in every address: 1 to 64 lower-case letters, digits and hyphens. It "
            "cannot be changed."
        },
    )


class SiteSchema(Closed):
    """A site as it is set."""

    site = fields.String(required=True, metadata={"description": "The site's id in every address."})
    title = fields.String(required=True, metadata={"description": "The site's name for people; empty if it has none."})
    public_submission = fields.Boolean(
        required=True, metadata={"description": "Whether readers' browsers may post comments without a token."}
    )
    allowed_origins = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "The origins whose pages may post without a token and read from a script; with none "
            "listed those of any page may where `public_submission` is true."
        },
    )
    language = fields.String(
        required=True, metadata={"description": "The language of what readers see, as a tag (BCP 47)."}
    )
    waiting_target_minutes = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Within so many minutes comments that wait are to be decided; null for no target."},
    )
    created_at = fields.String(
        required=True, metadata=TIME | {"description": "When the site was made, RFC 3339 in UTC."}
    )


class SitesQuery(Closed):
    """Which page of the sites."""

    limit = page_limit(100)
    cursor = query_cursor()


class SitesSchema(Closed):
    """A page of the sites, by name."""

    sites = fields.List(
        fields.Nested(SiteSchema), required=True, metadata={"description": "The sites in the order of their ids."}
    )
    next_cursor = next_cursor()
