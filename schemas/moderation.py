"""The schemas of what moderators do: claim, decide, undo."""

from marshmallow import fields, validate

from schemas.comments import ORDERS, CommentSchema
from schemas.fields import COMMENT_ID_PATTERN, MAX_REVISION, BoundedList, Closed, Line, Lines, PlainText, StrictInteger
from schemas.threads import MAX_THREAD_CHARS

DECISIONS = ("approve", "reject", "spam")
MAX_DECISIONS = 500
DEFAULT_LEASE_SECONDS = 300
LONGEST_LEASE_SECONDS = 3600


class ClaimRequestSchema(Closed):
    """How many of the next free comments to lease, and for how long."""

    limit = StrictInteger(lowest=1, highest=200, load_default=20)
    order = fields.String(load_default="oldest", validate=validate.OneOf(ORDERS))
    thread = PlainText(min_chars=1, max_chars=MAX_THREAD_CHARS, load_default=None, allow_none=True)
    lease_seconds = StrictInteger(lowest=1, highest=LONGEST_LEASE_SECONDS, load_default=DEFAULT_LEASE_SECONDS)


class ClaimedSchema(Closed):
    """The leased comments; none when nothing is free."""

    comments = fields.List(fields.Nested(CommentSchema), required=True)
    expires_at = fields.String(required=True, metadata={"format": "date-time"})


class DecisionSchema(Closed):
    """A moderator's decision. With `revision` it is refused when the comment changed since."""

    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    reason = Line(max_chars=200, load_default=None, allow_none=True)
    note = Lines(max_chars=2000, load_default=None, allow_none=True)
    revision = StrictInteger(lowest=1, highest=MAX_REVISION, load_default=None, allow_none=True)


class BulkDecisionSchema(DecisionSchema):
    comment_id = fields.String(required=True, validate=validate.Regexp(COMMENT_ID_PATTERN))


class BulkDecisionsSchema(Closed):
    """Up to 500 decisions. Each item is checked by itself, so that one bad item harms no other."""

    decisions = BoundedList(fields.Raw(allow_none=True), fewest=1, most=MAX_DECISIONS, required=True)


class BulkResultSchema(Closed):
    """What became of one item: the status, code and messages that it would have had by itself."""

    comment_id = fields.String(required=True, allow_none=True)
    status = fields.Integer(required=True)
    state = fields.String()
    revision = fields.Integer()
    code = fields.String()
    detail = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class BulkResultsSchema(Closed):
    """A result for each decision, in its place."""

    results = fields.List(fields.Nested(BulkResultSchema), required=True)


class UndoSchema(Closed):
    """Nothing, or the revision seen: with it a second click undoes nothing more."""

    revision = StrictInteger(lowest=1, highest=MAX_REVISION, load_default=None, allow_none=True)
