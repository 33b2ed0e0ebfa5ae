"""The forms by which moderators of the console decide on many comments at once."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from schemas.bulk import MAX_LEFT_OUT
from schemas.console_forms import ActForm, form_key, typed
from schemas.console_queue import Looked
from schemas.fields import COMMENT_ID_PATTERN
from schemas.moderation import DECISIONS

MAX_PICKED = 100
"""More than any page shows."""
_ID_CHARS = 16
_MAX_REVISION = 2**31


class Picked(fields.Dict):
    """Comments whose boxes were ticked: the revision that was seen, by comment_id. Their number is checked first."""

    def __init__(self) -> None:
        super().__init__(
            keys=fields.String(validate=validate.Regexp(COMMENT_ID_PATTERN)),
            values=fields.Integer(validate=validate.Range(1, _MAX_REVISION)),
            load_default=dict,
            metadata={"description": "The revisions of comments that were ticked, by their ids."},
        )
        self._length = validate.Length(max=MAX_PICKED)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            self._length(value)
        return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]


def _ticked(description: str) -> fields.String:
    return fields.String(load_default="", validate=validate.OneOf(("", "1")), metadata={"description": description})


class ManyForm(ActForm):
    """Which comments are meant, and what is to become of them."""

    pick = Picked()
    like = typed("The comment that others are to be like.")
    alike = _ticked("All that are like the one that was ticked.")
    author = typed("The id of their author.")
    all = _ticked("All that pass the filters, whatever was ticked.")
    state = typed("The state that they are in.")
    by = typed("`machine` for what the machine published or rejected by itself.")
    q = typed("Words that they say.")
    since = typed("The day on which, or after which, they came.")
    thread = typed("The thread that they are in.")
    rule = typed("The name of a rule that they met.")
    left_out = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_LEFT_OUT * (_ID_CHARS + 1)),
        metadata={"description": "Comments that are left out, with spaces between."},
    )
    leave_out = typed("One more that is to be left out.")
    decision = typed("What is to become of them, or empty while that is open.")
    reason = typed("A code of the site's reasons, or empty.")
    note = typed("What colleagues should know.")


class PickedForm(Looked):
    """A decision on those comments of the queue's list that were ticked."""

    pick = Picked()
    folded = Picked()
    decision = fields.String(
        required=True, validate=validate.OneOf(DECISIONS), metadata={"description": "What is to become of them."}
    )
    reason = fields.String(
        load_default="",
        validate=validate.Length(max=64),
        metadata={"description": "The code of a reason of the site's."},
    )
    key = form_key()
