"""The schemas of the audit log."""

from marshmallow import fields, validate

from schemas.fields import TIME, Closed, PlainText, next_cursor, page_limit, query_cursor
from schemas.lists import query_time

_ACT = r"^[a-z_]{1,40}\Z"
_VALUE = {"anyOf": [{"type": "string"}, {"type": "object"}]}


class AuditQuery(Closed):
    """Which of the entries: those that pass all filters that are given."""

    actor = PlainText(
        min_chars=1,
        max_chars=64,
        load_default=None,
        metadata={"description": "Acts of this one: an id, `machine`, `reader`, `doctor`, `rotate-key` or `restore`."},
    )
    act = fields.String(
        load_default=None,
        validate=validate.Regexp(_ACT),
        metadata={"description": "Entries of this act, or with this among what followed, such as `published`."},
    )
    since = query_time("What was done at this time or later, RFC 3339 with an offset.")
    until = query_time("What was done before this time, RFC 3339 with an offset.")
    limit = page_limit(50)
    cursor = query_cursor()


class AuditEntrySchema(Closed):
    """An act of a person or a machine. It has ids, codes and numbers alone: where there was a text, `~` and the first
    12 characters of its SHA-256 stand for it."""

    number = fields.Integer(
        required=True, metadata={"description": "The entry's place in its log, from 0 on: no number is left out."}
    )
    at = fields.String(required=True, metadata=TIME | {"description": "When it was done, RFC 3339 in UTC."})
    act = fields.String(required=True, metadata={"description": "What was done, such as `decided`."})
    followed = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "What followed from it: `published`, `rejected`, `entered` or `left` the queue."},
    )
    actor = fields.String(
        required=True,
        metadata={"description": "Who did it, as in the query; empty where an older version did not write it."},
    )
    subject = fields.String(
        required=True, metadata={"description": "The id of what it was done to; empty where there is none."}
    )
    thread = fields.String(required=True, metadata={"description": "The comment's thread; empty where there is none."})
    revision = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The revision of the comment, or the version of the thread, after the act."},
    )
    before = fields.Raw(
        required=True,
        metadata=_VALUE | {"description": "What there was before: a state or other code, or the fields that changed."},
    )
    after = fields.Raw(required=True, metadata=_VALUE | {"description": "What there was after it, in the same form."})
    detail = fields.Dict(
        required=True, metadata={"description": "What else there is to know, such as the reason's code."}
    )


class AuditPageSchema(Closed):
    """Entries of an audit log, newest first."""

    entries = fields.List(
        fields.Nested(AuditEntrySchema),
        required=True,
        metadata={
            "description": "The entries of this page. It may hold fewer than its limit, and none, though another page "
            "follows: one call looks through 10,240 of them at most."
        },
    )
    next_cursor = next_cursor()
