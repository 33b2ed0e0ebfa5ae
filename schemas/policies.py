"""The schemas of trying a policy on a comment that is not kept."""

from marshmallow import fields, validate

from schemas.comments import VERDICTS, ReasonSchema, SpanSchema
from schemas.fields import Closed, Email, Line, Paragraphs, PlainText, StrictBoolean, WebAddress
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
