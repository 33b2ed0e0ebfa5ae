"""The schemas of a submission and of its receipt."""

from marshmallow import fields, validate

from schemas.fields import COMMENT_ID_PATTERN, MAX_URL_CHARS, Checkbox, Closed, Email, Line, Paragraphs, StrictBoolean
from schemas.side_data import SideAddress, SideData, SideIp, SideSchema, SideText
from schemas.websites import Website

KNOWN_STATES = ("published", "held")
"""The states that whoever sent a comment is told: all that is not published is `held`."""
MAX_BODY_CHARS = 10_000
MAX_NAME_CHARS = 100
MAX_USER_AGENT_CHARS = 1000


class ArticleSchema(SideSchema):
    """The article that a thread belongs to; taken from websites only, never from a stranger. The newest counts. What is
    wrong in it is cut, mended or left out, and the comment is taken."""

    title = SideText(
        max_chars=300,
        metadata={"description": "The title, cut at 300 characters; empty or null where it is not known."},
    )
    url = SideAddress(
        metadata={
            "description": "The address of its page, http or https, on one of the site's `allowed_origins` where it "
            "lists some; anything else is left out. Forms lead back to it."
        }
    )


class ClientSchema(SideSchema):
    """The reader's browser, as the website saw it; taken from websites only. What is wrong in it is cut, mended or left
    out, and the comment is taken."""

    ip = SideIp(
        metadata={
            "description": "The reader's IPv4 or IPv6 address, by which his rate is limited and a repeat is known; "
            "only a keyed hash of it is kept. It may have a port, brackets or quotes; of an `X-Forwarded-For` the "
            "first is taken. What holds no address is left out."
        }
    )
    user_agent = SideText(
        max_chars=MAX_USER_AGENT_CHARS,
        metadata={"description": "The browser's `User-Agent`, cut at 1,000 characters; moderators see it."},
    )
    referrer = SideText(
        max_chars=MAX_URL_CHARS,
        metadata={"description": "The page that the reader came from, cut at 2,048 characters; moderators see it."},
    )


class SubmissionSchema(Closed):
    """A comment as a reader leaves it under an article."""

    name = Line(
        min_chars=1,
        max_chars=MAX_NAME_CHARS,
        required=True,
        metadata={
            "description": "The name that is shown with the comment: one line. Invisible characters are left out."
        },
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
    website = Website(
        metadata={
            "description": "The reader's own website, shown with his name. `http://` is put before an address without "
            "a scheme; what is no http or https address is left out, and the comment is taken."
        }
    )
    parent_id = fields.String(
        load_default="",
        allow_none=True,
        validate=validate.Regexp(rf"^\Z|{COMMENT_ID_PATTERN}"),
        metadata={
            "description": "The comment of the same thread that this one answers, which is published. Null or empty "
            "for one that answers the article."
        },
    )
    receipt = Checkbox(
        metadata={
            "description": "Whether the answer is to hold a receipt, with which whoever has it can ask for the state "
            "of the comment later; in a form `1`, `true` or `on`, and then it comes in the query of the way back."
        }
    )
    author_verified = StrictBoolean(
        load_default=False,
        allow_none=True,
        metadata={
            "description": "Whether the website knows that the email is the reader's own, as of one who is signed in. "
            "That moderators trust an author counts only then. Passed over from anybody but a website."
        },
    )
    article = SideData(
        ArticleSchema,
        metadata={"description": "The article that is commented on, from a website; passed over from anybody else."},
    )
    client = SideData(
        ClientSchema,
        metadata={"description": "The reader's browser, from a website; passed over from anybody else."},
    )


class SubmissionFormSchema(SubmissionSchema):
    """A comment as an HTML form sends it. Fields that are not listed are passed over."""

    class Meta:
        """No form can vouch for its reader."""

        exclude = ("author_verified",)

    return_to = SideAddress(
        metadata={
            "description": "The address of the article, to which the reader is led back: http or https, on one of the "
            "site's `allowed_origins`. Anything else is left out."
        }
    )


class ReceiptSchema(Closed):
    """What a submitter is told: `held` for everything that is not published."""

    comment_id = fields.String(
        required=True,
        metadata={"description": "The new comment's id, or that of the first comment where this one repeats it."},
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(KNOWN_STATES),
        metadata={
            "description": "`published` when anyone can read it by now; `held` for all else, whatever the reason."
        },
    )
    receipt = fields.String(
        metadata={
            "description": "Only where it was asked for: 44 characters that nobody can guess, the same for the same "
            "comment. `POST /v1/sites/{site}/receipts` tells by it what became of the comment."
        }
    )


def _names_of(own: str, schema: type[SideSchema]) -> tuple[str, ...]:
    return (own, *(f"{own}.{name}" for name in schema().fields))


SIDE_DATA = (*_names_of("article", ArticleSchema), *_names_of("client", ClientSchema))
"""What a website may pass on, by name."""
