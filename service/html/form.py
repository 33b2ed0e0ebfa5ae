"""The form as a reader left it: what he wrote is kept, each mistake is named in his language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.submissions import MAX_BODY_CHARS, MAX_NAME_CHARS
from schemas.visibility import MAX_MARKS, has_visible
from service.errors import (
    BodyTooLargeError,
    FieldErrors,
    InvalidFieldsError,
    RateLimitedError,
    RequestError,
    ThreadClosedError,
    UnavailableError,
)
from service.texts.sentence import Plural, marked
from service.texts.texts import Texts

KEPT = ("name", "email", "website", "body", "parent_id")
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
_GENERAL: dict[type[RequestError], str] = {
    ThreadClosedError: marked("Comments on this article are closed. Your comment was not sent."),
    BodyTooLargeError: marked(
        "Your comment is too large to be read. Go back in your browser, shorten it, and send it again."
    ),
    UnavailableError: marked("Comments cannot be taken right now. Your text is kept below: send it again in a moment."),
}
"""By kind of error; those of a kind below it are told the same."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, what is wrong with each, and what is wrong with all of it."""

    values: dict[str, str] = field(default_factory=lambda: dict.fromkeys(KEPT, ""))
    mistakes: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.mistakes or self.problem)


def kept(fields: Mapping[str, Any]) -> dict[str, str]:
    """What a reader wrote, as text."""
    return {name: value if isinstance(value := fields.get(name), str) else "" for name in KEPT}


def answering(comment_id: str) -> Form:
    """An empty form for a reply; for none with ""."""
    return Form(kept({"parent_id": comment_id}))


def refused(fields: Mapping[str, Any], error: RequestError, texts: Texts) -> Form:
    """The form again, with what is wrong with it in the reader's language."""
    values = kept(fields)
    if not isinstance(error, InvalidFieldsError):
        return Form(values, {}, _general(error, texts) if fields else _unread(error, texts))
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


def _unread(error: RequestError, texts: Texts) -> str:
    """For one that was refused before it was read, so that it cannot be shown again."""
    if not isinstance(error, RateLimitedError):
        return _general(error, texts)
    told = texts.gettext(
        "Too many comments came from your connection. Wait %(duration)s, then go back in your browser, "
        "where your text still is, and send it again."
    )
    return told % {"duration": _duration(error, texts)}


def _general(error: RequestError, texts: Texts) -> str:
    if isinstance(error, RateLimitedError):
        told = texts.gettext("Too many comments came from your connection. Wait %(duration)s, then send again.")
        return told % {"duration": _duration(error, texts)}
    for kind, message in _GENERAL.items():
        if isinstance(error, kind):
            return texts.gettext(message)
    # Translators: the title of an error, and what to do.
    return texts.gettext("%(title)s. Check the form, and send it again.") % {"title": texts.gettext(error.title)}


def _duration(error: RateLimitedError, texts: Texts) -> str:
    """How long to wait, as it stands in the sentences above."""
    seconds = error.retry_after_seconds or 60
    if seconds < _SECONDS_TOLD:
        # Translators: what stands for %(duration)s in "Wait %(duration)s, then send again."
        return texts.ngettext("a second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    # Translators: what stands for %(duration)s in "Wait %(duration)s, then send again."
    return texts.ngettext("a minute", "%(count)s minutes", minutes) % {"count": minutes}
