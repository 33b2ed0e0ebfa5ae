"""The schemas of what the machine says of a comment: its verdict, why, and what stood out."""

from marshmallow import fields, validate

from schemas.fields import Closed

VERDICTS = ("publish", "hold", "reject")


class SpanSchema(Closed):
    """A part of the body that raised a score. Offsets count from 0, the end is exclusive."""

    start = fields.Integer(
        required=True, metadata={"description": "Where it begins in the body, in code points from 0."}
    )
    end = fields.Integer(
        required=True, metadata={"description": "Where it ends in the body, in code points, exclusive."}
    )
    start_utf16 = fields.Integer(
        required=True,
        metadata={"description": "Where it begins in the body, in UTF-16 units from 0, as JavaScript counts."},
    )
    end_utf16 = fields.Integer(
        required=True, metadata={"description": "Where it ends in the body, in UTF-16 units, exclusive."}
    )
    attribute = fields.String(
        required=True, metadata={"description": "The attribute whose score it raised, a name in `scores`."}
    )
    contribution = fields.Float(
        required=True, metadata={"description": "What it added to the attribute's logit: above 0, with no upper bound."}
    )


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
                "author_banned",
                "author_trusted",
                "near_duplicate",
                "rule",
            ]
        ),
        metadata={
            "description": "What was the reason: `premoderated` and `postmoderated` name the mode of the thread; "
            "`risk_below`, `risk_above` and `risk_between` say where `risk` is beside the policy's "
            "thresholds; `score_high` names a score of 0.5 or more; `language_not_assessed`: the "
            "model does not know the language; `not_scored`: the classifier failed; "
            "`direction_overridden` and `filler_characters`: characters hide how it is read; "
            "`name_of_staff`: the name looks like that of a moderator; `author_banned` and `author_trusted`: "
            "moderators banned or trust the author; `near_duplicate`: it reads like several of other authors that "
            "moderators turned down within a day; `rule`: a rule of the site fired."
        },
    )
    attribute = fields.String(metadata={"description": "The attribute that is meant, with `score_high` alone."})
    score = fields.Float(metadata={"description": "The attribute's score, 0 to 1, with `score_high` alone."})
    threshold = fields.Float(
        metadata={"description": "The policy's threshold of `risk`, 0 to 1, with `risk_below` and `risk_above` alone."}
    )
    rule = fields.String(metadata={"description": "The name of the site's rule that fired, with `rule` alone."})
    matched = fields.List(
        fields.String(), metadata={"description": "What met the rule: at most five short pieces, with `rule` alone."}
    )
    comment_id = fields.String(
        metadata={"description": "The newest of those that it reads like, with `near_duplicate` alone."}
    )
    count = fields.Integer(
        metadata={"description": "How many those are that it reads like, with `near_duplicate` alone."}
    )
