"""The schemas of a submission and of its receipt."""

from marshmallow import fields, validate

from schemas.fields import COMMENT_ID_PATTERN, MAX_URL_CHARS, Closed, Email, Line, Paragraphs
from schemas.side_data import SideAddress, SideData, SideIp, SideText
from schemas.websites import Website

MAX_BODY_CHARS = 10_000
MAX_NAME_CHARS = 100
MAX_USER_AGENT_CHARS = 1000


class ArticleSchema(Closed):
    """The article that a thread belongs to; taken from websites only, never from a stranger. The newest counts. What is
    wrong in it is cut, mended or left out, and the comment is taken."""

    title = SideText(max_chars=300)
    url = SideAddress()


class ClientSchema(Closed):
    """The reader's browser, as the website saw it; taken from websites only. What is wrong in it is cut, mended or left
    out, and the comment is taken."""

    ip = SideIp()
    user_agent = SideText(max_chars=MAX_USER_AGENT_CHARS)
    referrer = SideText(max_chars=MAX_URL_CHARS)


class SubmissionSchema(Closed):
    """A comment as a reader leaves it under an article."""

    name = Line(min_chars=1, max_chars=MAX_NAME_CHARS, required=True)
    email = Email(required=True)
    body = Paragraphs(max_chars=MAX_BODY_CHARS, required=True)
    website = Website()
    parent_id = fields.String(load_default="", allow_none=True, validate=validate.Regexp(rf"^\Z|{COMMENT_ID_PATTERN}"))
    article = SideData(ArticleSchema)
    client = SideData(ClientSchema)


class ReceiptSchema(Closed):
    """What a submitter is told: `held` for everything that is not published."""

    comment_id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["published", "held"]))


def _names_of(own: str, schema: type[Closed]) -> tuple[str, ...]:
    return (own, *(f"{own}.{name}" for name in schema().fields))


SIDE_DATA = (*_names_of("article", ArticleSchema), *_names_of("client", ClientSchema))
"""What a website may pass on, by name."""
