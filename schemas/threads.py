"""The schemas of threads, as readers see them and as websites set them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from marshmallow import fields, validate

from schemas.fields import (
    TIME,
    BoundedList,
    Closed,
    Line,
    PlainText,
    StrictBoolean,
    WebAddress,
    check_year,
    next_cursor,
    page_limit,
    query_cursor,
)
from schemas.patterns import FILLED_LINE

ORDERS = ("oldest", "newest", "published")
MODES = ("premoderate", "postmoderate", "auto")
MAX_THREAD_CHARS = 256
MAX_THREADS_COUNTED = 200


class PageQuery(Closed):
    """Which page of a thread, and in what order."""

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
    """The article that a thread belongs to."""

    title = fields.String(
        required=True, metadata={"description": "The article's headline as its website told it; empty if it told none."}
    )
    url = fields.String(
        required=True,
        metadata={"description": "The article's http or https address as its website told it; empty if it told none."},
    )


class PublishedCommentSchema(Closed):
    """A comment as anyone may see it: plain text, to be escaped where it is shown."""

    comment_id = fields.String(
        required=True,
        metadata={"description": "The comment's id: 16 lower-case letters and digits, in the order of writing."},
    )
    parent_id = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The comment of this thread that it answers, which may be on another page, or no longer "
            "published. Null when it answers the article."
        },
    )
    name = fields.String(
        required=True,
        metadata={"description": "The name that the reader gave: plain text, to be escaped where it is shown."},
    )
    website = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The reader's own http or https address; null if he gave none. Link it with the relation "
            "`ugc nofollow`."
        },
    )
    body = fields.String(
        required=True,
        metadata={
            "description": "The comment as it was written: plain text with line breaks, to be escaped where it is "
            "shown."
        },
    )
    submitted_at = fields.String(
        required=True,
        metadata=TIME | {"description": "When it was written, RFC 3339 in UTC: the time to show beside it."},
    )
    published_at = fields.String(
        required=True, metadata=TIME | {"description": "When it was last published, RFC 3339 in UTC."}
    )


class ThreadPageSchema(Closed):
    """A page of a thread's published comments. In the order `published` it may hold fewer than its limit, and none,
    though another follows: `next_cursor` is null on the last page alone."""

    thread = fields.String(required=True, metadata={"description": "The publisher's id of the article, as asked."})
    article = fields.Nested(
        ThreadArticleSchema, required=True, metadata={"description": "What the website told of the article."}
    )
    closed = fields.Boolean(
        required=True, metadata={"description": "Whether the thread takes no more comments: show no form then."}
    )
    count = fields.Integer(
        required=True, metadata={"description": "How many comments of the whole thread are published."}
    )
    comments = fields.List(
        fields.Nested(PublishedCommentSchema),
        required=True,
        metadata={"description": "The published comments of this page; none for a thread without any."},
    )
    next_cursor = next_cursor()


class ThreadChangeSchema(Closed):
    """What to set of a thread. A field left out keeps its value; `mode` null means the site's own."""

    title = Line(max_chars=300, metadata={"description": "The article's headline; an empty text removes it."})
    url = WebAddress(
        metadata={
            "description": "The article's http or https address, of one of the site's `allowed_origins` if it lists "
            "any; an empty text removes it."
        }
    )
    closed = StrictBoolean(
        metadata={"description": "Whether the thread refuses new comments; the published ones stay."}
    )
    mode = fields.String(
        allow_none=True,
        validate=validate.OneOf(MODES),
        metadata={
            "description": "How the thread is moderated, in the place of its site's policy; null for the site's own "
            "mode. Only moderators, operators and the administrator may set it."
        },
    )
    closes_at = fields.AwareDateTime(
        format="iso",
        allow_none=True,
        validate=check_year,
        metadata={
            "description": "When the thread closes by itself, RFC 3339 with an offset; in the place of the policy's "
            "`close_after_days`. Null for as the policy says.",
            "pattern": "^[2-9][0-9]{3}-",
        },
    )


class StateCountsSchema(Closed):
    """How many comments of a thread are in each state."""

    held = fields.Integer(required=True, metadata={"description": "Comments that are held until a moderator decides."})
    published = fields.Integer(required=True, metadata={"description": "Comments that anyone can read."})
    rejected = fields.Integer(
        required=True, metadata={"description": "Comments that were rejected, by a moderator or by the machine."}
    )
    spam = fields.Integer(required=True, metadata={"description": "Comments that a moderator called spam."})


class ThreadSchema(Closed):
    """A thread's settings and how many comments it has in each state."""

    thread = fields.String(required=True, metadata={"description": "The publisher's id of the article."})
    title = fields.String(required=True, metadata={"description": "The article's headline; empty if it was not told."})
    url = fields.String(
        required=True, metadata={"description": "The article's http or https address; empty if it was not told."}
    )
    closed = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether the thread refuses new comments: it was closed, or the time of its closing is past."
        },
    )
    closes_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME
        | {"description": "When it closes, as it was set, RFC 3339 in UTC; null where it follows its site's policy."},
    )
    mode = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(MODES),
        metadata={"description": "How this thread is moderated; null where it follows the policy of its site."},
    )
    counts = fields.Nested(
        StateCountsSchema, required=True, metadata={"description": "How many comments of the thread are in each state."}
    )


class AskedThread(NamedTuple):
    """A thread's id as it was asked for, and trimmed and composed, as threads have it."""

    asked: str
    thread: str


class AskedThreadId(fields.Field[AskedThread]):
    """The id of a thread, which becomes an AskedThread."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"type": "string", "minLength": 1, "maxLength": MAX_THREAD_CHARS, "pattern": FILLED_LINE}
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
    """The threads whose published comments are counted."""

    thread = _asked_threads()


class CountsRequestSchema(Closed):
    """The threads whose published comments are to be counted."""

    threads = _asked_threads()


class CountsSchema(Closed):
    """Published comments by thread, under the ids as they were asked for; an unknown thread has 0."""

    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={
            "description": "The number of published comments under each thread's id as asked; 0 for an unknown thread."
        },
    )
