"""The schemas of what moderators do: claim, decide, undo."""

from marshmallow import fields, validate

from schemas.comments import ORDERS, CommentSchema
from schemas.fields import (
    COMMENT_ID_PATTERN,
    MAX_REVISION,
    TIME,
    BoundedList,
    Closed,
    Line,
    Lines,
    PlainText,
    StrictInteger,
)
from schemas.threads import MAX_THREAD_CHARS

DECISIONS = ("approve", "reject", "spam")
MAX_DECISIONS = 500
DEFAULT_LEASE_SECONDS = 300
LONGEST_LEASE_SECONDS = 3600


class ClaimRequestSchema(Closed):
    """How many of the next free comments to lease, and for how long."""

    limit = StrictInteger(
        lowest=1, highest=200, load_default=20, metadata={"description": "How many comments to lease at most."}
    )
    order = fields.String(
        load_default="oldest",
        validate=validate.OneOf(ORDERS),
        metadata={
            "description": "Which come first: `oldest`, `newest`, `riskiest`, or `uncertain`, those whose `risk` is "
            "nearest to 0.5."
        },
    )
    thread = PlainText(
        min_chars=1,
        max_chars=MAX_THREAD_CHARS,
        load_default=None,
        allow_none=True,
        metadata={"description": "Only the comments of this thread; null for those of the whole site."},
    )
    lease_seconds = StrictInteger(
        lowest=1,
        highest=LONGEST_LEASE_SECONDS,
        load_default=DEFAULT_LEASE_SECONDS,
        metadata={"description": "How long the lease lasts, in seconds; then the comments are free again."},
    )


class ClaimedSchema(Closed):
    """The leased comments; none when nothing is free."""

    comments = fields.List(
        fields.Nested(CommentSchema),
        required=True,
        metadata={"description": "The leased comments in the order that was asked for; none when nothing is free."},
    )
    expires_at = fields.String(
        required=True, metadata=TIME | {"description": "When the lease of all of them ends, RFC 3339 in UTC."}
    )


class DecisionSchema(Closed):
    """A moderator's decision. With `revision` it is refused when the comment changed since."""

    decision = fields.String(
        required=True,
        validate=validate.OneOf(DECISIONS),
        metadata={"description": "`approve` publishes the comment, `reject` and `spam` take it away from readers."},
    )
    reason = Line(
        max_chars=200,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Why: a code of the site's reasons, by which comments are found and counted, or a line of "
            "one's own, which stands in the history alone; null for none."
        },
    )
    note = Lines(
        max_chars=2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "A note for colleagues, of several lines, for the history; null for none."},
    )
    revision = StrictInteger(
        lowest=1,
        highest=MAX_REVISION,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The revision of the comment that the moderator saw: 409 `stale_revision` if it changed "
            "since. Null decides on whatever is there."
        },
    )


class DecisionOfManySchema(DecisionSchema):
    """A decision on one of many comments."""

    comment_id = fields.String(
        required=True,
        validate=validate.Regexp(COMMENT_ID_PATTERN),
        metadata={"description": "The comment that is decided on."},
    )


class DecisionsSchema(Closed):
    """Up to 500 decisions. Each item is checked by itself, so that one bad item harms no other."""

    decisions = BoundedList(
        fields.Raw(allow_none=True),
        fewest=1,
        most=MAX_DECISIONS,
        required=True,
        metadata={"description": "The decisions, each checked and done by itself, in this order."},
    )


class DecisionResultSchema(Closed):
    """What became of one item: the status, code and messages that it would have had by itself."""

    comment_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The comment of the item as it was sent; null when the item named none."},
    )
    status = fields.Integer(
        required=True,
        metadata={"description": "The HTTP status that the decision would have had by itself: 200 when it was done."},
    )
    state = fields.String(metadata={"description": "The comment's state after the decision; only with status 200."})
    revision = fields.Integer(
        metadata={"description": "The comment's revision after the decision; only with status 200."}
    )
    code = fields.String(metadata={"description": "The stable code of what was wrong; only with another status."})
    detail = fields.String(metadata={"description": "What was wrong, in a sentence; only with another status."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "The messages of each bad field; only with status 422."},
    )


class DecisionResultsSchema(Closed):
    """A result for each decision, in its place."""

    results = fields.List(
        fields.Nested(DecisionResultSchema),
        required=True,
        metadata={"description": "One result for each decision, in the order in which they were sent."},
    )


class UndoSchema(Closed):
    """Nothing, or the revision seen: with it a second click undoes nothing more."""

    revision = StrictInteger(
        lowest=1,
        highest=MAX_REVISION,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The revision of the comment that the moderator saw: 409 `stale_revision` if it changed "
            "since. Null undoes whatever came last."
        },
    )
