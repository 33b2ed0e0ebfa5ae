"""The schemas of lists of comments, and of search in them."""

from marshmallow import fields, validate

from schemas.assessments import VERDICTS
from schemas.author_records import AUTHOR_ID_PATTERN
from schemas.comments import STATES, CommentSchema
from schemas.fields import Closed, Line, PlainText, check_year, next_cursor, page_limit, query_cursor
from schemas.rules import MAX_RULE_NAME_CHARS
from schemas.threads import MAX_THREAD_CHARS

REASON_PATTERN = r"^[a-z0-9_]{1,40}\Z"
MAX_QUERY_CHARS = 200


def query_time(description: str) -> fields.AwareDateTime:
    metadata = {"description": description, "pattern": "^[2-9][0-9]{3}-"}
    return fields.AwareDateTime(format="iso", load_default=None, validate=check_year, metadata=metadata)


class CommentsQuery(Closed):
    """Which of a site's comments: those that pass all filters that are given."""

    state = fields.String(
        load_default=None,
        validate=validate.OneOf(STATES),
        metadata={"description": "Comments that are in this state now, whoever brought them there."},
    )
    verdict = fields.String(
        load_default=None,
        validate=validate.OneOf(VERDICTS),
        metadata={"description": "Comments that the machine routed so when they came."},
    )
    reason = fields.String(
        load_default=None,
        validate=validate.Regexp(REASON_PATTERN),
        metadata={
            "description": "Comments with this code among the machine's `reasons`, or as the reason of the decision "
            "that stands."
        },
    )
    rule = Line(
        min_chars=1,
        max_chars=MAX_RULE_NAME_CHARS,
        load_default=None,
        metadata={"description": "Comments that met the site's rule of this name when they came."},
    )
    thread = PlainText(
        min_chars=1,
        max_chars=MAX_THREAD_CHARS,
        load_default=None,
        metadata={"description": "Comments of this thread; an unknown one has none."},
    )
    author_id = fields.String(
        load_default=None,
        validate=validate.Regexp(AUTHOR_ID_PATTERN),
        metadata={"description": "Comments of this author; an unknown one has none."},
    )
    since = query_time("Comments submitted at this time or later, RFC 3339 with an offset.")
    until = query_time("Comments submitted before this time, RFC 3339 with an offset.")
    q = PlainText(
        min_chars=1,
        max_chars=MAX_QUERY_CHARS,
        load_default=None,
        metadata={
            "description": "Comments that say all of these words in `name` or `body`, at most 8: whole words, without "
            "regard to case and accents; `*` at the end of a word stands for any rest of it."
        },
    )
    limit = page_limit(50)
    cursor = query_cursor()


class CommentsPageSchema(Closed):
    """Comments of a site, newest first, in the order in which they arrived."""

    comments = fields.List(
        fields.Nested(CommentSchema),
        required=True,
        metadata={
            "description": "The comments of this page. It may hold fewer than its limit, and none, though another page "
            "follows: `next_cursor` tells."
        },
    )
    next_cursor = next_cursor()
    scanned_until = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "format": "date-time",
            "description": "With `q`, while there is a `next_cursor`: how far back was searched so far, as the time at "
            "which the last comment that was looked at was submitted. One call looks through 2,000 comments at most. "
            "Null when all were looked through, and without `q`.",
        },
    )
