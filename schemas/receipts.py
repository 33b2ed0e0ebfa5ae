"""The schemas of what a comment's author, and its website, may know of it later."""

from marshmallow import fields, validate

from schemas.fields import TIME, Closed
from schemas.submissions import KNOWN_STATES


class ReceiptQuestionSchema(Closed):
    """A receipt, as the answer to a submission or the way back of a form held it."""

    receipt = fields.String(
        required=True, metadata={"description": "The 44 characters; any other text is a receipt that is not found."}
    )


class KnownStateSchema(Closed):
    """What became of a comment, as its author may know it."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(KNOWN_STATES),
        metadata={"description": "`published` while readers can see the comment, else `held`, whatever the reason."},
    )
    submitted_at = fields.String(
        required=True, metadata=TIME | {"description": "When the comment was sent, RFC 3339 in UTC."}
    )
    published_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME
        | {
            "description": "Since when readers can see the comment, RFC 3339 in UTC; null while it is `held`, also "
            "where it was published before."
        },
    )


class KnownCommentSchema(KnownStateSchema):
    """A comment as a website's token reads it: no more than its author may know."""

    comment_id = fields.String(required=True, metadata={"description": "The comment's id."})
    thread = fields.String(required=True, metadata={"description": "The publisher's id of the article."})
