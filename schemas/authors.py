"""The schemas of what moderators do with authors."""

from marshmallow import fields

from schemas.author_records import MAX_BAN_REASON_CHARS
from schemas.fields import Closed, Email, Line, StrictBoolean, check_year


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
