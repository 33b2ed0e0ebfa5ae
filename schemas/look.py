"""How a moderator wants the console: the form of its settings."""

from marshmallow import fields, validate

from schemas.fields import Closed

ACTS = (
    "approve",
    "reject",
    "spam",
    "leave",
    "undo",
    "next",
    "before",
    "context",
    "marks",
    "invisible",
    "show",
    "note",
    "author",
    "thread",
    "select",
    "like",
    "view",
    "pause",
)
"""What has a key of its own."""
_MOST_CHARS = 20


def _choice(description: str) -> fields.String:
    return fields.String(
        load_default=None, validate=validate.Length(max=_MOST_CHARS), metadata={"description": description}
    )


LettersSchema = Closed.from_dict({act: _choice(f"The key for: {act}.") for act in ACTS}, name="LettersSchema")


class LookSchema(Closed):
    """Each field is one of few values; one that is not sent stays as it is."""

    theme = _choice("Colours.")
    density = _choice("How close things stand.")
    language = _choice("A language's tag; empty for that of the browser.")
    keys = _choice("Whether single keys work, and stand on their buttons.")
    view = _choice("One comment at a time, or a list.")
    order = _choice("Which comments come first.")
    start = _choice("What the queue begins with.")
    veil = _choice("Whether marked words are blurred.")
    marks = _choice("Whether marks stand in a text at once.")
    signs = _choice("Whether signs stand for what cannot be seen.")
    pause = _choice("After how many minutes a pause is proposed.")
    letters = fields.Nested(LettersSchema, load_default=dict, metadata={"description": "Keys by what they do."})


class SettingsQuery(Closed):
    """What the page of settings is asked with."""

    saved = fields.String(
        load_default="", validate=validate.Length(max=1), metadata={"description": "1 after they were saved."}
    )
