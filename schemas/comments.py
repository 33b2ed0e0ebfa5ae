"""The schemas of comments as moderators see them."""

from marshmallow import fields, validate

from schemas.author_records import AuthorSchema
from schemas.fields import TIME, Closed, PlainText, next_cursor, page_limit, query_cursor
from schemas.notes import NewestNotesSchema
from schemas.threads import MAX_THREAD_CHARS

STATES = ("held", "published", "rejected", "spam", "erased")
ORDERS = ("oldest", "newest", "riskiest", "uncertain")
VERDICTS = ("publish", "hold", "reject")


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


class SpanSchema(Closed):
    """A part of the body that raised a score. Offsets count from 0, the end is exclusive."""

    start = fields.Integer(
        required=True, metadata={"description": "Where it begins in the body, in code points from 0."}
    )
    end = fields.Integer(
        required=True, metadata={"description": "Where it ends in the body, in code points, exclusive."}
    )
    start_utf16 = fields.Integer(
        required=True,
        metadata={"description": "Where it begins in the body, in UTF-16 units from 0, as JavaScript counts."},
    )
    end_utf16 = fields.Integer(
        required=True, metadata={"description": "Where it ends in the body, in UTF-16 units, exclusive."}
    )
    attribute = fields.String(
        required=True, metadata={"description": "The attribute whose score it raised, a name in `scores`."}
    )
    contribution = fields.Float(
        required=True, metadata={"description": "What it added to the attribute's logit: above 0, with no upper bound."}
    )


class ReasonSchema(Closed):
    """Why the machine routed a comment as it did."""

    code = fields.String(
        required=True,
        validate=validate.OneOf(
            [
                "premoderated",
                "postmoderated",
                "risk_below",
                "risk_above",
                "risk_between",
                "score_high",
                "language_not_assessed",
                "not_scored",
                "direction_overridden",
                "filler_characters",
                "name_of_staff",
                "author_banned",
                "author_trusted",
                "near_duplicate",
                "rule",
            ]
        ),
        metadata={
            "description": "What was the reason: `premoderated` and `postmoderated` name the mode of the thread; "
            "`risk_below`, `risk_above` and `risk_between` say where `risk` is beside the policy's "
            "thresholds; `score_high` names a score of 0.5 or more; `language_not_assessed`: the "
            "model does not know the language; `not_scored`: the classifier failed; "
            "`direction_overridden` and `filler_characters`: characters hide how it is read; "
            "`name_of_staff`: the name looks like that of a moderator; `author_banned` and `author_trusted`: "
            "moderators banned or trust the author; `near_duplicate`: it reads like several of other authors that "
            "moderators turned down within a day; `rule`: a rule of the site fired."
        },
    )
    attribute = fields.String(metadata={"description": "The attribute that is meant, with `score_high` alone."})
    score = fields.Float(metadata={"description": "The attribute's score, 0 to 1, with `score_high` alone."})
    threshold = fields.Float(
        metadata={"description": "The policy's threshold of `risk`, 0 to 1, with `risk_below` and `risk_above` alone."}
    )
    rule = fields.String(metadata={"description": "The name of the site's rule that fired, with `rule` alone."})
    matched = fields.List(
        fields.String(), metadata={"description": "What met the rule: at most five short pieces, with `rule` alone."}
    )
    comment_id = fields.String(
        metadata={"description": "The newest of those that it reads like, with `near_duplicate` alone."}
    )
    count = fields.Integer(
        metadata={"description": "How many those are that it reads like, with `near_duplicate` alone."}
    )


class ClaimSchema(Closed):
    """A moderator's lease on a comment."""

    member_id = fields.String(required=True, metadata={"description": "The member who holds the lease."})
    token_id = fields.String(required=True, metadata={"description": "The id of the token by which it was claimed."})
    moderator = fields.String(required=True, metadata={"description": "The member's name."})
    expires_at = fields.String(
        required=True, metadata=TIME | {"description": "When the lease ends by itself, RFC 3339 in UTC."}
    )


class EscalationSchema(Closed):
    """That a moderator handed a comment to the others."""

    member_id = fields.String(required=True, metadata={"description": "The id of the moderator who did it."})
    moderator = fields.String(required=True, metadata={"description": "The name of that moderator at the time."})
    at = fields.String(required=True, metadata=TIME | {"description": "When it was done, RFC 3339 in UTC."})
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What he wanted the others to know; null for nothing."}
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
