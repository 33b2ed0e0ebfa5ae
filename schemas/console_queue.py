"""What the pages of the console's queue are asked with, and their forms."""

from marshmallow import fields, validate

from schemas.bulk import BULK_ID_PATTERN
from schemas.comments import ORDERS
from schemas.console_forms import form_key
from schemas.fields import COMMENT_ID_PATTERN, SITE_PATTERN, Checkbox, Closed, Paragraphs, PlainText
from schemas.notes import MAX_NOTE_CHARS
from schemas.threads import MAX_THREAD_CHARS

MAX_KIND_CHARS = 80
"""A rule's name, and that it is one."""
_DECISIONS = ("approve", "reject", "spam", "leave")


def _said(text: str) -> dict[str, str]:
    return {"description": text}


def _comment(text: str = "The comment.", **more: object) -> fields.String:
    return fields.String(validate=validate.Regexp(COMMENT_ID_PATTERN), metadata=_said(text), **more)  # type: ignore[arg-type]


def _order() -> fields.String:
    return fields.String(
        load_default="", validate=validate.OneOf(("", *ORDERS)), metadata=_said("The order; the one chosen without.")
    )


def _view() -> fields.String:
    return fields.String(
        load_default="", validate=validate.OneOf(("", "one", "list")), metadata=_said("One at a time, or a list.")
    )


def _thread() -> fields.String:
    return PlainText(load_default="", max_chars=MAX_THREAD_CHARS, metadata=_said("Of one thread alone."))


def _kind() -> fields.String:
    return PlainText(load_default="", max_chars=MAX_KIND_CHARS, metadata=_said("Of what stood out first alone."))


def _over() -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.OneOf(("", "all")),
        metadata=_said("Whether the queue over all sites was looked at, and is gone back to."),
    )


class AllQueuesQuery(Closed):
    """How the queue over all sites is to be shown."""

    order = _order()
    of = fields.String(
        load_default="",
        validate=validate.Regexp(rf"^\Z|{SITE_PATTERN}"),
        metadata=_said("The site of the comment that `decided` or `show` names."),
    )
    decided = _comment("What was decided last, which can be taken back.", load_default=None)
    show = _comment("What is to stand first.", load_default=None)
    back = fields.String(load_default="", validate=validate.OneOf(("", "1")), metadata=_said("All was given back."))


class QueuePageQuery(Closed):
    """How the queue is to be shown."""

    view = _view()
    order = _order()
    thread = _thread()
    reason = _kind()
    decided = _comment("What was decided last, which can be taken back.", load_default=None)
    show = _comment("What is to stand first.", load_default=None)
    bulk = fields.String(
        load_default=None,
        validate=validate.Regexp(BULK_ID_PATTERN),
        metadata=_said("What was decided on many at once last, which can be taken back."),
    )
    back = fields.String(load_default="", validate=validate.OneOf(("", "1")), metadata=_said("All was given back."))


class Looked(Closed):
    """How the queue was looked at when a form was sent."""

    view = _view()
    order = _order()
    thread = _thread()
    kind = _kind()
    over = _over()


class LeavingFormSchema(Looked):
    """Give all comments back, or keep them for longer."""


class ClaimFormSchema(Looked):
    """Take the next comments."""

    key = form_key()


class DecisionFormSchema(Looked):
    """What is to become of a comment; a reason without a decision rejects."""

    comment_id = _comment(required=True)
    revision = fields.Integer(
        required=True, validate=validate.Range(1, 2**31), metadata=_said("The revision that was seen.")
    )
    decision = fields.String(
        load_default="reject", validate=validate.OneOf(_DECISIONS), metadata=_said("The decision.")
    )
    reason = fields.String(
        load_default="", validate=validate.Length(max=64), metadata=_said("The code of a reason of the site's.")
    )
    folded = Checkbox(metadata=_said("Whether a part of the text was folded away."))
    key = form_key()


class UndoFormSchema(Looked):
    """Take a decision back."""

    comment_id = _comment(required=True)
    revision = fields.Integer(
        required=True, validate=validate.Range(1, 2**31), metadata=_said("The revision that was seen.")
    )
    key = form_key()


class NoteFormSchema(Looked):
    """A note on a comment."""

    comment_id = _comment(required=True)
    note = Paragraphs(required=True, max_chars=MAX_NOTE_CHARS, metadata=_said("The note."))
    key = form_key()
