"""The forms of the console's own pages."""

from marshmallow import fields, validate

from schemas.fields import Closed

MAX_SECRET_CHARS = 200
MAX_PATH_CHARS = 2000


def _secret(name: str) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(1, MAX_SECRET_CHARS),
        metadata={"description": f"The {name}, as it was given."},
    )


class SignInSchema(Closed):
    """A token, and the page to go on to."""

    token = _secret("token")
    next = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_PATH_CHARS),
        metadata={"description": "A page of the console to go on to."},
    )


class LinkSchema(Closed):
    """The secret of a one-time link."""

    code = _secret("code of the link")


class NothingSchema(Closed):
    """A form that is sent as it is."""


class EndedSessionSchema(Closed):
    """Which session to end; all of them without one."""

    session = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_SECRET_CHARS),
        metadata={"description": "The session's id."},
    )


class NextQuery(Closed):
    """What the sign-in page is asked with."""

    next = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_PATH_CHARS),
        metadata={"description": "A page of the console to go on to."},
    )
