"""The schemas of tokens, and of whose they are."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.fields import (
    SITE_PATTERN,
    TIME,
    BoundedList,
    Closed,
    Line,
    check_year,
    next_cursor,
    page_limit,
    query_cursor,
)

ROLES = ("website", "moderator", "operator", "admin")
EVERY_SITE = "*"
MAX_SITES = 200
"""So many sites a token names at most."""
MAX_MEMBER_NAME_CHARS = 100
MEMBER_ID_PATTERN = "^[a-z0-9]{1,64}$"
_SITES_PATTERN = rf"{SITE_PATTERN}|^\*$"


class MemberOfTokenSchema(Closed):
    """Whose a new token is: a member's who is there, or a new one's of a name. One of the two."""

    shape_rules: ClassVar[Mapping[str, Any]] = {"minProperties": 1, "maxProperties": 1}

    member_id = fields.String(
        validate=validate.Regexp(MEMBER_ID_PATTERN),
        metadata={"description": "The id of a member who is there.", "examples": ["m5b80c1e2d94a"]},
    )
    name = Line(
        min_chars=1,
        max_chars=MAX_MEMBER_NAME_CHARS,
        metadata={"description": "The name of a new member, which is shown with what he claims and decides."},
    )

    @validates_schema
    def _one(self, data: dict[str, object], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError("Give a member_id, or a name for a new member.")


class NewTokenSchema(Closed):
    """A token to be made: its role or its roles, and but for an admin's the site or the sites that they are for."""

    shape_rules: ClassVar[Mapping[str, Any]] = {
        "allOf": [
            {"oneOf": [{"required": ["role"]}, {"required": ["roles"]}]},
            {
                "if": {"properties": {"sites": {"contains": {"const": EVERY_SITE}}}, "required": ["sites"]},
                "then": {"properties": {"sites": {"items": {"const": EVERY_SITE}}}},
            },
            {
                "if": {
                    "anyOf": [
                        {"properties": {"role": {"const": "admin"}}, "required": ["role"]},
                        {"properties": {"roles": {"contains": {"const": "admin"}}}, "required": ["roles"]},
                    ]
                },
                "then": {"properties": {"site": {"type": "null"}, "sites": {"items": {"const": EVERY_SITE}}}},
                "else": {
                    "oneOf": [
                        {"properties": {"site": {"type": "string"}}, "required": ["site"]},
                        {"required": ["sites"]},
                    ]
                },
            },
            {
                "if": {"properties": {"link": {"const": True}}, "required": ["link"]},
                "then": {
                    "not": {
                        "anyOf": [
                            {"properties": {"role": {"const": "website"}}, "required": ["role"]},
                            {"properties": {"roles": {"items": {"const": "website"}}}, "required": ["roles"]},
                        ]
                    }
                },
            },
        ]
    }

    role = fields.String(
        validate=validate.OneOf(ROLES),
        metadata={
            "description": "What the token may do: `website` posts comments and sets threads, `moderator` decides, "
            "`operator` sets policies and watches, `admin` may do all of it on every site.",
            "examples": ["moderator"],
        },
    )
    roles = BoundedList(
        fields.String(validate=validate.OneOf(ROLES)),
        fewest=1,
        most=len(ROLES),
        metadata={"description": "Several roles, in the place of `role`: what any of them may do, this token may."},
    )
    site = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(SITE_PATTERN),
        metadata={
            "description": "The site that the token acts on; null for an `admin`, who acts on every site.",
            "examples": ["evening-news"],
        },
    )
    sites = BoundedList(
        fields.String(validate=validate.Regexp(_SITES_PATTERN)),
        fewest=1,
        most=MAX_SITES,
        metadata={
            "description": 'Several sites, in the place of `site`; `["*"]` is every site, also those that are made '
            "later."
        },
    )
    name = Line(
        min_chars=1,
        max_chars=MAX_MEMBER_NAME_CHARS,
        required=True,
        metadata={"description": "What the token is called in lists. Without `member`, a new member has this name."},
    )
    member = fields.Nested(
        MemberOfTokenSchema,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Whose token it is: a member's by his `member_id`, or a new one's by a `name`; null for a "
            "new one of the token's name."
        },
    )
    expires_at = fields.AwareDateTime(
        format="iso",
        load_default=None,
        allow_none=True,
        validate=check_year,
        metadata={
            "description": "When the token ends by itself, RFC 3339 with an offset, in the future; null for never.",
            "pattern": "^[2-9][0-9]{3}-",
        },
    )
    link = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={
            "description": "Whether to make a one-time link too, by which the member signs in to the console; not for "
            "a website's token. The same `Idempotency-Key` again gives the same link, not a second one that works.",
            "examples": [True],
        },
    )

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _of_roles(self, data: dict[str, Any], given: dict[str, Any], **_: object) -> None:
        if "role" not in given and "roles" not in given:
            raise ValidationError("Missing data for required field.", "role")
        if "role" in data and "roles" in data:
            raise ValidationError("Give role or roles, not both.", "roles")

    @validates_schema
    def _of_link(self, data: dict[str, Any], **_: object) -> None:
        if data["link"] and {data.get("role"), *data.get("roles", ())} <= {None, "website"}:
            raise ValidationError("A website's token lets nobody into the console.", "link")

    @validates_schema
    def _of_sites(self, data: dict[str, Any], **_: object) -> None:
        site, sites = data["site"], data.get("sites")
        if site and sites:
            raise ValidationError("Give site or sites, not both.", "sites")
        if sites and EVERY_SITE in sites and set(sites) != {EVERY_SITE}:
            raise ValidationError("* stands for every site, and so alone.", "sites")
        if "admin" in (data.get("role"), *data.get("roles", ())):
            if site:
                raise ValidationError("An admin acts on every site.", "site")
            if sites and set(sites) != {EVERY_SITE}:
                raise ValidationError("An admin acts on every site.", "sites")
        elif not site and not sites:
            raise ValidationError("Needed for this role.", "site")


class NamedMemberSchema(Closed):
    """A member by id and name."""

    member_id = fields.String(
        required=True,
        metadata={"description": "The member's id, the same for all his tokens: it names him in histories and claims."},
    )
    name = fields.String(required=True, metadata={"description": "The member's name, shown with what he does."})


def roles_field(description: str) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf(ROLES)), required=True, metadata={"description": description}
    )


class MembersTokenSchema(Closed):
    """A token of a member, without the token itself."""

    token_id = fields.String(
        required=True,
        metadata={"description": "The token's id, by which it is revoked, and which names it in histories."},
    )
    role = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(ROLES),
        metadata={"description": "What the token may do; null where it has several `roles`."},
    )
    roles = roles_field("What the token may do.")
    site = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The site that the token acts on; null where it has several `sites`, or all."},
    )
    sites = fields.List(
        fields.String(),
        required=True,
        metadata={"description": 'The sites that the token acts on; `["*"]` for every site, as an `admin` has.'},
    )
    name = fields.String(required=True, metadata={"description": "What the token is called."})
    created_at = fields.String(
        required=True, metadata=TIME | {"description": "When the token was made, RFC 3339 in UTC."}
    )
    expires_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME | {"description": "When the token ends by itself, RFC 3339 in UTC; null for never."},
    )


class TokenSchema(MembersTokenSchema):
    """A token and whose it is, without the token itself."""

    member = fields.Nested(NamedMemberSchema, required=True, metadata={"description": "Whose token it is."})


class MadeTokenSchema(TokenSchema):
    """A new token with the token itself, which is shown this once."""

    token = fields.String(
        required=True,
        metadata={
            "description": "The token itself, for the header `Authorization: Bearer`. It is stored as a hash and "
            "never shown again."
        },
    )

    sign_in_link = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The address that signs the member in to the console, once, for 15 minutes; null where "
            "no `link` was asked for."
        },
    )


class SignInLinkSchema(Closed):
    """A new one-time link, which is shown this once."""

    sign_in_link = fields.String(
        required=True,
        metadata={
            "description": "The address that signs the token's member in to the console, once, for 15 minutes. What "
            "stands behind its `#` no server is told when it is opened."
        },
    )


class TokensQuery(Closed):
    """Which of the tokens, and which page of them."""

    site = fields.String(
        load_default=None,
        validate=validate.Regexp(_SITES_PATTERN),
        metadata={"description": "Those that name this site alone, or with `*` those for every site."},
    )
    role = fields.String(
        load_default=None, validate=validate.OneOf(ROLES), metadata={"description": "Those of this role alone."}
    )
    limit = page_limit(100)
    cursor = query_cursor()


class TokensSchema(Closed):
    """A page of the tokens that were not revoked, by their ids, without the tokens themselves."""

    tokens = fields.List(
        fields.Nested(TokenSchema),
        required=True,
        metadata={"description": "The tokens in the order of their ids, expired ones included."},
    )
    next_cursor = next_cursor()
