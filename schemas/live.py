"""The schema of what is told of a site while it happens."""

from marshmallow import fields, validate

from schemas.fields import TIME, Closed

TYPES = (
    *("entered", "left", "claimed", "released", "decided", "undone", "published", "escalated"),
    *("bulk_started", "bulk_progress", "bulk_undone", "bulk_finished", "open", "reset"),
)


class NewsSchema(Closed):
    """One thing that happened: the data of a server-sent event, whose own type is the same `type`."""

    type = fields.String(
        required=True,
        validate=validate.OneOf(TYPES),
        metadata={"description": "What happened."},
    )
    comment_id = fields.String(metadata={"description": "With which comment; not of a bulk, `open` and `reset`."})
    bulk_id = fields.String(metadata={"description": "With which bulk."})
    thread = fields.String(metadata={"description": "The comment's thread; not of claims."})
    at = fields.String(required=True, metadata=TIME | {"description": "When."})
    by = fields.String(metadata={"description": "Who did it: the same as in claims and histories."})
    moderator = fields.String(metadata={"description": "The name of who did it."})
    state = fields.String(metadata={"description": "The comment's state after it."})
    revision = fields.Integer(metadata={"description": "The comment's revision after it."})
    detail = fields.Dict(
        metadata={
            "description": "What else there is to know: ids, codes and numbers. Of `bulk_progress` it has `acts`, how "
            "many there were since the last one."
        }
    )
