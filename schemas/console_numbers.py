"""What the console's page of numbers is asked for."""

from marshmallow import fields, validate

from schemas.fields import Closed
from schemas.stats import SPANS


class NumbersQuery(Closed):
    """How far back."""

    span = fields.String(
        load_default="day",
        validate=validate.OneOf(SPANS),
        metadata={"description": "`day`: 24 hours; `week`: 7 days; `quarter`: 90 days."},
    )
