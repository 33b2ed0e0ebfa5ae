"""The filters of the console's page of the audit log."""

from marshmallow import fields, validate

from schemas.fields import MAX_CURSOR_CHARS, Closed


def _typed(description: str, most: int) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most), metadata={"description": description})


class AuditFilters(Closed):
    """Which entries, as typed."""

    actor = _typed("Who did it.", 200)
    act = _typed("What was done.", 200)
    since = _typed("From this day on.", 40)
    cursor = _typed("The page.", MAX_CURSOR_CHARS)
    verify = fields.String(
        load_default="", validate=validate.OneOf(("", "1")), metadata={"description": "1 verifies the whole log."}
    )
