"""The schemas of escalations: a moderator hands a comment to the others."""

from marshmallow import fields

from schemas.fields import TIME, Closed, Lines


class EscalationRequestSchema(Closed):
    """Nothing, or what the other moderators should know."""

    note = Lines(
        max_chars=2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "What the others should know, in one or several lines; null for nothing."},
    )


class EscalationSchema(Closed):
    """That a moderator handed a comment to the others."""

    member_id = fields.String(required=True, metadata={"description": "The id of the moderator who did it."})
    moderator = fields.String(required=True, metadata={"description": "The name of that moderator at the time."})
    at = fields.String(required=True, metadata=TIME | {"description": "When it was done, RFC 3339 in UTC."})
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "What he wanted the others to know; null for nothing."}
    )
