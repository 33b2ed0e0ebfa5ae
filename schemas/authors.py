"""The schemas of what moderators do with authors."""

from marshmallow import fields

from schemas.author_records import MAX_BAN_REASON_CHARS, AuthorSchema
from schemas.comments import CommentSchema
from schemas.fields import Closed, Email, Line, StrictBoolean, check_year
from schemas.notes import NewestNotesSchema


class LookUpSchema(Closed):
    """Whom to look for."""

    email = Email(
        required=True,
        metadata={"description": "An email address. That somebody asked is on record, the address is not."},
    )
    create = StrictBoolean(
        load_default=False,
        metadata={
            "description": "Whether an address that nobody has written by becomes an author, who can be banned before "
            "his first comment. Nothing but a keyed hash of it is kept."
        },
    )


class BanRequestSchema(Closed):
    """A ban to be made."""

    until = fields.AwareDateTime(
        format="iso",
        load_default=None,
        allow_none=True,
        validate=check_year,
        metadata={
            "description": "When the ban ends by itself, RFC 3339 with an offset, in the future; null for never.",
            "pattern": "^[2-9][0-9]{3}-",
        },
    )
    reason = Line(
        max_chars=MAX_BAN_REASON_CHARS,
        load_default="",
        allow_none=True,
        metadata={"description": "Why, in one line for colleagues; null or empty for nothing."},
    )


class FullAuthorSchema(AuthorSchema):
    """Everything about an author, with his email: for moderators only."""

    email = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The author's email address, decrypted, as the newest comment has it. Null where no comment "
            "came yet, or all were erased."
        },
    )
    comments = fields.List(
        fields.Nested(CommentSchema),
        required=True,
        metadata={"description": "The author's newest comments, at most 20, the newest first."},
    )
    notes = fields.Nested(
        NewestNotesSchema,
        required=True,
        metadata={"description": "What moderators wrote for each other on this author."},
    )
