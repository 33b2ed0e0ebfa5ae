"""The forms and filters of the console's pages of comments, authors and threads, as they are typed.

They are bounded here; what they mean is checked by the page that takes them, with the schemas of the API, so that the
page can be shown again with the mistake beside the field, and with what was typed.
"""

from marshmallow import fields, validate

from schemas.console import MAX_PATH_CHARS
from schemas.fields import MAX_CURSOR_CHARS, Closed

MAX_TYPED_CHARS = 8000
"""More than any field of these forms may hold, so that a mistake is told by the field's own schema."""
MAX_KEY_CHARS = 64


def typed(description: str) -> fields.String:
    """A field as somebody typed it; "" where he did not."""
    return fields.String(
        load_default="", validate=validate.Length(max=MAX_TYPED_CHARS), metadata={"description": description}
    )


def _back() -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.Length(max=MAX_PATH_CHARS),
        metadata={"description": "The page of the console to go back to."},
    )


def form_key() -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.Length(max=MAX_KEY_CHARS),
        metadata={"description": "A key of the page that has the form: the same form again is answered as the first."},
    )


class ActForm(Closed):
    """An act that needs no words."""

    key = form_key()
    back = _back()


class UndoForm(ActForm):
    """The decision that is taken back."""

    revision = typed("The revision of the comment that was seen.")


class DecisionForm(UndoForm):
    """A decision on a comment."""

    decision = typed("What is decided.")
    reason = typed("A code of the site's reasons, or empty.")


class NoteForm(ActForm):
    """A note for colleagues."""

    note = typed("What colleagues should know.")


class BanForm(ActForm):
    """A ban of an author."""

    until = typed("The last day of the ban, or empty for one without an end.")
    reason = typed("Why, in one line for colleagues.")


class LookUpForm(ActForm):
    """Whom to look for."""

    email = typed("An email address.")


class ThreadForm(ActForm):
    """How a thread is to be set."""

    closed = typed("Whether it is closed: `1`, or empty.")
    mode = typed("Its mode, or empty for the site's own.")


class CommentsFilters(Closed):
    """Which comments a list shows."""

    state = typed("The state that they are in.")
    by = typed("`machine` for what the machine published or rejected by itself.")
    q = typed("Words that they say.")
    since = typed("The day on which, or after which, they came.")
    thread = typed("The thread that they are in.")
    author = typed("The id of their author.")
    rule = typed("The name of a rule that they met.")
    did = typed("The comment that was decided on last.")
    cursor = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_CURSOR_CHARS),
        metadata={"description": "Where the page begins."},
    )


class ThreadsFilters(Closed):
    """Which threads a list shows."""

    thread = typed("The id of a thread to go to.")
    cursor = typed("Where the page begins.")


class ThreadFilters(Closed):
    """Which page of a thread."""

    did = typed("The comment that was decided on last.")
    cursor = typed("Where the page begins.")


class DidQuery(Closed):
    """What was done on the page last."""

    did = typed("The comment that was decided on last.")
