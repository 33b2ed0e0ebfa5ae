"""The form as a reader left it: what he wrote is kept, each mistake is named in his language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.submissions import MAX_BODY_CHARS, MAX_NAME_CHARS
from schemas.visibility import MAX_MARKS, has_visible
from service.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    FieldErrors,
    ForbiddenError,
    HostUnknownError,
    InvalidFieldsError,
    MalformedBodyError,
    MethodNotAllowedError,
    OriginNotAllowedError,
    RateLimitedError,
    RequestError,
    RouteNotFoundError,
    SiteNotFoundError,
    ThreadClosedError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedMediaTypeError,
)
from service.texts.sentence import Plural, marked
from service.texts.texts import Texts

KEPT = ("name", "email", "website", "body", "parent_id", "receipt")
_SECONDS_TOLD = 90
"""A wait from here on is told in minutes."""
VISIBLE = ("body", "name", "email")
_WANTED = {
    "name": marked("Write your name."),
    "email": marked("Write your email address."),
    "body": marked("Write a comment."),
}
_WRONG = {
    "email": marked("Write an email address such as name@example.org."),
}
_LONGEST = {"name": MAX_NAME_CHARS, "email": 254, "body": MAX_BODY_CHARS}
_TOO_LONG = {
    "name": Plural(
        "The name is too long: %(count)s character, of at most %(most)s.",
        "The name is too long: %(count)s characters, of at most %(most)s.",
    ),
    "email": Plural(
        "The email address is too long: %(count)s character, of at most %(most)s.",
        "The email address is too long: %(count)s characters, of at most %(most)s.",
    ),
    "body": Plural(
        "The comment is too long: %(count)s character, of at most %(most)s.",
        "The comment is too long: %(count)s characters, of at most %(most)s.",
    ),
}
_TOO_MANY_MARKS = {
    "name": marked("The name holds more than %(most)s marks on one letter. Write it anew."),
    "email": marked("The email address holds more than %(most)s marks on one letter. Write it anew."),
    "body": marked("The comment holds more than %(most)s marks on one letter. Write it anew."),
}
_CLOSED = marked("Comments on this article are closed. Your comment was not sent.")
_TOO_LARGE = marked("Your comment is too large to be read. Go back in your browser, shorten it, and send it again.")
_TOO_SLOW = marked(
    "Your comment did not arrive in time. Go back in your browser, where your text still is, and send it again."
)
_UNREAD = marked("The form could not be read. Go back in your browser, where your text still is, and send it again.")
_MISTAKE = (
    marked("The service made a mistake. Your text is kept below: send it again in a moment."),
    marked(
        "The service made a mistake. Go back in your browser, where your text still is, and send it again in a moment."
    ),
)
_FINAL_TOLD = (
    marked(
        "The website that you came from is not set up to send comments here. Your text is kept below: "
        "copy it, and tell the website."
    ),
    marked(
        "The website that you came from is not set up to send comments here. Go back in your browser, "
        "where your text still is, and tell the website."
    ),
)
_FINAL = (
    OriginNotAllowedError,
    UnauthenticatedError,
    ForbiddenError,
    HostUnknownError,
    RouteNotFoundError,
    MethodNotAllowedError,
    SiteNotFoundError,
    UnsupportedMediaTypeError,
)
"""What a reader cannot mend: how the website's form is made, or where it stands. The page has no button to send it: a
page of ours may send what a page of that origin may not."""
_GENERAL: dict[type[RequestError] | tuple[type[RequestError], ...], tuple[str, str]] = {
    ThreadClosedError: (_CLOSED, _CLOSED),
    BodyTooLargeError: (_TOO_LARGE, _TOO_LARGE),
    BodyTooSlowError: (_TOO_SLOW, _TOO_SLOW),
    MalformedBodyError: (marked("The form could not be read whole. Check it, and send it again."), _UNREAD),
    UnavailableError: (
        marked("Comments cannot be taken right now. Your text is kept below: send it again in a moment."),
        marked(
            "Comments cannot be taken right now. Go back in your browser, where your text still is, "
            "and send it again in a moment."
        ),
    ),
    _FINAL: _FINAL_TOLD,
}
"""By kind of error what is told where the text stands below, and where it could not be read; those of a kind below it
are told the same."""
_UNREADABLE = "\ufffd"
_NO_FILES = "Files are not taken."
"""What `web.multipart` says of a field."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, what is wrong with each, and what is wrong with all of it. Where it is final, nothing
    that is changed in the fields would help."""

    values: dict[str, str] = field(default_factory=lambda: dict.fromkeys(KEPT, ""))
    mistakes: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    is_final: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written, or could be read."""
        return not any(self.values[name] for name in VISIBLE)

    @property
    def is_refused(self) -> bool:
        return bool(self.mistakes or self.problem)


def kept(fields: Mapping[str, Any]) -> dict[str, str]:
    """What a reader wrote, as text."""
    return {name: value if isinstance(value := fields.get(name), str) else "" for name in KEPT}


def answering(comment_id: str) -> Form:
    """An empty form for a reply; for none with ""."""
    return Form(kept({"parent_id": comment_id}))


def refused(fields: Mapping[str, Any], error: RequestError | None, texts: Texts) -> Form:
    """The form again, with what is wrong with it in the reader's language; None is a mistake of our own."""
    values = kept(fields)
    if not isinstance(error, InvalidFieldsError):
        return Form(values, {}, _general(values, error, texts), isinstance(error, _FINAL))
    errors: FieldErrors = error.errors or {}
    mistakes = {
        name: _mistake(name, values[name], texts, said=" ".join(map(str, errors[name])))
        for name in VISIBLE
        if name in errors
    }
    problem = ""
    if "parent_id" in errors:
        values["parent_id"] = ""
        problem = texts.gettext(
            "The comment that you answer is no longer here. Send again, and yours will stand by itself."
        )
    elif any(_NO_FILES in said for said in errors.values()):
        problem = texts.gettext("Files cannot be sent with a comment. Send again, and yours goes without them.")
    elif not mistakes:
        problem = texts.gettext("The form could not be read. Check it, and send it again.")
    return Form(values, mistakes, problem)


def _mistake(name: str, value: str, texts: Texts, *, said: str) -> str:
    """What is wrong with a field, by its value and by what the schema said of it."""
    if name in _WANTED and not has_visible(value):
        return texts.gettext(_WANTED[name])
    length, most = len(value.strip().replace("\r\n", "\n")), _LONGEST[name]
    if length > most:
        return texts.say_of_many(_TOO_LONG[name], length, most=texts.number(most))
    if "combining marks" in said:
        return texts.gettext(_TOO_MANY_MARKS[name]) % {"most": MAX_MARKS}
    if name in _WRONG:
        return texts.gettext(_WRONG[name])
    # What is left is a text that becomes too long where its letters are composed (NFC).
    return texts.gettext("Length must be between 1 and %(most)s.") % {"most": most}


def _general(values: Mapping[str, str], error: RequestError | None, texts: Texts) -> str:
    """What is wrong with all of it: said one way where the text can be shown, and another where it was not read."""
    is_unread = not any(values.values())
    if isinstance(error, RateLimitedError):
        return _too_many(error, texts) if not is_unread else _too_many_unread(error, texts)
    if error is None:
        return texts.gettext(_MISTAKE[is_unread])
    if isinstance(error, MalformedBodyError) and any(_UNREADABLE in value for value in values.values()):
        return texts.gettext("Some letters could not be read: they stand as � below. Write them anew, and send again.")
    for kind, told in _GENERAL.items():
        if isinstance(error, kind):
            return texts.gettext(told[is_unread])
    # Translators: the title of an error, and what to do.
    return texts.gettext("%(title)s. Check the form, and send it again.") % {"title": texts.gettext(error.title)}


def _too_many(error: RateLimitedError, texts: Texts) -> str:
    told = texts.gettext("Too many comments came from your connection. Wait %(duration)s, then send again.")
    return told % {"duration": _duration(error, texts)}


def _too_many_unread(error: RateLimitedError, texts: Texts) -> str:
    told = texts.gettext(
        "Too many comments came from your connection. Wait %(duration)s, then go back in your browser, "
        "where your text still is, and send it again."
    )
    return told % {"duration": _duration(error, texts)}


def _duration(error: RateLimitedError, texts: Texts) -> str:
    """How long to wait, as it stands in the sentences above."""
    seconds = error.retry_after_seconds or 60
    if seconds < _SECONDS_TOLD:
        # Translators: what stands for %(duration)s in "Wait %(duration)s, then send again."
        return texts.ngettext("a second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    # Translators: what stands for %(duration)s in "Wait %(duration)s, then send again."
    return texts.ngettext("a minute", "%(count)s minutes", minutes) % {"count": minutes}
