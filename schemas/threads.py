"""The schemas of threads, as readers see them and as websites set them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from marshmallow import fields, validate

from schemas.fields import (
    BoundedList,
    Closed,
    Line,
    PlainText,
    StrictBoolean,
    WebAddress,
    next_cursor,
    page_limit,
    query_cursor,
)

ORDERS = ("oldest", "newest", "published")
MODES = ("premoderate", "postmoderate", "auto")
MAX_THREAD_CHARS = 256
MAX_THREADS_COUNTED = 200


class PageQuery(Closed):
    order = fields.String(
        load_default="oldest",
        validate=validate.OneOf(ORDERS),
        metadata={
            "description": "By the time of their writing, `oldest` or `newest` first, or `published`: in the order of "
            "their publication."
        },
    )
    limit = page_limit(100)
    cursor = query_cursor()


class ThreadArticleSchema(Closed):
    title = fields.String(required=True)
    url = fields.String(required=True)


class PublishedCommentSchema(Closed):
    """A comment as anyone may see it: plain text, to be escaped where it is shown."""

    comment_id = fields.String(required=True)
    parent_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)
    submitted_at = fields.String(
        required=True,
        metadata={"format": "date-time", "description": "When it was written: the time to show beside it."},
    )
    published_at = fields.String(
        required=True, metadata={"format": "date-time", "description": "When readers could see it first, or again."}
    )


class ThreadPageSchema(Closed):
    """A page of a thread's published comments. In the order `published` it may hold fewer than its limit, and none,
    though another follows: `next_cursor` is null on the last page alone."""

    thread = fields.String(required=True)
    article = fields.Nested(ThreadArticleSchema, required=True)
    closed = fields.Boolean(
        required=True, metadata={"description": "Whether the thread takes no more comments: show no form then."}
    )
    count = fields.Integer(required=True)
    comments = fields.List(fields.Nested(PublishedCommentSchema), required=True)
    next_cursor = next_cursor()


class ThreadChangeSchema(Closed):
    """What to set of a thread. A field left out keeps its value; `mode` null means the site's own."""

    title = Line(max_chars=300)
    url = WebAddress()
    closed = StrictBoolean()
    mode = fields.String(allow_none=True, validate=validate.OneOf(MODES))


class StateCountsSchema(Closed):
    held = fields.Integer(required=True)
    published = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    spam = fields.Integer(required=True)


class ThreadSchema(Closed):
    """A thread's settings and how many comments it has in each state."""

    thread = fields.String(required=True)
    title = fields.String(required=True)
    url = fields.String(required=True)
    closed = fields.Boolean(required=True)
    mode = fields.String(required=True, allow_none=True, validate=validate.OneOf(MODES))
    counts = fields.Nested(StateCountsSchema, required=True)


class AskedThread(NamedTuple):
    """A thread's id as it was asked for, and trimmed and composed, as threads have it."""

    asked: str
    thread: str


class AskedThreadId(fields.Field[AskedThread]):
    """The id of a thread, which becomes an AskedThread."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"type": "string", "minLength": 1, "maxLength": MAX_THREAD_CHARS, "pattern": r"\S"}
        super().__init__(metadata=told | kwargs.pop("metadata", {}), **kwargs)
        self._id = PlainText(min_chars=1, max_chars=MAX_THREAD_CHARS)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002 the signature is marshmallow's
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> AskedThread:
        plain = self._id.plainly(value)
        return AskedThread(value, self._id.deserialize(value) if plain is None else plain)


def _asked_threads() -> BoundedList:
    return BoundedList(
        AskedThreadId(),
        fewest=1,
        most=MAX_THREADS_COUNTED,
        required=True,
        metadata={"description": "The ids of threads, 1-256 characters each."},
    )


class CountsQuery(Closed):
    thread = _asked_threads()


class CountsRequestSchema(Closed):
    """The threads whose published comments are to be counted."""

    threads = _asked_threads()


class CountsSchema(Closed):
    """Published comments by thread, under the ids as they were asked for; an unknown thread has 0."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
