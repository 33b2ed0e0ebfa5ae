"""What a website passes on beside a comment, about its reader or its article: never a reason to refuse the comment,
whose reader did not write it and cannot mend it."""

import unicodedata
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from schemas import controls, visibility
from schemas.node import address_in, is_address, unquoted
from schemas.websites import complete_address

_MOST_CODE_POINTS = 4
"""NFC makes a text at most so many times shorter (UAX #15): what stands behind cannot come into it."""
_MAX_LIST_CHARS = 1000
_MAX_LISTED = 20
"""Addresses of a list that are looked at."""
_FOR = "for="
"""Before an address of `Forwarded` (RFC 7239)."""


class SideValues(dict[str, str]):
    """What was kept of an object: a text for each of its fields, "" where it is unknown. `mended` has the names of what
    was not kept as it was sent: the object's own for one that is none, and for unknown fields in it."""

    def __init__(self, values: Mapping[str, str], mended: Collection[str] = ()) -> None:
        super().__init__(values)
        self.mended = frozenset(mended)


class _SideField(fields.String):
    """A text in it. `read` takes any JSON value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default="", allow_none=True, **kwargs)

    def read(self, value: Any) -> tuple[str, bool]:
        """Returns what is kept of a value, and whether it was mended: less or something else than was sent."""
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:  # noqa: ARG002 the signature is marshmallow's
        return self.read(value)[0]


class SideText(_SideField):
    """One line of text, trimmed and in NFC. It is cut at a length; what is invisible is left out."""

    def __init__(self, *, max_chars: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._max_chars = max_chars

    def read(self, value: Any) -> tuple[str, bool]:
        if type(value) is not str:
            return "", True
        whole = value.strip()
        if len(whole) <= self._max_chars and whole.isascii() and whole.isprintable():
            return whole, False
        clean = _cleaned(whole[: self._max_chars * _MOST_CODE_POINTS])
        composed = unicodedata.normalize("NFC", clean)
        return composed[: self._max_chars].strip(), clean != whole or len(composed) > self._max_chars


class SideAddress(_SideField):
    """An http or https address of at most 2,048 characters; anything else is left out."""

    def read(self, value: Any) -> tuple[str, bool]:
        if type(value) is not str:
            return "", True
        whole = value.strip()
        address = complete_address(whole)
        if not address:
            return "", bool(whole)
        return address, address != unicodedata.normalize("NFC", whole)


class SideIp(_SideField):
    """An IPv4 or IPv6 address, which becomes its usual short form. It may have a port, and the list of an
    `X-Forwarded-For` stands for its first address; what has none is left out."""

    def read(self, value: Any) -> tuple[str, bool]:
        if type(value) is not str:
            return "", True
        whole = value.strip()
        if not whole or is_address(whole):
            return _short(whole), False
        listed = controls.in_one_line(whole[:_MAX_LIST_CHARS]).split(",", _MAX_LISTED)[:_MAX_LISTED]
        return next(filter(None, map(_short, listed)), ""), True


class SideSchema(Schema):
    """The base of such an object: unknown fields are passed over."""

    class Meta:
        unknown = EXCLUDE


class SideData(fields.Nested):
    """An object of such fields, which loads to SideValues whatever was sent; to None for none."""

    def __init__(self, nested: type[SideSchema], **kwargs: Any) -> None:
        super().__init__(nested, load_default=None, allow_none=True, **kwargs)

    def _deserialize(  # type: ignore[override]  # `partial` is for the fields within, and comes in `kwargs`
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,  # noqa: ARG002 the signature is marshmallow's
        **kwargs: Any,  # noqa: ARG002
    ) -> SideValues:
        own, known = attr or "", self._known
        if not isinstance(value, dict):
            return SideValues(dict.fromkeys(known, ""), [own])
        values: dict[str, str] = {}
        mended: list[str] = []
        for name, field in known.items():
            given = value.get(name)
            values[name], is_mended = ("", False) if given is None else field.read(given)
            if is_mended:
                mended.append(f"{own}.{name}")
        if len(value) > sum(name in value for name in known):
            mended.append(own)
        return SideValues(values, mended)

    @cached_property
    def _known(self) -> Mapping[str, _SideField]:
        return {name: field for name, field in self.schema.load_fields.items() if isinstance(field, _SideField)}


def _cleaned(text: str) -> str:
    """Returns a line without what is invisible, and without combining marks where too many stand in a row."""
    text = visibility.without_hidden(controls.in_one_line(text)).strip()
    return visibility.without_marks(text) if visibility.has_too_many_marks(text) else text


def _short(hop: str) -> str:
    """Returns the address of a hop in its usual short form, or "" where it has none."""
    hop = hop.strip()
    node = unquoted(hop[len(_FOR) :] if hop[: len(_FOR)].lower() == _FOR else hop)
    address = address_in(node)
    return "" if address is None else str(address)
