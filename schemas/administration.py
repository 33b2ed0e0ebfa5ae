"""The schemas of sites, policies and tokens."""

from copy import copy
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, missing, validate, validates_schema

from schemas.fields import (
    SITE_PATTERN,
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

ROLES = ("website", "moderator", "operator", "admin")
_MAX_RATE = 1_000_000
INSTALLATION = "commentdesk"
"""The store keeps what belongs to no site under this name."""


def _check_year(time: datetime) -> None:
    try:
        is_in_range = time.astimezone(UTC).year >= 1971
    except OverflowError:
        is_in_range = False
    if not is_in_range:
        raise ValidationError("Not a time from 1971 to 9999.")


class PolicySchema(Closed):
    """How a site moderates. In `auto`, a risk below `publish_below` is published, above `reject_above` rejected, and
    held between. Rates count submissions: of a reader, of the whole site, and of all strangers together,
    who are those that submit without a token; null is no limit. A field left out has its default."""

    mode = fields.String(load_default="premoderate", validate=validate.OneOf(MODES))
    publish_below = Probability(load_default=0.05)
    reject_above = Probability(load_default=0.98)
    reader_rate_per_minute = StrictInteger(lowest=1, highest=_MAX_RATE, load_default=6, allow_none=True)
    reader_burst = StrictInteger(lowest=1, highest=_MAX_RATE, load_default=5)
    site_rate_per_minute = StrictInteger(lowest=1, highest=_MAX_RATE, load_default=None, allow_none=True)
    site_burst = StrictInteger(lowest=1, highest=_MAX_RATE, load_default=100)
    stranger_rate_per_minute = StrictInteger(lowest=1, highest=_MAX_RATE, load_default=120, allow_none=True)
    stranger_burst = StrictInteger(lowest=1, highest=_MAX_RATE, load_default=60)
    rules = BoundedList(
        fields.Nested(RuleSchema),
        most=MAX_RULES,
        load_default=[],
        metadata={"description": "What to do with comments that meet a condition, in this order."},
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

    title = Line(max_chars=200)
    public_submission = StrictBoolean()
    allowed_origins = BoundedList(Origin(), most=100)
    language = LanguageTag(
        metadata={
            "description": "The language of the forms, refusals and thanks that readers see, such as `de` or `pt-BR` "
            "(BCP 47). Where there is no translation, the nearest or English is shown. A new site has `en`.",
        }
    )


class NewSiteSchema(SiteChangeSchema):
    """A new site: `public_submission` lets readers' browsers post without a token, from the allowed origins if any
    are listed."""

    site = fields.String(
        required=True,
        validate=[validate.Regexp(SITE_PATTERN), validate.NoneOf([INSTALLATION], error="Not a name for a site.")],
    )


class SiteSchema(Closed):
    """A site as it is set."""

    site = fields.String(required=True)
    title = fields.String(required=True)
    public_submission = fields.Boolean(required=True)
    allowed_origins = fields.List(fields.String(), required=True)
    language = fields.String(
        required=True, metadata={"description": "The language of what readers see, as a tag (BCP 47)."}
    )
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class SitesQuery(Closed):
    limit = page_limit(100)
    cursor = query_cursor()


class SitesSchema(Closed):
    """A page of the sites, by name."""

    sites = fields.List(fields.Nested(SiteSchema), required=True)
    next_cursor = next_cursor()


class NewTokenSchema(Closed):
    """A token to be made. All roles but admin need the site they act on."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    site = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(SITE_PATTERN))
    name = Line(min_chars=1, max_chars=100, required=True)
    expires_at = fields.AwareDateTime(format="iso", load_default=None, allow_none=True, validate=_check_year)

    @validates_schema
    def _of_a_site(self, data: dict[str, object], **_: object) -> None:
        if data["role"] != "admin" and not data["site"]:
            raise ValidationError("Needed for this role.", "site")
        if data["role"] == "admin" and data["site"]:
            raise ValidationError("An admin acts on every site.", "site")


class TokenSchema(Closed):
    token_id = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    site = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    expires_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class MadeTokenSchema(TokenSchema):
    """The only time that the token itself is shown."""

    token = fields.String(required=True)


class TokensQuery(Closed):
    site = fields.String(
        load_default=None,
        validate=validate.Regexp(SITE_PATTERN),
        metadata={"description": "Tokens of this site alone."},
    )
    role = fields.String(
        load_default=None, validate=validate.OneOf(ROLES), metadata={"description": "Tokens of this role alone."}
    )
    limit = page_limit(100)
    cursor = query_cursor()


class TokensSchema(Closed):
    """A page of the tokens that were not revoked, by their ids, without the tokens themselves."""

    tokens = fields.List(fields.Nested(TokenSchema), required=True)
    next_cursor = next_cursor()
