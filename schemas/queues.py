"""The schemas of the queue of several sites."""

from marshmallow import fields

from schemas.comments import CommentSchema, QueuePageSchema, QueueQuery


class SitesQueueQuery(QueueQuery):
    """In what order, and which page."""

    class Meta:
        exclude = ("thread",)


class SiteCommentSchema(CommentSchema):
    """A comment as a moderator sees it in the queue of several sites."""

    site = fields.String(required=True, metadata={"description": "The site that it is of."})


class SitesQueuePageSchema(QueuePageSchema):
    """Comments of several sites that await a decision."""

    comments = fields.List(
        fields.Nested(SiteCommentSchema),
        required=True,
        metadata={"description": "The comments of this page in the order that was asked for."},
    )
    total = fields.Integer(required=True, metadata={"description": "How many comments of these sites wait in all."})
    sites_left_out = fields.Integer(
        required=True,
        metadata={
            "description": "How many sites were not looked at: a call is about the first 200, in the order of their "
            "ids, of those that the token is for."
        },
    )
