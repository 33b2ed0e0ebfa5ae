"""The forms of the console's pages for setting up: texts as they were typed. What they become is checked by the schema
of the API's own call, so that a page shows again what it refuses."""

from marshmallow import fields, validate

from schemas.administration import NewSiteSchema
from schemas.fields import Checkbox, Closed, Line
from schemas.tokens import MEMBER_ID_PATTERN

MAX_TYPED_CHARS = 1000
"""More than any line of these forms may have; what is longer was not typed into them."""
_MAX_ORIGINS_CHARS = 35_000
"""Of a hundred origins, a line each."""
_MAX_KEY_CHARS = 64


def _typed(description: str, most: int = MAX_TYPED_CHARS) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most), metadata={"description": description})


class OnceSchema(Closed):
    """A form whose second arrival does nothing: `key` was made with its page."""

    key = fields.String(
        load_default="",
        validate=validate.Regexp(rf"^[A-Za-z0-9_-]{{0,{_MAX_KEY_CHARS}}}\Z"),
        metadata={"description": "The same for each arrival of one form."},
    )


class SiteFormSchema(Closed):
    """What is set of a site."""

    title = _typed("The site's name for people.")
    language = _typed("The language of what readers see.")
    allowed_origins = _typed("The origins of the website's pages, a line each.", _MAX_ORIGINS_CHARS)
    waiting_target_minutes = _typed("Within how many minutes comments are to be decided; empty for no target.")
    public_submission = Checkbox(metadata={"description": "Whether readers' browsers may post without a token."})


class NewMemberFormSchema(OnceSchema):
    """A new member with a first token."""

    name = _typed("The member's name.")
    rights = _typed("What the token may do.")
    reach = _typed("On which sites.")
    days = _typed("After how many days the token ends; empty for never.")


class NewTokenFormSchema(NewMemberFormSchema):
    """A further token of a member; `name` is the token's."""


class RenameFormSchema(Closed):
    """A member's name."""

    name = _typed("The member's new name.")


class PressedSchema(Closed):
    """A form of nothing but its button."""


class WebsiteTokenFormSchema(OnceSchema):
    """A token for a website's server."""

    name = _typed("What the token is called.")


class FirstSiteFormSchema(OnceSchema):
    """The first site."""

    title = _typed("The site's name for people.")
    site = _typed("The site's id; empty for one that is made of the name.")


class NamedSiteSchema(NewSiteSchema):
    """A new site that has a name."""

    title = Line(
        min_chars=1, max_chars=200, required=True, metadata={"description": "The site's name for people, in one line."}
    )


class TestCommentFormSchema(OnceSchema):
    """A comment to see how it goes."""

    body = fields.String(
        load_default="", validate=validate.Length(max=20_000), metadata={"description": "The comment."}
    )


class TeamQuery(Closed):
    """Which page of the members."""

    after = fields.String(
        load_default="",
        validate=validate.Regexp(rf"^$|{MEMBER_ID_PATTERN}"),
        metadata={"description": "The last member of the page before."},
    )


class SavedQuery(Closed):
    """Whether what is shown was just saved."""

    saved = fields.String(
        load_default="",
        validate=validate.OneOf(("", "1")),
        metadata={"description": "1 after a form was saved."},
    )
