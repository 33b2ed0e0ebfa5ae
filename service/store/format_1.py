"""Format 1 of a comment, which version 0.1.0 wrote: fields by their names, all that is packed now as JSON."""

import base64
from typing import Any

import orjson

from service.store import keys
from service.store.record import Private, pack_act, pack_private, pack_public, pack_reasons, unpack_reasons
from service.vault import UNNUMBERED

Fields = dict[bytes, bytes]
WERE_HASHES = ("repeat", "idempotency")
"""Kinds of keys that were hashes, and are strings now."""
_NAMES = {name.encode(): short.encode() for name, short in keys.COMMENT_FIELDS.items()}


def is_of_format_1(record: Fields) -> bool:
    return b"private" in record


def of_format_2(record: Fields, public: bytes) -> tuple[Fields, bytes]:
    """The same comment: its record, and what is public of it."""
    packed = record | {
        b"private": _private(orjson.loads(record[b"private"])),
        b"reasons": pack_reasons(unpack_reasons(record[b"reasons"])),
        b"history": b"".join(map(_line, record.get(b"history", b"").split(b"\n"))),
    }
    return {_NAMES[name]: value for name, value in packed.items() if value}, _public(public)


def _private(private: dict[str, Any]) -> bytes:
    return pack_private(Private(**private | {"email": bytes((UNNUMBERED,)) + base64.b64decode(private["email"])}))


def _line(line: bytes) -> bytes:
    if not line:
        return b""
    was = orjson.loads(line)
    act = pack_act(was["act"], was["at_ms"], was["token_id"], was["moderator"], reason=was["reason"], note=was["note"])
    return b'["%s","%s",%s\n' % (was["from"].encode(), was["to"].encode(), act[1:])


def _public(public: bytes) -> bytes:
    """What cannot be read is left as it is, for `doctor` to tell."""
    try:
        was = orjson.loads(public)
        return pack_public(was["name"], was["body"], was["website"] or "", was["parent_id"] or "")
    except (ValueError, KeyError, TypeError):
        return public
