"""The schemas of comments as moderators see them."""

from marshmallow import fields, validate

from schemas.fields import Closed, PlainText, next_cursor, page_limit, query_cursor
from schemas.threads import MAX_THREAD_CHARS

STATES = ("held", "published", "rejected", "spam", "erased")
ORDERS = ("oldest", "newest", "riskiest", "uncertain")
VERDICTS = ("publish", "hold", "reject")
_TIME = {"format": "date-time"}


class QueueQuery(Closed):
    order = fields.String(load_default="oldest", validate=validate.OneOf(ORDERS))
    thread = PlainText(min_chars=1, max_chars=MAX_THREAD_CHARS, load_default=None)
    limit = page_limit(50)
    cursor = query_cursor()


class SpanSchema(Closed):
    """A part of the body that raised a score. Offsets count from 0, the end is exclusive."""

    start = fields.Integer(required=True, metadata={"description": "in code points"})
    end = fields.Integer(required=True)
    start_utf16 = fields.Integer(required=True, metadata={"description": "in UTF-16 units, as JavaScript counts"})
    end_utf16 = fields.Integer(required=True)
    attribute = fields.String(required=True)
    contribution = fields.Float(required=True, metadata={"description": "its share of the attribute's logit"})


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
                "rule",
            ]
        ),
    )
    attribute = fields.String()
    score = fields.Float()
    threshold = fields.Float()
    rule = fields.String(metadata={"description": "The name of the site's rule that fired."})
    matched = fields.List(fields.String(), metadata={"description": "What met it: at most five short pieces."})


class ClaimSchema(Closed):
    """A moderator's lease on a comment."""

    token_id = fields.String(required=True)
    moderator = fields.String(required=True)
    expires_at = fields.String(required=True, metadata=_TIME)


class CommentSchema(Closed):
    """A comment as a moderator sees it in the queue. `scores` and `risk` are null when it could not be scored."""

    comment_id = fields.String(required=True)
    thread = fields.String(required=True)
    parent_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    scores = fields.Dict(keys=fields.String(), values=fields.Float(), required=True, allow_none=True)
    risk = fields.Float(required=True, allow_none=True)
    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    spans = fields.List(fields.Nested(SpanSchema), required=True)
    submitted_at = fields.String(required=True, metadata=_TIME)
    published_at = fields.String(required=True, allow_none=True, metadata=_TIME)
    revision = fields.Integer(required=True)
    claim = fields.Nested(ClaimSchema, required=True, allow_none=True)


class HistoryEntrySchema(Closed):
    """One change of a comment, oldest first."""

    act = fields.String(required=True, validate=validate.OneOf(["approve", "reject", "spam", "undo"]))
    at = fields.String(required=True, metadata=_TIME)
    token_id = fields.String(required=True)
    moderator = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    before = fields.String(required=True, validate=validate.OneOf(STATES))
    after = fields.String(required=True, validate=validate.OneOf(STATES))
    revision = fields.Integer(required=True)


class AuthorSchema(Closed):
    """What the same email address did on this site."""

    first_at = fields.String(required=True, metadata=_TIME)
    last_at = fields.String(required=True, metadata=_TIME)
    submitted = fields.Integer(required=True)
    held = fields.Integer(required=True)
    published = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    spam = fields.Integer(required=True)


class SubmitterSchema(Closed):
    user_agent = fields.String(required=True)
    referrer = fields.String(required=True)


class FullCommentSchema(CommentSchema):
    """Everything about a comment, with its author's email: for moderators only."""

    email = fields.String(required=True)
    assessed = fields.Boolean(required=True, metadata={"description": "whether the model knows its language"})
    model = fields.String(required=True)
    client = fields.Nested(SubmitterSchema, required=True)
    author = fields.Nested(AuthorSchema, required=True)
    history = fields.List(fields.Nested(HistoryEntrySchema), required=True)


class QueuePageSchema(Closed):
    """Comments that await a decision; in `postmoderate` these are published already."""

    comments = fields.List(fields.Nested(CommentSchema), required=True)
    total = fields.Integer(required=True)
    oldest_age_seconds = fields.Integer(required=True, allow_none=True)
    next_cursor = next_cursor()
