"""The schemas of health, readiness and problem documents."""

from marshmallow import fields

from schemas.fields import Closed


class HealthSchema(Closed):
    """The process is alive."""

    status = fields.String(required=True, metadata={"description": "Always `ok`."})
    version = fields.String(required=True, metadata={"description": "The version of commentdesk that answers."})


class ReadinessSchema(Closed):
    """Whether all can serve. `checks`, for those who may read the metrics, says of each part `ok` or what is wrong."""

    ready = fields.Boolean(
        required=True, metadata={"description": "Whether this process can serve all that it is for."}
    )
    checks = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={
            "description": "What was looked at, part by part: `ok`, or what is wrong. Only for those who may read "
            "the metrics."
        },
    )


class ProblemSchema(Closed):
    """A problem document, RFC 9457. `code` is stable; `errors` names each bad field."""

    type = fields.String(
        required=True, metadata={"description": "The address of the code's description, relative to the service's own."}
    )
    title = fields.String(
        required=True,
        metadata={"description": "What went wrong, in words that are the same for every problem of this code."},
    )
    status = fields.Integer(required=True, metadata={"description": "The HTTP status of the answer."})
    detail = fields.String(required=True, metadata={"description": "What went wrong this time, in a sentence."})
    code = fields.String(
        required=True, metadata={"description": "The stable name of what went wrong: what a program should branch on."}
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "The messages of each bad field, by its name, such as `article.url`; those of the whole "
            "body stand under `_body`. Only where fields are to blame."
        },
    )
    request_id = fields.String(
        required=True, metadata={"description": "The id under which the service's log has this request."}
    )
