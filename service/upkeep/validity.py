"""Checks the key, the type and the structure of an entry of a backup."""

import re
from collections.abc import Iterator
from itertools import pairwise

from service.errors import BackupError
from service.store import key_kinds
from service.store.format_1 import WERE_HASHES
from service.store.key_kinds import KeyType
from service.upkeep.entries import FOR_EVER, Entry

MAX_EXPIRES_MS = 2**53
_SCORE = re.compile(rb"-?(\d{1,20}(\.\d{1,20})?(e[+-]?\d{1,3})?|inf)")
_STREAM_ID = re.compile(rb"(\d{1,20})-(\d{1,20})")
_COUNT = re.compile(rb"\d{1,15}")
_HEAD_TEXTS = 3
"""The content of a stream begins with its last id, the number of entries ever added, and the largest deleted id."""

StreamId = tuple[int, int]


def check_entry(entry: Entry, store_format: int) -> None:
    """Raises BackupError, with the reason, for an entry that cannot be in a store of that format."""
    kind = key_kinds.type_of(entry.key)
    if store_format == 1 and entry.kind == b"hash" and key_kinds.parts_of(entry.key).kind in WERE_HASHES:
        kind = KeyType.HASH
    if kind is None:
        raise BackupError(f"{_shown(entry.key)} is no key of commentdesk's.")
    if entry.kind != kind.value.encode():
        raise BackupError(f"{_shown(entry.key)} is of the type {_shown(entry.kind)}, and should be of {kind}.")
    if entry.expires_ms != FOR_EVER and not 0 < entry.expires_ms < MAX_EXPIRES_MS:
        raise BackupError(f"{_shown(entry.key)} expires at no time that there is.")
    if not _CHECKS[kind](entry.parts):
        raise BackupError(f"The content of {_shown(entry.key)} is none of a {kind}.")


def _shown(text: bytes) -> str:
    """Returns a text in a short form without control characters, which could move the cursor of a terminal."""
    return ascii(text[:100].decode("utf-8", "replace"))


def _is_string(parts: list[bytes]) -> bool:
    return len(parts) == 1


def _is_hash(parts: list[bytes]) -> bool:
    return len(parts) >= 2 and len(parts) % 2 == 0


def _is_sorted_set(parts: list[bytes]) -> bool:
    return _is_hash(parts) and all(map(_SCORE.fullmatch, parts[1::2]))


def _is_stream(parts: list[bytes]) -> bool:
    if len(parts) <= _HEAD_TEXTS or not _COUNT.fullmatch(parts[1]):
        return False
    try:
        last, deleted, ids = _stream_id(parts[0]), _stream_id(parts[2]), list(_entry_ids(parts[_HEAD_TEXTS:]))
    except ValueError:
        return False
    is_rising = all(before < after for before, after in pairwise(ids))
    return is_rising and ids[0] > (0, 0) and ids[-1] <= last and deleted <= last and len(ids) <= int(parts[1])


def _entry_ids(rest: list[bytes]) -> Iterator[StreamId]:
    """Yields the id of each entry; raises ValueError where the structure is not valid."""
    at = 0
    while at < len(rest):
        count = rest[at + 1] if at + 1 < len(rest) else b""
        if not _COUNT.fullmatch(count) or int(count) < 2 or int(count) % 2 or at + 2 + int(count) > len(rest):
            raise ValueError("not as many texts as are told")
        yield _stream_id(rest[at])
        at += 2 + int(count)


def _stream_id(text: bytes) -> StreamId:
    found = _STREAM_ID.fullmatch(text)
    if found is None or max(map(int, found.groups())) >= 2**64:
        raise ValueError("no id of a stream")
    return int(found.group(1)), int(found.group(2))


_CHECKS = {
    KeyType.STRING: _is_string,
    KeyType.HASH: _is_hash,
    KeyType.SORTED_SET: _is_sorted_set,
    KeyType.STREAM: _is_stream,
}
