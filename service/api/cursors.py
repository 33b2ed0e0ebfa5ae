"""Cursors: opaque texts that ask for what comes after a position."""

import base64
import binascii
import hmac
import re

from service.domain.queue import START, Position
from service.domain.thread import ThreadOrder
from service.errors import InvalidFieldsError
from service.vault import Vault

_NOT_GIVEN = "Not a cursor that was given."
_SCORE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?(e-[0-9]{1,2})?")
_ORDINAL = re.compile("[0-9]{1,10}")


def cursor_after(position: Position | None) -> str | None:
    """The opaque text that asks for what comes after a position."""
    return base64.urlsafe_b64encode(":".join(position).encode()).decode() if position else None


def name_cursor_after(kind: str, name: str | None) -> str | None:
    """The opaque text that asks for what comes after a name in a list of things of a kind, such as `site`."""
    return base64.urlsafe_b64encode(f"{kind}:{name}".encode()).decode() if name else None


def name_of(kind: str, cursor: str) -> str:
    """The name that a cursor stands for, "" without one. InvalidFieldsError."""
    if not cursor:
        return ""
    try:
        given, _, name = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        given, name = "", ""
    if given != kind or not name:
        raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
    return name


def ordinal_of(kind: str, cursor: str) -> int | None:
    """The ordinal that a cursor in a list of things of a kind stands for, None without one. InvalidFieldsError."""
    name = name_of(kind, cursor)
    if name and not _ORDINAL.fullmatch(name):
        raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
    return int(name) if name else None


def position_of(cursor: str) -> Position:
    """The position that a cursor stands for. InvalidFieldsError."""
    if not cursor:
        return START
    try:
        score, _, comment_id = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").partition(":")
        is_ours = bool(_SCORE.fullmatch(score)) and comment_id.isalnum()
    except (binascii.Error, ValueError):
        is_ours = False
    if not is_ours:
        raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
    return Position(score, comment_id)


class PublicCursors:
    """The cursors of one thread in one order, which strangers get: signed, so that they ask for no positions of their
    own making."""

    def __init__(self, vault: Vault, site: str, thread: str, *, order: ThreadOrder) -> None:
        self._vault = vault
        self._place = (site, thread)
        self._order = order

    def after(self, position: Position | None) -> str | None:
        """The cursor that asks for what comes after a position."""
        return self._signed(":".join((self._order, *position))) if position else None

    def position_of(self, cursor: str) -> Position:
        """The position that a cursor stands for. InvalidFieldsError when it was not given, to the letter, for this
        thread and order."""
        if not cursor:
            return START
        try:
            text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").rpartition(":")[0]
        except (binascii.Error, ValueError):
            text = ""
        if not hmac.compare_digest(cursor.encode(), self._signed(text).encode()):
            raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
        order, _, rest = text.partition(":")
        if order != self._order:
            raise InvalidFieldsError(errors={"cursor": [f"Given for order={order}."]})
        return Position(*rest.split(":"))

    def _signed(self, text: str) -> str:
        """With 64 bits of a keyed hash behind it."""
        mark = self._vault.digest("cursor", *self._place, text)[:16]
        return base64.urlsafe_b64encode(f"{text}:{mark}".encode()).decode()
