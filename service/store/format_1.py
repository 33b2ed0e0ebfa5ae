"""Format 1, which version 0.1.0 wrote: a comment has fields by their names, and as JSON all that is packed now; what is
remembered for a while is a hash. Each is rewritten in one step, in its place."""

import base64
from collections.abc import Sequence
from typing import Any

import orjson
import structlog

from service.link.link import Link
from service.store import key_kinds, keys, scripts
from service.store.record import Private, pack_act, pack_private, pack_public, pack_reasons, unpack_reasons
from service.vault import UNNUMBERED

Fields = dict[bytes, bytes]
THREAD_FIELD = "thread"
"""Where a comment's record had its thread."""
_REMEMBERED = {"repeat": (" ", "comment_id", "state"), "idempotency": ("\n", "fingerprint", "answer")}
"""Of each kind of key that was a hash and is a string now: what stands between the values, and the hash's fields."""
WERE_HASHES = tuple(_REMEMBERED)
_TELLING_FIELDS = {"comment": "private"} | {kind: fields[0] for kind, (_, *fields) in _REMEMBERED.items()}
"""What a key of format 1 has, and none of a later one."""
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)
_NAMES = {name.encode(): short.encode() for name, short in keys.COMMENT_FIELDS.items()}


log = structlog.get_logger(__name__)


async def find(link: Link, names: Sequence[bytes]) -> list[bytes]:
    """Those of these keys, all of one site, that are of format 1."""
    told = [(name, _TELLING_FIELDS.get(key_kinds.parts_of(name).kind)) for name in names]
    asked = [(name, field) for name, field in told if field]
    if not asked:
        return []
    (places,) = await scripts.FIND_BY_FIELD.run(link, [name for name, _ in asked], *(field for _, field in asked))
    return [asked[place - 1][0] for place in places]


async def rewrite(link: Link, name: bytes) -> None:
    """Rewrites one key that was found."""
    site, kind, rest = key_kinds.parts_of(name)
    if kind == "comment":
        await rewrite_comment(link, site, rest)
    else:
        await scripts.UPGRADE_REMEMBERED.run(link, [name], *_REMEMBERED[kind])


async def rewrite_comment(link: Link, site: str, comment_id: str) -> bool:
    """Rewrites a comment that is of format 1; whether there is a comment that can be read. What is damaged stays as it
    is, for `doctor` to tell."""
    name = keys.comment(site, comment_id)
    while True:
        flat = await link.call("HGETALL", name)
        record: Fields = dict(zip(flat[::2], flat[1::2], strict=True))
        if not is_of_format_1(record):
            return bool(record)
        comments = keys.thread_keys(site, record.get(THREAD_FIELD.encode(), b"").decode(errors="replace")).comments
        public = await link.call("HGET", comments, comment_id) or b""
        try:
            packed, public = of_format_2(record, public)
        except _UNREADABLE as error:
            # Not with its traceback, which may have words of the comment.
            log.error("comment_not_upgraded", comment_id=comment_id, reason=type(error).__name__)  # noqa: TRY400
            return False
        fields = [part for pair in packed.items() for part in pair]
        revision = record.get(b"revision", b"")
        (is_done,) = await scripts.UPGRADE_COMMENT.run(link, [name, comments], comment_id, revision, public, *fields)
        if is_done:
            return True


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
