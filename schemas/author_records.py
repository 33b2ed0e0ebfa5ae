"""The schemas of an author's record: what the same email address did on a site, and how it stands there."""

from marshmallow import fields, validate

from schemas.fields import TIME, Closed

AUTHOR_ID_PATTERN = r"^a[0-9a-v]{12}\Z"
MAX_BAN_REASON_CHARS = 200


class BanSchema(Closed):
    """A ban: the author's comments are rejected, and the sender is told `held` as of any other."""

    until = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME | {"description": "When the ban ends by itself, RFC 3339 in UTC; null for never."},
    )
    reason = fields.String(
        required=True, metadata={"description": "Why, as the moderator wrote it for colleagues; empty for nothing."}
    )
    at = fields.String(required=True, metadata=TIME | {"description": "When it was made, RFC 3339 in UTC."})
    actor = fields.String(required=True, metadata={"description": "Who made it, as events name them."})


class TrustSchema(Closed):
    """A moderator's trust in an author: it counts where the website says `author_verified`."""

    at = fields.String(required=True, metadata=TIME | {"description": "Since when, RFC 3339 in UTC."})
    actor = fields.String(required=True, metadata={"description": "Who gave it, as events name them."})


class AuthorSchema(Closed):
    """What the same email address did on this site: how many comments came, how many are in each state now, what people
    decided on them, and how the author stands."""

    author_id = fields.String(
        required=True,
        metadata={"description": "The author's id on this site: `a` and 12 random letters and digits."},
    )
    first_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME | {"description": "When the first comment came, RFC 3339 in UTC; null where none came yet."},
    )
    last_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME | {"description": "When the last comment came, RFC 3339 in UTC; null where none came yet."},
    )
    submitted = fields.Integer(required=True, metadata={"description": "How many comments came in all."})
    held = fields.Integer(required=True, metadata={"description": "How many of them are held now."})
    published = fields.Integer(required=True, metadata={"description": "How many of them are published now."})
    rejected = fields.Integer(required=True, metadata={"description": "How many of them are rejected now."})
    spam = fields.Integer(required=True, metadata={"description": "How many of them are spam now."})
    approved = fields.Integer(
        required=True,
        metadata={
            "description": "How many of them a person approved, and nobody decided otherwise since. Of authors "
            "whom an older version of the service knew, the published ones of then count too."
        },
    )
    outcomes = fields.List(
        fields.String(validate=validate.OneOf(["approve", "reject", "spam"])),
        required=True,
        metadata={"description": "The newest decisions on them, at most 20, the newest first."},
    )
    ban = fields.Nested(
        BanSchema, required=True, allow_none=True, metadata={"description": "The ban in force; null for none."}
    )
    trust = fields.Nested(
        TrustSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The trust that moderators have in the author; null for none."},
    )
