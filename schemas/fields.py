"""Fields that several schemas share; they are strict about the characters of a text."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from schemas import controls, patterns, visibility
from schemas.origin import OriginError, parse_origin

SITE_PATTERN = r"^[a-z0-9-]{1,64}\Z"
LANGUAGE_PATTERN = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}\Z"
"""A well-formed tag but for those of private use alone and those older than RFC 4646 (RFC 5646, 2.1)."""
COMMENT_ID_PATTERN = r"^[0-9a-z]{16}\Z"
MAX_URL_CHARS = 2048
MAX_EMAIL_CHARS = 254
_MAX_LANGUAGE_CHARS = 35
"""What applications should have room for (RFC 5646, 4.4.1)."""
_SCRIPT_CHARS, _REGION_CHARS = 4, 2
MAX_REVISION = 2**53
MAX_CURSOR_CHARS = 512
CHECKED = ("1", "true", "on")
"""What a form says where a box is checked."""
MAX_CHECKED_CHARS = 20
"""What is longer, spaces around it included, says no without being read."""
MAX_UNKNOWN_NAMED = 20
"""A refusal names this many unknown fields at most: thousands would cost more than all other checks."""

TIME = {"format": "date-time"}
"""The metadata of a time on the wire, RFC 3339."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NOT_IN_ADDRESS = re.compile(r'[\s<>"\\^`{|}]')
_MOST_CODE_POINTS = 4
"""NFC makes a text at most so many times shorter (UAX #15): a longer one is refused before it is composed."""


def _is_carried_by_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _require_few_marks(text: str) -> None:
    if visibility.has_too_many_marks(text):
        raise ValidationError(f"Holds more than {visibility.MAX_MARKS} combining marks in a row.")


class PlainText(fields.String):
    """One line as programs write it, such as a thread's id, which becomes trimmed and in NFC.

    Refuses control characters, lone surrogates, and more than 30 combining marks in a row. Lengths are in code points
    of the result; a text that no composition makes short enough is refused before it is composed.
    """

    _pattern, _pattern_of_filled = patterns.LINE, patterns.FILLED_LINE

    def __init__(self, *, min_chars: int = 0, max_chars: int, **kwargs: Any) -> None:
        self._length = validate.Length(min=min_chars, max=max_chars)
        pattern = self._pattern_of_filled if min_chars else self._pattern
        metadata = {"pattern": pattern} if pattern else {}
        super().__init__(validate=self._length, metadata=metadata | kwargs.pop("metadata", {}), **kwargs)
        self._min_chars, self._max_chars = min_chars, max_chars

    def plainly(self, value: Any) -> str | None:
        """Returns the trimmed value when a quick check finds it valid so far, or None: then it needs the full check."""
        if type(value) is not str:
            return None
        if value[:1].isspace() or value[-1:].isspace():
            value = value.strip()
        if not self._min_chars <= len(value) <= self._max_chars:
            return None
        if not value.isascii() and not self._is_plain(value):
            return None
        return value if self._is_in_place(value) else None

    def _is_in_place(self, text: str) -> bool:
        """Returns whether a text holds none of the characters that it must not hold wherever they stand."""
        return not controls.has_controls(text)

    def _is_plain(self, text: str) -> bool:
        """Returns whether a text that is not ASCII is valid as it is; marks are counted before the check for NFC."""
        return (
            _is_carried_by_utf8(text)
            and not visibility.has_too_many_marks(text)
            and unicodedata.is_normalized("NFC", text)
        )

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        if len(text) > self._max_chars * _MOST_CODE_POINTS:
            self._length(text)
        text = self._mended(text)
        if not text.isascii():
            text = self._composed(text)
        if not self._is_in_place(text):
            raise ValidationError("Holds control characters.")
        return text

    def _mended(self, text: str) -> str:
        """Returns the text as it is: a program can send it as it should be."""
        return text

    def _composed(self, text: str) -> str:
        """Returns a text that is not ASCII in NFC."""
        if not _is_carried_by_utf8(text):
            raise ValidationError("Holds a lone surrogate, which no UTF-8 text can carry.")
        _require_few_marks(text)
        composed = unicodedata.normalize("NFC", text)
        if len(composed) > self._max_chars:
            self._length(composed)
        if len(composed) > len(text):
            _require_few_marks(composed)  # composition may have added marks
        return composed


class Lines(PlainText):
    """Text of several lines that a person wrote. Line ends of every kind become `\\n`; other control characters, and
    what is no character, are left out, as their writer cannot see them."""

    _pattern, _pattern_of_filled = patterns.ANYTHING, patterns.SOMETHING

    def _is_in_place(self, text: str) -> bool:
        return controls.is_in_lines(text)

    def _mended(self, text: str) -> str:
        return controls.in_lines(text).strip()


class Paragraphs(Lines):
    """Text of several lines with at least one visible character; invisible ones are kept."""

    def __init__(self, *, max_chars: int, **kwargs: Any) -> None:
        super().__init__(min_chars=1, max_chars=max_chars, **kwargs)

    def _is_plain(self, text: str) -> bool:
        return super()._is_plain(text) and visibility.has_visible(text)

    def _composed(self, text: str) -> str:
        text = super()._composed(text)
        if not visibility.has_visible(text):
            raise ValidationError("Holds nothing that can be seen.")
        return text


class Line(PlainText):
    """One line that people read. What is invisible or changes the direction is left out, but not joiners and selectors
    where emoji and scripts need them; line ends and tabs become a space. A text of nothing visible is refused."""

    _gap = " "
    _pattern, _pattern_of_filled = patterns.ANYTHING, patterns.SOMETHING

    def _is_in_place(self, text: str) -> bool:
        return controls.is_in_one_line(text)

    def _is_plain(self, text: str) -> bool:
        return super()._is_plain(text) and not visibility.has_hidden(text) and visibility.has_visible(text)

    def _mended(self, text: str) -> str:
        if text.isprintable() and text.isascii():
            return text
        seen = visibility.without_hidden(controls.in_one_line(text, gap=self._gap)).strip()
        if text and not visibility.has_visible(seen):
            raise ValidationError("Holds nothing that can be seen.")
        return seen


class Email(Line):
    """An email address of 3-254 characters: text, one @, text, no spaces. Only a mail could show more."""

    _gap = ""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"pattern": patterns.EMAIL} | kwargs.pop("metadata", {})
        super().__init__(min_chars=3, max_chars=MAX_EMAIL_CHARS, metadata=metadata, **kwargs)

    def plainly(self, value: Any) -> str | None:
        text = super().plainly(value)
        return text if text is not None and _EMAIL.fullmatch(text) else None

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _EMAIL.fullmatch(text):
            raise ValidationError("Not a valid email address.")
        return text


class WebAddress(Line):
    """An http or https address of at most 2,048 characters; an empty text means none."""

    _gap = ""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"pattern": patterns.WEB_ADDRESS} | kwargs.pop("metadata", {})
        super().__init__(max_chars=MAX_URL_CHARS, metadata=metadata, **kwargs)

    def plainly(self, value: Any) -> str | None:
        text = super().plainly(value)
        return text if text is not None and (not text or is_web_address(text)) else None

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not is_web_address(text):
            raise ValidationError("Not a valid http or https address.")
        return text


def is_web_address(text: str) -> bool:
    """Returns whether a text is an absolute http(s) URL with a host and without spaces or a user name."""
    if _NOT_IN_ADDRESS.search(text) or visibility.has_too_many_marks(text):
        return False
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


class Origin(Line):
    """The origin of web pages, which becomes what browsers send: see `schemas.origin.parse_origin`."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"pattern": patterns.ORIGIN} | kwargs.pop("metadata", {})
        super().__init__(min_chars=1, max_chars=300, metadata=metadata, **kwargs)

    def plainly(self, value: Any) -> str | None:  # noqa: ARG002
        return None

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return parse_origin(text)
        except OriginError as error:
            raise ValidationError(f"Not an origin such as https://news.example: {error}") from error


class LanguageTag(fields.String):
    """A language as a tag such as `de` or `pt-BR` (BCP 47), of at most 35 characters, which becomes written as usual:
    a region in capital letters, a script with a first one (RFC 5646, 2.1.1)."""

    def __init__(self, **kwargs: Any) -> None:
        checks = [
            validate.Length(max=_MAX_LANGUAGE_CHARS),
            validate.Regexp(LANGUAGE_PATTERN, error="Not a language tag such as de or pt-BR."),
        ]
        super().__init__(validate=checks, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        language, *subtags = super()._deserialize(value, attr, data, **kwargs)[: 2 * _MAX_LANGUAGE_CHARS].split("-")
        return "-".join([language.lower(), *map(_usual_case, subtags)])


def _usual_case(subtag: str) -> str:
    if len(subtag) == _SCRIPT_CHARS:
        return subtag.capitalize()
    return subtag.upper() if len(subtag) == _REGION_CHARS else subtag.lower()


class StrictInteger(fields.Integer):
    """A JSON integer, such as 7 or 7.0; a text, a fraction or a boolean is refused."""

    def __init__(self, *, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(lowest, highest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return super()._deserialize(value, attr, data, **kwargs)


class StrictBoolean(fields.Boolean):
    """A JSON boolean; marshmallow's other spellings of truth values are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:  # noqa: ARG002 the signature is marshmallow's
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


def check_year(time: datetime) -> None:
    """Raises ValidationError for a time that is not from 1971 to 9999."""
    try:
        is_in_range = time.astimezone(UTC).year >= 1971
    except OverflowError:
        is_in_range = False
    if not is_in_range:
        raise ValidationError("Not a time from 1971 to 9999.")


class Checkbox(StrictBoolean):
    """A JSON boolean, or null for false; in a form, whose fields are texts, the value of a checked box.

    A form that says anything else says no: its reader could not mend it.
    """

    is_of_form = False
    """Set on the field of a schema that loads forms."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default=False, allow_none=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if self.is_of_form:
            return isinstance(value, str) and len(value) <= MAX_CHECKED_CHARS and value.strip().lower() in CHECKED
        return super()._deserialize(value, attr, data, **kwargs)


class Probability(fields.Float):
    """A JSON number in [0, 1]."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(0, 1), allow_nan=False, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryInteger(fields.Integer):
    """A whole number in a query, in digits alone; Python would read `1_0` and `+1` too."""

    def __init__(self, *, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(lowest, highest), **kwargs)
        self._lowest, self._highest = lowest, highest

    def plainly(self, value: Any) -> int | None:
        """Returns the number when a quick check finds it valid, or None: then it needs the full check."""
        if not (type(value) is str and value.isascii() and value.isdigit() and len(value) <= len(str(self._highest))):
            return None
        number = int(value)
        return number if self._lowest <= number <= self._highest else None

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not (isinstance(value, str) and value.isascii() and value.isdigit()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def page_limit(default: int) -> fields.Integer:
    """Returns the field of a query for the length of a page, 1-200."""
    description = "How many items a page holds at most."
    return QueryInteger(load_default=default, lowest=1, highest=200, metadata={"description": description})


def query_cursor() -> fields.String:
    """Returns the field of a query for the opaque position where a list continues."""
    description = "Where the list goes on: `next_cursor` of the page before, as it is. Left out for the first page."
    length = validate.Length(max=MAX_CURSOR_CHARS)
    return fields.String(
        load_default="", validate=length, metadata={"description": description, "pattern": patterns.CURSOR}
    )


def next_cursor() -> fields.String:
    """Returns the field of an answer for the cursor of the next page, null on the last page."""
    description = "The `cursor` of the next page; null on the last one. It is opaque: pass it on as it is."
    return fields.String(allow_none=True, required=True, metadata={"description": description})


def field_errors(error: ValidationError) -> dict[str, list[str]]:
    """Returns the messages of an error by field, such as `article.url`; those of the whole body are under `_body`."""
    flat: dict[str, list[str]] = {}
    _flatten(error.normalized_messages(), "", flat)  # type: ignore[no-untyped-call]
    return flat


def _flatten(messages: Any, path: str, flat: dict[str, list[str]]) -> None:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            here = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            _flatten(inner, here, flat)
    elif isinstance(messages, list):
        flat.setdefault(path or "_body", []).extend(str(message) for message in messages)


class BoundedList(fields.List[Any]):
    """A list whose length is checked before its items."""

    def __init__(self, item: fields.Field[Any], *, fewest: int = 0, most: int, **kwargs: Any) -> None:
        self._length = validate.Length(fewest, most)
        super().__init__(item, validate=self._length, **kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self._most:
            self._length(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Closed(Schema):
    """The base of every JSON body: it refuses unknown fields, and names the first MAX_UNKNOWN_NAMED of them."""

    shape_rules: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """What JSON Schema can say of the whole body beside its fields, for the API's description."""

    def load(self, data: Any, **kwargs: Any) -> Any:
        if isinstance(data, dict) and len(data) > len(self.load_fields) + MAX_UNKNOWN_NAMED:
            unknown = (name for name in data if name not in self.load_fields)
            kept = {*self.load_fields, *islice(unknown, MAX_UNKNOWN_NAMED)}
            data = {name: data[name] for name in kept if name in data}
        return super().load(data, **kwargs)
