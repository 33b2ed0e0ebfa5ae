"""The schemas of one decision on many comments: a look at them, the decision, how far it is, its undo."""

from marshmallow import fields, validate

from schemas.comments import CommentSchema
from schemas.fields import COMMENT_ID_PATTERN, TIME, BoundedList, Closed, Line, Lines, Probability
from schemas.lists import CommentsQuery
from schemas.moderation import DECISIONS

BULK_ID_PATTERN = r"^b[0-9a-v]{16}\Z"
MAX_LEFT_OUT = 1000


class SelectSchema(CommentsQuery):
    """Which comments: those that pass all filters that are given."""

    class Meta:
        """A selection has no pages."""

        exclude = ("limit", "cursor")

    like = fields.String(
        load_default=None,
        validate=validate.Regexp(COMMENT_ID_PATTERN),
        metadata={
            "description": "Comments that read like this one, and those that read like these, of the newest 100,000 "
            "and of the last seven days."
        },
    )
    risk_above = Probability(
        load_default=None, metadata={"description": "Comments whose risk is above this; none that was not assessed."}
    )
    risk_below = Probability(
        load_default=None, metadata={"description": "Comments whose risk is below this; none that was not assessed."}
    )


class BulkPreviewRequestSchema(Closed):
    """What is selected."""

    select = fields.Nested(
        SelectSchema, required=True, metadata={"description": "Filters that comments have to pass, all of them."}
    )
    # `except` is a word of Python.
    left_out = BoundedList(
        fields.String(validate=validate.Regexp(COMMENT_ID_PATTERN)),
        most=MAX_LEFT_OUT,
        data_key="except",
        load_default=[],
        metadata={"description": "Comments that are left out although they pass, at most 1,000."},
    )


class ApprovedAuthorSchema(Closed):
    """An author who has comments among those selected, and of whom people approved comments."""

    author_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The author's id; null for one of whom only an older version took comments."},
    )
    comment_id = fields.String(
        required=True, metadata={"description": "One of the author's comments among those selected."}
    )
    name = fields.String(required=True, metadata={"description": "The name that stands at that comment."})
    approved = fields.Integer(required=True, metadata={"description": "How many of his comments people approved."})


class ApprovedAuthorsSchema(Closed):
    """Authors among the selected of whom people approved comments: perhaps they are not meant."""

    count = fields.Integer(required=True, metadata={"description": "How many such authors there are."})
    authors = fields.List(
        fields.Nested(ApprovedAuthorSchema),
        required=True,
        metadata={"description": "Those with the most approved comments, at most ten."},
    )


class BulkWarningsSchema(Closed):
    """What speaks against deciding on all alike."""

    approved_authors = fields.Nested(
        ApprovedAuthorsSchema,
        required=True,
        metadata={"description": "Authors among the selected of whom people approved comments."},
    )


class BulkExamplesSchema(Closed):
    """A few of the selected comments."""

    typical = fields.Nested(
        CommentSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The one that is most like all others; null where none is selected."},
    )
    least_alike = fields.List(
        fields.Nested(CommentSchema),
        required=True,
        metadata={"description": "At most three that are least like the typical one and each other."},
    )


class BulkPreviewSchema(Closed):
    """What is selected, and the token that names exactly these comments."""

    count = fields.Integer(required=True, metadata={"description": "How many comments are selected."})
    is_whole = fields.Boolean(
        required=True,
        metadata={
            "description": "False where more may pass the filters than the newest 100,000, which one bulk takes."
        },
    )
    examples = fields.Nested(
        BulkExamplesSchema, required=True, metadata={"description": "A few of the selected comments."}
    )
    warnings = fields.Nested(
        BulkWarningsSchema, required=True, metadata={"description": "What speaks against deciding on all alike."}
    )
    preview_token = fields.String(
        required=True,
        metadata={"description": "Names exactly these comments for `POST .../bulk`, for half an hour."},
    )


class BulkRequestSchema(Closed):
    """A decision on all comments that a preview named."""

    preview_token = fields.String(
        required=True,
        validate=validate.Regexp(BULK_ID_PATTERN),
        metadata={"description": "The token of the preview."},
    )
    decision = fields.String(
        required=True,
        validate=validate.OneOf(DECISIONS),
        metadata={"description": "What is decided on each of them, as of one comment."},
    )
    reason = Line(
        max_chars=200,
        load_default=None,
        allow_none=True,
        metadata={"description": "Why: a code of the site's reasons, or one line; null for none."},
    )
    note = Lines(
        max_chars=2000,
        load_default=None,
        allow_none=True,
        metadata={"description": "A note for colleagues, for the history of each comment; null for none."},
    )


class BulkStartedSchema(Closed):
    """The bulk that carries it out."""

    bulk_id = fields.String(required=True, metadata={"description": "The bulk, for `GET .../bulk/{bulk_id}`."})


class BulkProgressSchema(Closed):
    """How far something is that is done in the background."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(["running", "done"]),
        metadata={"description": "`running` until there is nothing more to do, then `done`."},
    )
    done = fields.Integer(required=True, metadata={"description": "How many comments it has come to."})
    total = fields.Integer(required=True, metadata={"description": "How many comments it is for."})
    skipped = fields.Integer(
        required=True,
        metadata={"description": "How many of those it left as they are, as somebody acted on them since."},
    )
    by = fields.String(required=True, metadata={"description": "The id of who began it."})
    moderator = fields.String(required=True, metadata={"description": "The name of who began it."})
    started_at = fields.String(required=True, metadata=TIME | {"description": "When it was begun, RFC 3339 in UTC."})
    finished_at = fields.String(
        required=True,
        allow_none=True,
        metadata=TIME
        | {
            "description": "When it came to its end, or was stopped, RFC 3339 in UTC; null before, and where it was "
            "undone meanwhile."
        },
    )


class BulkRecordSchema(BulkProgressSchema):
    """One decision on many comments."""

    bulk_id = fields.String(required=True, metadata={"description": "The bulk's id."})
    decision = fields.String(
        required=True, validate=validate.OneOf(DECISIONS), metadata={"description": "What is decided on each comment."}
    )
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Why, as the moderator gave it; null for nothing."}
    )
    note = fields.String(
        required=True, allow_none=True, metadata={"description": "The note for colleagues; null for none."}
    )
    claimed = fields.Integer(
        required=True,
        metadata={"description": "How many of the skipped ones another moderator had claimed at that moment."},
    )
    stopped = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether it ended before all was done: it was stopped or undone meanwhile, or its "
            "installation was restored from a backup that was made meanwhile."
        },
    )
    undo = fields.Nested(
        BulkProgressSchema,
        required=True,
        allow_none=True,
        metadata={"description": "How far its undo is; null where nobody undoes it."},
    )


class BulkListSchema(Closed):
    """The bulks of a site."""

    bulks = fields.List(
        fields.Nested(BulkRecordSchema),
        required=True,
        metadata={"description": "The bulks of the last seven days, newest first, at most 200."},
    )
