"""The schemas of a site's own reasons for decisions."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from schemas.fields import BoundedList, Closed, Line, StrictBoolean

REASON_CODE_PATTERN = r"^[a-z0-9_]{1,40}\Z"
MAX_REASONS = 50


class DecisionReasonSchema(Closed):
    """One of the reasons that a site's moderators choose from."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(REASON_CODE_PATTERN),
        metadata={
            "description": "What a decision carries as its `reason`: 1 to 40 lower-case letters, digits and "
            "underscores. Comments are found by it."
        },
    )
    title = Line(
        min_chars=1, max_chars=100, required=True, metadata={"description": "What moderators read: one short line."}
    )
    public = StrictBoolean(
        required=True,
        metadata={
            "description": "Whether the site would tell this reason outside of its newsroom. The service itself tells "
            "no reader why a comment was rejected."
        },
    )


class DecisionReasonsSchema(Closed):
    """The reasons of a site, in the order in which moderators are shown them."""

    reasons = fields.List(
        fields.Nested(DecisionReasonSchema),
        required=True,
        metadata={"description": "All reasons; the default ones, in the site's language, where it has set none."},
    )


class NewDecisionReasonsSchema(Closed):
    """What a site's reasons are to be, all of them."""

    reasons = BoundedList(
        fields.Nested(DecisionReasonSchema),
        most=MAX_REASONS,
        required=True,
        allow_none=True,
        metadata={
            "description": "The whole list, each code once; decisions that carry a code which is in it no longer keep "
            "it. Null brings the default ones back."
        },
    )

    @validates_schema
    def _each_once(self, data: dict[str, Any], **_: object) -> None:
        seen: set[str] = set()
        twice: dict[int, dict[str, list[str]]] = {}
        for place, reason in enumerate(data["reasons"] or ()):
            if reason["code"] in seen:
                twice[place] = {"code": ["Another reason has this code."]}
            seen.add(reason["code"])
        if twice:
            raise ValidationError({"reasons": twice})
