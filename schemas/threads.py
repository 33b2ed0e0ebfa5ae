"""The schemas of threads, as readers see them and as websites set them."""

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

MODES = ("premoderate", "postmoderate", "auto")
MAX_THREAD_CHARS = 256
MAX_THREADS_COUNTED = 200


class PageQuery(Closed):
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
    published_at = fields.String(required=True, metadata={"format": "date-time"})


class ThreadPageSchema(Closed):
    """A page of a thread's published comments, in the order in which they were published."""

    thread = fields.String(required=True)
    article = fields.Nested(ThreadArticleSchema, required=True)
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


class CountsQuery(Closed):
    thread = BoundedList(
        PlainText(min_chars=1, max_chars=MAX_THREAD_CHARS), fewest=1, most=MAX_THREADS_COUNTED, required=True
    )


class CountsSchema(Closed):
    """Published comments by thread; an unknown thread has 0."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
