"""The schemas of members."""

from marshmallow import fields

from schemas.fields import TIME, Closed, Line, next_cursor
from schemas.tokens import (
    MAX_MEMBER_NAME_CHARS,
    MembersTokenSchema,
    NamedMemberSchema,
    TokensQuery,
    roles_field,
)


class MembersQuery(TokensQuery):
    """Which of the members, by what their tokens are for, expired ones included, and which page of them."""


class MemberChangeSchema(Closed):
    """What to change of a member."""

    name = Line(
        min_chars=1,
        max_chars=MAX_MEMBER_NAME_CHARS,
        required=True,
        metadata={"description": "The member's name from now on: what was done before keeps the name of its time."},
    )


class MemberSchema(NamedMemberSchema):
    """A member with his rights and his tokens."""

    roles = roles_field("What the member may do by one of his tokens or another, without those that have expired.")
    sites = fields.List(
        fields.String(),
        required=True,
        metadata={"description": 'Where he may do something; `["*"]` for every site. In the order of their ids.'},
    )
    tokens = fields.List(
        fields.Nested(MembersTokenSchema),
        required=True,
        metadata={"description": "His tokens that were not revoked in the order of their ids, expired ones included."},
    )
    created_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME
        | {"description": "When the member was made, RFC 3339 in UTC; null for `admin`, who is of the settings."},
    )
    last_seen_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME
        | {"description": "When one of his tokens was shown last, within a minute, RFC 3339 in UTC; null for never."},
    )


class MembersSchema(Closed):
    """A page of the members, by their ids."""

    members = fields.List(
        fields.Nested(MemberSchema),
        required=True,
        metadata={"description": "The members in the order of their ids, also those who have no token now."},
    )
    next_cursor = next_cursor()
