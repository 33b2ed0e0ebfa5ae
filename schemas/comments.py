"""The schemas of comments as moderators see them."""

from marshmallow import fields, validate

from schemas.assessments import VERDICTS, ReasonSchema, SpanSchema
from schemas.author_records import AuthorSchema
from schemas.escalations import EscalationSchema
from schemas.fields import TIME, Closed, PlainText, next_cursor, page_limit, query_cursor
from schemas.notes import NewestNotesSchema
from schemas.threads import MAX_THREAD_CHARS

STATES = ("held", "published", "rejected", "spam", "erased")
ORDERS = ("oldest", "newest", "riskiest", "uncertain")


class QueueQuery(Closed):
    """Which of the comments that await a decision, and in what order."""

    order = fields.String(
        load_default="oldest",
        validate=validate.OneOf(ORDERS),
        metadata={
            "description": "`oldest` and `newest` go by the time of writing, `riskiest` by `risk`, highest first, "
            "`uncertain` by how near `risk` is to 0.5."
        },
    )
    thread = PlainText(
        min_chars=1,
        max_chars=MAX_THREAD_CHARS,
        load_default=None,
        metadata={"description": "Only the comments of this thread; without it, those of the whole site."},
    )
    limit = page_limit(50)
    cursor = query_cursor()


class ClaimSchema(Closed):
    """A moderator's lease on a comment."""

    member_id = fields.String(required=True, metadata={"description": "The member who holds the lease."})
    token_id = fields.String(required=True, metadata={"description": "The id of the token by which it was claimed."})
    moderator = fields.String(required=True, metadata={"description": "The member's name."})
    expires_at = fields.String(
        required=True, metadata=TIME | {"description": "When the lease ends by itself, RFC 3339 in UTC."}
    )


class CommentSchema(Closed):
    """A comment as a moderator sees it in the queue. `scores` and `risk` are null when it could not be scored."""

    comment_id = fields.String(
        required=True,
        metadata={"description": "The comment's id: 16 lower-case letters and digits, in the order of writing."},
    )
    thread = fields.String(
        required=True, metadata={"description": "The publisher's id of the article that it stands under."}
    )
    parent_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The comment of the same thread that it answers; null when it answers the article."},
    )
    name = fields.String(required=True, metadata={"description": "The name that the reader gave."})
    website = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The reader's own http or https address; null if he gave none."},
    )
    body = fields.String(
        required=True, metadata={"description": "The comment as it was written: plain text with line breaks."}
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(STATES),
        metadata={
            "description": "Where it is now: `held` until somebody decides, `published` for anyone to read, "
            "`rejected`, `spam`, or `erased` at its author's wish."
        },
    )
    scores = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        allow_none=True,
        metadata={
            "description": "What the classifier found: attribute -> probability, 0 to 1, rounded to 5 decimals. "
            "Null when it could not be scored."
        },
    )
    risk = fields.Float(
        required=True,
        allow_none=True,
        metadata={
            "description": "The probability, 0 to 1, that a moderator would not publish it. Null when it could not "
            "be scored."
        },
    )
    verdict = fields.String(
        required=True,
        validate=validate.OneOf(VERDICTS),
        metadata={"description": "How the machine routed it when it came; decisions do not change it."},
    )
    reasons = fields.List(
        fields.Nested(ReasonSchema),
        required=True,
        metadata={"description": "Why the machine routed it so, the most important first."},
    )
    spans = fields.List(
        fields.Nested(SpanSchema),
        required=True,
        metadata={"description": "The parts of the body that raised its scores; none when nothing stood out."},
    )
    submitted_at = fields.String(
        required=True, metadata=TIME | {"description": "When it was written, RFC 3339 in UTC."}
    )
    published_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME | {"description": "When it was last published, RFC 3339 in UTC. Null while it is not published."},
    )
    revision = fields.Integer(
        required=True,
        metadata={
            "description": "Counts the changes of the comment from 1: send it with a decision, which is refused "
            "when somebody was quicker."
        },
    )
    claim = fields.Nested(
        ClaimSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The lease that a moderator has on it; null when it is free."},
    )
    decision_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The reason of the decision that stands, where it is a code of the site's; null without one."
        },
    )
    escalations = fields.List(
        fields.Nested(EscalationSchema),
        required=True,
        metadata={
            "description": "Who handed it to the others since it is in the queue, the newest 20, oldest first; none "
            "when nobody did, or when it was decided."
        },
    )


class HistoryEntrySchema(Closed):
    """One change of a comment, oldest first."""

    act = fields.String(
        required=True,
        validate=validate.OneOf(["approve", "reject", "spam", "undo"]),
        metadata={"description": "What was done: a decision, or `undo`, which took the last one back."},
    )
    at = fields.String(required=True, metadata=TIME | {"description": "When it was done, RFC 3339 in UTC."})
    member_id = fields.String(required=True, metadata={"description": "The member who did it."})
    token_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The id of the token by which it was done; null for what a bulk did."},
    )
    moderator = fields.String(required=True, metadata={"description": "The member's name at the time."})
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The reason that the moderator gave, one line; null for none."},
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "The moderator's note for colleagues; null for none."}
    )
    bulk_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The bulk by which it was done; null where it was done to this comment alone."},
    )
    before = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"description": "The comment's state before it."}
    )
    after = fields.String(
        required=True, validate=validate.OneOf(STATES), metadata={"description": "The comment's state after it."}
    )
    revision = fields.Integer(required=True, metadata={"description": "The comment's revision after it."})


class SubmitterSchema(Closed):
    """The browser that a comment came from, as its headers say."""

    user_agent = fields.String(
        required=True, metadata={"description": "The browser's User-Agent header; empty if not known."}
    )
    referrer = fields.String(
        required=True, metadata={"description": "The browser's Referer header; empty if not known."}
    )


class FullCommentSchema(CommentSchema):
    """Everything about a comment, with its author's email: for moderators only."""

    email = fields.String(
        required=True,
        metadata={"description": "The reader's email address, decrypted. It is shown to moderators alone."},
    )
    assessed = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether the model knows the comment's language. If not, its scores and `risk` tell little."
        },
    )
    model = fields.String(
        required=True,
        metadata={"description": "The version of the model that scored it; empty when it could not be scored."},
    )
    client = fields.Nested(SubmitterSchema, required=True, metadata={"description": "The browser that it came from."})
    author = fields.Nested(
        AuthorSchema, required=True, metadata={"description": "What the same email address did on this site."}
    )
    history = fields.List(
        fields.Nested(HistoryEntrySchema),
        required=True,
        metadata={"description": "What was done with it, oldest first: the newest 50 acts or 64 KiB of them."},
    )
    notes = fields.Nested(
        NewestNotesSchema,
        required=True,
        metadata={"description": "What moderators wrote for each other on this comment; decisions keep theirs."},
    )


class QueuePageSchema(Closed):
    """Comments that await a decision; in `postmoderate` these are published already."""

    comments = fields.List(
        fields.Nested(CommentSchema),
        required=True,
        metadata={
            "description": "The comments of this page in the order that was asked for. With `thread` a page may be "
            "shorter than its limit though another follows."
        },
    )
    total = fields.Integer(
        required=True,
        metadata={"description": "How many comments of the site, or of the thread that was asked for, wait in all."},
    )
    oldest_age_seconds = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The age of the one that waits longest, in whole seconds; null when none waits."},
    )
    next_cursor = next_cursor()
