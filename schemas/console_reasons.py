"""The forms of the page of a site's reasons for decisions, as they are typed. What they become is checked by the
schema of the API's own call, so that the page shows again what it refuses."""

from marshmallow import fields, validate

from schemas.fields import Checkbox, Closed
from schemas.reasons import REASON_CODE_PATTERN

MAX_TYPED_CHARS = 400
MAX_SEEN_CHARS = 20_000
"""Fifty reasons as JSON, and more."""
_CODE = rf"({REASON_CODE_PATTERN})|^\Z"


def _typed(description: str) -> fields.String:
    return fields.String(
        load_default="", validate=validate.Length(max=MAX_TYPED_CHARS), metadata={"description": description}
    )


def _code(description: str) -> fields.String:
    return fields.String(load_default="", validate=validate.Regexp(_CODE), metadata={"description": description})


class ReasonsForm(Closed):
    """A change of the reasons that the page showed."""

    seen = fields.String(
        required=True,
        validate=validate.Length(max=MAX_SEEN_CHARS),
        metadata={"description": "The reasons that the page showed, as JSON; null where they are the default ones."},
    )


class ReasonForm(ReasonsForm):
    """A new reason, or what becomes of one."""

    was = _code("The code of the reason that is changed; empty for a new one.")
    reason_code = _typed("The code of a new one.")
    title = _typed("What moderators read.")
    public = Checkbox(metadata={"description": "Whether the site would tell it outside."})


class ReasonActForm(ReasonsForm):
    """What is done with one reason, by its code."""

    up = _code("It goes one place up.")
    down = _code("It goes one place down.")
    off = _code("It is chosen from no longer.")
    on = _code("It is chosen from again.")


class ReasonsQuery(Closed):
    """Which reason is to be changed, and whether what is shown was just saved."""

    change = _code("The code of the reason that the form is about.")
    saved = fields.String(
        load_default="", validate=validate.OneOf(("", "1")), metadata={"description": "1 after a form was saved."}
    )
