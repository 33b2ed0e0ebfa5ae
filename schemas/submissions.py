"""The schemas of a submission and of its receipt."""

from marshmallow import fields, validate

from schemas.fields import (
    COMMENT_ID_PATTERN,
    MAX_URL_CHARS,
    Closed,
    Email,
    IpAddress,
    Line,
    MendedLine,
    Paragraphs,
    PlainText,
    WebAddress,
)

MAX_BODY_CHARS = 10_000
MAX_NAME_CHARS = 100
MAX_USER_AGENT_CHARS = 1000


class ArticleSchema(Closed):
    """The article that a thread belongs to; taken from websites only, never from a stranger."""

    title = MendedLine(
        max_chars=300,
        load_default="",
        metadata={
            "description": "The article's headline, up to 300 characters. Kept with the first comment of its "
            "thread; empty if not known."
        },
    )
    url = WebAddress(
        load_default="",
        metadata={
            "description": "The article's http or https address, of one of the site's `allowed_origins` if it lists "
            "any; kept with the first comment of its thread. Readers' forms lead back to it. Empty "
            "if not known."
        },
    )


class ClientSchema(Closed):
    """The reader's browser, as the website saw it; taken from websites only."""

    ip = IpAddress(
        load_default="",
        metadata={
            "description": "The reader's IPv4 or IPv6 address, by which his rate is limited and his repeats are "
            "known. Only a keyed hash of its network is kept, for a day or two. Empty if not known."
        },
    )
    user_agent = PlainText(
        max_chars=MAX_USER_AGENT_CHARS,
        load_default="",
        metadata={"description": "The browser's User-Agent header. Moderators see it; empty if not known."},
    )
    referrer = PlainText(
        max_chars=MAX_URL_CHARS,
        load_default="",
        metadata={"description": "The browser's Referer header. Moderators see it; empty if not known."},
    )


class SubmissionSchema(Closed):
    """A comment as a reader leaves it under an article."""

    name = Line(
        min_chars=1,
        max_chars=MAX_NAME_CHARS,
        required=True,
        metadata={"description": "The name that is shown with the comment: one line, without invisible characters."},
    )
    email = Email(
        required=True,
        metadata={
            "description": "The reader's email address. It is encrypted at rest; moderators see it, websites and "
            "readers never do."
        },
    )
    body = Paragraphs(
        max_chars=MAX_BODY_CHARS,
        required=True,
        metadata={
            "description": "The comment: plain text of one or more lines, counted in code points after trimming. It "
            "is stored in NFC as it was sent, never as HTML, and must be escaped where it is shown."
        },
    )
    website = WebAddress(
        load_default="",
        allow_none=True,
        metadata={
            "description": "The reader's own page, an http or https address, shown with his name. Null or empty if "
            "he has none."
        },
    )
    parent_id = fields.String(
        load_default="",
        allow_none=True,
        validate=validate.Regexp(rf"^\Z|{COMMENT_ID_PATTERN}"),
        metadata={
            "description": "The comment of the same thread that this one answers. Null or empty for one that "
            "answers the article."
        },
    )
    article = fields.Nested(
        ArticleSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "The article that the thread belongs to. Null if it is not told."},
    )
    client = fields.Nested(
        ClientSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "The reader's browser as the website saw it. Null if it is not told."},
    )


class ReceiptSchema(Closed):
    """What a submitter is told: `held` for everything that is not published."""

    comment_id = fields.String(
        required=True,
        metadata={"description": "The new comment's id, or that of the first comment where this one repeats it."},
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(["published", "held"]),
        metadata={
            "description": "`published` when anyone can read it by now; `held` for all else, whatever the reason."
        },
    )
