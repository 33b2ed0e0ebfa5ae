"""The schemas of health, readiness and problem documents."""

from marshmallow import fields

from schemas.fields import Closed


class HealthSchema(Closed):
    """The process is alive."""

    status = fields.String(required=True)
    version = fields.String(required=True)


class ReadinessSchema(Closed):
    """Whether all can serve. `checks`, for those who may read the metrics, says of each part `ok` or what is wrong."""

    ready = fields.Boolean(required=True)
    checks = fields.Dict(keys=fields.String(), values=fields.String())


class ProblemSchema(Closed):
    """A problem document, RFC 9457. `code` is stable; `errors` names each bad field."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    request_id = fields.String(required=True)
