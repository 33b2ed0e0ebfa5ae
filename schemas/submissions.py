"""The schemas of a submission and of its receipt."""

from marshmallow import fields, validate

from schemas.fields import (
    COMMENT_ID_PATTERN,
    MAX_URL_CHARS,
    Checkbox,
    Closed,
    Email,
    IpAddress,
    Line,
    MendedLine,
    Paragraphs,
    PlainText,
    WebAddress,
)

KNOWN_STATES = ("published", "held")
"""The states that whoever sent a comment is told: all that is not published is `held`."""
MAX_BODY_CHARS = 10_000
MAX_NAME_CHARS = 100
MAX_USER_AGENT_CHARS = 1000


class ArticleSchema(Closed):
    """The article that a thread belongs to; taken from websites only, never from a stranger."""

    title = MendedLine(max_chars=300, load_default="")
    url = WebAddress(load_default="")


class ClientSchema(Closed):
    """The reader's browser, as the website saw it; taken from websites only."""

    ip = IpAddress(load_default="")
    user_agent = PlainText(max_chars=MAX_USER_AGENT_CHARS, load_default="")
    referrer = PlainText(max_chars=MAX_URL_CHARS, load_default="")


class SubmissionSchema(Closed):
    """A comment as a reader leaves it under an article."""

    name = Line(min_chars=1, max_chars=MAX_NAME_CHARS, required=True)
    email = Email(required=True)
    body = Paragraphs(max_chars=MAX_BODY_CHARS, required=True)
    website = WebAddress(load_default="", allow_none=True)
    parent_id = fields.String(load_default="", allow_none=True, validate=validate.Regexp(rf"^\Z|{COMMENT_ID_PATTERN}"))
    receipt = Checkbox(
        metadata={
            "description": "Whether the answer is to hold a receipt, with which whoever has it can ask for the state "
            "of the comment later; in a form `1`, `true` or `on`, and then it comes in the query of the way back."
        }
    )
    article = fields.Nested(ArticleSchema, load_default=None, allow_none=True)
    client = fields.Nested(ClientSchema, load_default=None, allow_none=True)


class ReceiptSchema(Closed):
    """What a submitter is told: `held` for everything that is not published."""

    comment_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(KNOWN_STATES))
    receipt = fields.String(
        metadata={
            "description": "Only where it was asked for: 44 characters that nobody can guess, the same for the same "
            "comment. `POST /v1/sites/{site}/receipts` tells by it what became of the comment."
        }
    )
