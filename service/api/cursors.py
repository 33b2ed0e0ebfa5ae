"""Cursors: opaque texts that ask for what comes after a position."""

import base64
import binascii
import hmac
import re

from service.domain.queue import START, Position
from service.errors import InvalidFieldsError
from service.vault import Vault

_NOT_GIVEN = "Not a cursor that was given."
_SCORE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?(e-[0-9]{1,2})?")


def cursor_after(position: Position | None) -> str | None:
    """The opaque text that asks for what comes after a position."""
    return base64.urlsafe_b64encode(":".join(position).encode()).decode() if position else None


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


def public_cursor_after(vault: Vault, site: str, thread: str, position: Position | None) -> str | None:
    """A cursor that strangers get: signed, so that they ask for no positions of their own making."""
    return _signed(vault, site, thread, ":".join(position)) if position else None


def public_position_of(vault: Vault, site: str, thread: str, cursor: str) -> Position:
    """The position that it stands for. InvalidFieldsError when it was not given, to the letter, for this thread."""
    if not cursor:
        return START
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii").rpartition(":")[0]
    except (binascii.Error, ValueError):
        text = ""
    if not hmac.compare_digest(cursor.encode(), _signed(vault, site, thread, text).encode()):
        raise InvalidFieldsError(errors={"cursor": [_NOT_GIVEN]})
    score, _, comment_id = text.partition(":")
    return Position(score, comment_id)


def _signed(vault: Vault, site: str, thread: str, text: str) -> str:
    """With 64 bits of a keyed hash behind it."""
    mark = vault.digest("cursor", site, thread, text)[:16]
    return base64.urlsafe_b64encode(f"{text}:{mark}".encode()).decode()
