"""The form as a reader left it: what he wrote is kept, each mistake is named in his words."""

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

KEPT = ("name", "email", "website", "body", "parent_id")
VISIBLE = ("body", "name", "email", "website")
_WANTED = {
    "name": "Write your name.",
    "email": "Write your email address.",
    "body": "Write a comment.",
}
_WRONG = {
    "email": "Write an email address such as name@example.org.",
    "website": "Write a web address that begins with http:// or https://, or leave this empty.",
}
_LONGEST = {"name": MAX_NAME_CHARS, "email": 254, "website": 2048, "body": MAX_BODY_CHARS}
_LABEL = {"name": "The name", "email": "The email address", "website": "The web address", "body": "The comment"}
_UNSHOWN = {
    "control characters": "holds characters that cannot be shown.",
    "cannot be seen": "holds characters that cannot be seen.",
    "combining marks": f"holds more than {MAX_MARKS} marks on one letter.",
}
"""By a piece of what the schema says of a text: what a reader is told."""
_GENERAL: dict[type[RequestError], str] = {
    ThreadClosedError: "Comments on this article are closed. Your comment was not sent.",
    BodyTooLargeError: "Your comment is too large to be read. Go back in your browser, shorten it, and send it again.",
}
_PARENT_GONE = "The comment that you answer is no longer here. Send again, and yours will stand by itself."


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


def refused(fields: Mapping[str, Any], error: RequestError) -> Form:
    """The form again, with what is wrong with it."""
    values = kept(fields)
    if not isinstance(error, InvalidFieldsError):
        return Form(values, {}, _general(error) if fields else _unread(error))
    errors: FieldErrors = error.errors or {}
    mistakes = {name: _mistake(name, values[name], errors[name]) for name in VISIBLE if name in errors}
    problem = ""
    if "parent_id" in errors:
        values["parent_id"] = ""
        problem = _PARENT_GONE
    elif not mistakes:
        problem = "The form could not be read. Check it, and send it again."
    return Form(values, mistakes, problem)


def _mistake(name: str, value: str, messages: Any) -> str:
    if name in _WANTED and not has_visible(value):
        return _WANTED[name]
    length = len(value.strip().replace("\r\n", "\n"))
    if length > _LONGEST[name]:
        return f"{_LABEL[name]} is too long: {length:,} characters, of at most {_LONGEST[name]:,}."
    said = " ".join(map(str, messages))
    for refused, words in _UNSHOWN.items():
        if refused in said:
            return f"{_LABEL[name]} {words} Write it anew."
    return _WRONG.get(name) or said


def _unread(error: RequestError) -> str:
    """For one that was refused before it was read, so that it cannot be shown again."""
    if isinstance(error, RateLimitedError):
        return f"{_limited(error)}, then go back in your browser, where your text still is, and send it again."
    return _general(error)


def _limited(error: RateLimitedError) -> str:
    return f"Too many comments came from your connection. Wait {_spell(error.retry_after_seconds or 60)}"


def _general(error: RequestError) -> str:
    if isinstance(error, RateLimitedError):
        return f"{_limited(error)}, then send again."
    if isinstance(error, UnavailableError):
        return "Comments cannot be taken right now. Your text is kept below: send it again in a moment."
    return _GENERAL.get(type(error), f"{error.title}. Check the form, and send it again.")


def _spell(seconds: int) -> str:
    if seconds < 90:
        return "a second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
