"""The schemas of how a site does over time."""

from marshmallow import fields, validate

from schemas.fields import TIME, Closed

SPANS = ("day", "week", "quarter")


def _column(description: str) -> fields.List[int]:
    return fields.List(fields.Integer(), required=True, metadata={"description": description})


def _ages(description: str) -> fields.List[float]:
    age = fields.Float(allow_none=True)
    return fields.List(age, required=True, metadata={"description": description})


def _count(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description})


class StatsQuery(Closed):
    """How far back."""

    span = fields.String(
        load_default="day",
        validate=validate.OneOf(SPANS),
        metadata={
            "description": "`day`: the last 24 hours, a point a minute; `week`: 7 days, a point an hour; `quarter`: "
            "90 days, a point an hour."
        },
    )


class ArrivalsSchema(Closed):
    """Comments taken in, by the machine's verdict; a number a point."""

    publish = _column("Those to be published.")
    hold = _column("Those to be held.")
    reject = _column("Those to be rejected.")


class DecidedSchema(Closed):
    """Decisions by what was decided; a number a point."""

    approve = _column("Approvals.")
    reject = _column("Rejections.")
    spam = _column("Those that called a comment spam.")


class DecisionTimesSchema(Closed):
    """Age of the comments that a decision took off the queue, in seconds; null in a point without one. From counts by
    age, so that they are estimates; the highest is a week."""

    count = _column("How many comments left the queue by a decision.")
    median_seconds = _ages("Half of them were no older.")
    p95_seconds = _ages("95 of a hundred were no older.")


class MemberDecisionsSchema(Closed):
    """What one person decided; a number a point."""

    member_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Whose: as in histories; null for all beyond the first 200 people."},
    )
    name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The person's name; null where nobody has one."},
    )
    decided = _column("Decisions.")


class StandingSchema(Closed):
    """On how many comments each decision stands."""

    approve = _count("Approvals.")
    reject = _count("Rejections.")
    spam = _count("Those that call a comment spam.")


def _standing(description: str) -> fields.Nested:
    return fields.Nested(StandingSchema, required=True, metadata={"description": description})


class StandingByVerdictSchema(Closed):
    """What people decided, by what the machine had said of the comment."""

    publish = _standing("Of comments that it would publish.")
    hold = _standing("Of those that it left to people.")
    reject = _standing("Of those that it would reject.")


class StandingByRiskSchema(StandingSchema):
    """What people decided on comments of a band of risk."""

    risk_from = fields.Float(required=True, metadata={"description": "The least risk of the band."})
    risk_to = fields.Float(
        required=True,
        metadata={"description": "The risk up to which it goes; in the last band 1, else what belongs to the next."},
    )


class StandingsSchema(Closed):
    """What people decided in the span, as numbers of comments: a decision that was taken back, or that another one
    replaced, is not counted. It begins with the version that counts it."""

    by_verdict = fields.Nested(
        StandingByVerdictSchema, required=True, metadata={"description": "By the machine's verdict."}
    )
    by_risk = fields.List(
        fields.Nested(StandingByRiskSchema),
        required=True,
        metadata={"description": "By ten bands of risk; without comments that the model could not assess."},
    )


class StatsSchema(Closed):
    """How the site did: columns of the same length, a value a point, in the order of time. A point in which nothing was
    counted is left out; the last one is still growing."""

    span = fields.String(required=True, metadata={"description": "How far back they go."})
    step_seconds = fields.Integer(required=True, metadata={"description": "How long a point lasts: 60 or 3,600."})
    at = fields.List(fields.String(metadata=TIME), required=True, metadata={"description": "When each point begins."})
    arrivals = fields.Nested(
        ArrivalsSchema, required=True, metadata={"description": "Comments taken in, by the machine's verdict."}
    )
    decided = fields.Nested(DecidedSchema, required=True, metadata={"description": "Decisions, by what was decided."})
    undone = _column("Decisions taken back.")
    depth = _column("Comments that awaited a decision when the point ended.")
    oldest_age_seconds = fields.List(
        fields.Integer(allow_none=True),
        required=True,
        metadata={"description": "The age of the oldest of these then; null where there was none."},
    )
    time_to_decision = fields.Nested(
        DecisionTimesSchema, required=True, metadata={"description": "How long comments waited."}
    )
    by_member = fields.List(
        fields.Nested(MemberDecisionsSchema),
        required=True,
        metadata={"description": "Decisions of each person who decided in the span, most first."},
    )
    standing = fields.Nested(
        StandingsSchema,
        required=True,
        metadata={"description": "Decisions that stand, against what the machine said; of the whole span together."},
    )
