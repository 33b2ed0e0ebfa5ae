"""The schemas of trying a policy on a comment that is not kept, and of a policy's versions."""

from marshmallow import fields, validate

from schemas.assessments import VERDICTS, ReasonSchema, SpanSchema
from schemas.fields import (
    TIME,
    Closed,
    Email,
    Line,
    Paragraphs,
    PlainText,
    StrictBoolean,
    WebAddress,
    next_cursor,
    page_limit,
    query_cursor,
)
from schemas.submissions import MAX_BODY_CHARS, MAX_NAME_CHARS
from schemas.threads import MAX_THREAD_CHARS, MODES


class PolicyTestSchema(Closed):
    """A comment to try the policy on; it is not kept."""

    name = Line(
        min_chars=1, max_chars=MAX_NAME_CHARS, load_default="Ada", metadata={"description": "As in a submission."}
    )
    email = Email(load_default="ada@mail.example", metadata={"description": "As in a submission."})
    website = WebAddress(load_default="", allow_none=True, metadata={"description": "As in a submission."})
    body = Paragraphs(max_chars=MAX_BODY_CHARS, required=True, metadata={"description": "As in a submission."})
    author_verified = StrictBoolean(
        load_default=False,
        metadata={"description": "As in a submission by a website: that the author is trusted counts only then."},
    )
    thread = PlainText(
        max_chars=MAX_THREAD_CHARS,
        load_default="",
        metadata={"description": "Its mode and its own rules count; empty for the site's."},
    )


class PolicyTestedSchema(Closed):
    """What the policy makes of the comment, and why."""

    mode = fields.String(
        required=True,
        validate=validate.OneOf(MODES),
        metadata={"description": "The thread's mode, or the site's."},
    )
    verdict = fields.String(
        required=True, validate=validate.OneOf(VERDICTS), metadata={"description": "What would be done with it."}
    )
    reasons = fields.List(
        fields.Nested(ReasonSchema), required=True, metadata={"description": "Why; rules first, in their order."}
    )
    scores = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        allow_none=True,
        metadata={"description": "Probability by attribute; null when it could not be scored."},
    )
    risk = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Probability that a moderator would not publish it; null when unscored."},
    )
    spans = fields.List(
        fields.Nested(SpanSchema), required=True, metadata={"description": "Parts of the body that raised a score."}
    )


class VersionsQuery(Closed):
    """Which page of the versions."""

    limit = page_limit(50)
    cursor = query_cursor()


class PolicyVersionNoteSchema(Closed):
    """That somebody changed the policy."""

    version = fields.Integer(required=True, metadata={"description": "The number of the version, from 1 on."})
    at = fields.String(required=True, metadata=TIME | {"description": "When it was put in force, RFC 3339 in UTC."})
    member_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The id of who put it in force; null for what the site began with."},
    )
    name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The name of who put it in force, at the time; null for what the site began with."},
    )
    changed = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Fields that were others in the version before; none of the first one."},
    )
    restored = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The older version that it brought back; null for another change."},
    )


class PolicyVersionsSchema(Closed):
    """A page of the versions of a site's policy, the newest first."""

    versions = fields.List(
        fields.Nested(PolicyVersionNoteSchema),
        required=True,
        metadata={"description": "The versions of this page, the newest first; the newest of all is in force."},
    )
    next_cursor = next_cursor()


class RestoreSchema(Closed):
    """Nothing: the version stands in the address."""
