"""Packs entries into bytes and unpacks them again; lengths are bounded before memory is used for them.

An entry is the number of its texts, the length of each (numbers of 4 bytes, most significant first), and the texts:
key, type, expires_ms, content. In backups of format 1 it is an array of RESP with the same texts.
"""

import re
import struct
from collections.abc import Iterator
from itertools import accumulate, pairwise

from service.errors import BackupError
from service.upkeep.entries import DIVISIBLE, LENGTH_BYTES, PIECE_BYTES, Entry

MAX_ENTRY_BYTES = 128 * 1024 * 1024
UNBOUNDED = 2**40
MIN_BYTES_A_TEXT = 16
"""An entry may have one text for each of so many bytes of its bound, because each text takes memory of its own."""
_HEAD_TEXTS = 3
"""Key, type and expires_ms come before the content."""
MAX_KEY_BYTES = 8 * 1024
_EXPIRES = re.compile(rb"-1|\d{1,19}")
_RESP_LENGTH = re.compile(rb"[*$]\d{1,10}")
_RESP_LINE_BYTES = 13


def packed(entry: Entry) -> bytes:
    """Returns an entry as bytes."""
    texts = [entry.key, entry.kind, b"%d" % entry.expires_ms, *entry.parts]
    return b"".join((struct.pack(f">{1 + len(texts)}I", len(texts), *map(len, texts)), *texts))


class _Stream:
    """Takes bytes that come in chunks in any other sizes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""
        self._at = 0

    def is_over(self) -> bool:
        """Returns whether all bytes were taken."""
        while self._at == len(self._held):
            following = next(self._chunks, None)
            if following is None:
                return True
            self._held, self._at = following, 0
        return False

    def take(self, count: int) -> bytes:
        """Returns so many bytes; raises BackupError when there are fewer."""
        end = self._at + count
        if end > len(self._held):
            return self._gather(count)
        taken = self._held[self._at : end]
        self._at = end
        return taken

    def _gather(self, count: int) -> bytes:
        parts: list[bytes] = []
        while count:
            if self.is_over():
                raise BackupError("The backup ends in the middle of an entry.")
            parts.append(self._held[self._at : self._at + count])
            self._at += len(parts[-1])
            count -= len(parts[-1])
        return b"".join(parts)

    def take_line(self, max_bytes: int) -> bytes:
        """Returns the bytes before the next CR LF; raises BackupError when the line has more than `max_bytes`."""
        end = self._held.find(b"\r\n", self._at, self._at + max_bytes)
        if end >= 0:
            line, self._at = self._held[self._at : end], end + 2
            return line
        line = b""
        while not line.endswith(b"\r\n"):
            if len(line) >= max_bytes:
                raise BackupError("An entry of the backup cannot be read.")
            line += self.take(1)
        return line[:-2]


def entries(chunks: Iterator[bytes], max_bytes: int) -> Iterator[Entry]:
    """Yields the entries of a file; raises BackupError at one that is not valid or has more than `max_bytes`."""
    stream = _Stream(chunks)
    while not stream.is_over():
        (count,) = struct.unpack(">I", stream.take(LENGTH_BYTES))
        if not _HEAD_TEXTS <= count <= max_bytes // MIN_BYTES_A_TEXT:
            raise BackupError(f"An entry of the backup has {count} texts.")
        lengths = struct.unpack(f">{count}I", stream.take(LENGTH_BYTES * count))
        if sum(lengths) > max_bytes:
            raise BackupError(f"An entry of the backup has {sum(lengths)} bytes.")
        whole = stream.take(sum(lengths))
        key, kind, expires_ms, *parts = [whole[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]
        yield Entry(key, kind, _expires(expires_ms), parts=parts)


def resp_entries(chunks: Iterator[bytes], max_bytes: int) -> Iterator[Entry]:
    """Yields the entries of a file of format 1, large ones in pieces; raises BackupError as `entries` does."""
    stream = _Stream(chunks)
    while not stream.is_over():
        left = _resp_length(stream, b"*") - _HEAD_TEXTS
        if left < 0:
            raise BackupError("An entry of the backup has too few texts.")
        key, kind = (_resp_text(stream, MAX_KEY_BYTES) for _ in range(2))
        expires_ms = _expires(_resp_text(stream, MAX_KEY_BYTES))
        yield from _resp_pieces(stream, Entry(key, kind, expires_ms, parts=[]), left, max_bytes=max_bytes)


def _resp_pieces(stream: _Stream, entry: Entry, texts_left: int, max_bytes: int) -> Iterator[Entry]:
    parts: list[bytes] = []
    size = 0
    for left in reversed(range(texts_left)):
        parts.append(_resp_text(stream, max_bytes - size))
        size += len(parts[-1]) + LENGTH_BYTES
        if size >= PIECE_BYTES and len(parts) % 2 == 0 and left and entry.kind in DIVISIBLE:
            yield entry._replace(parts=parts)
            parts, size = [], 0
    yield entry._replace(parts=parts)


def _resp_text(stream: _Stream, max_bytes: int) -> bytes:
    length = _resp_length(stream, b"$")
    if length > max_bytes:
        raise BackupError(f"A text of the backup has {length} bytes.")
    text = stream.take(length)
    if stream.take(2) != b"\r\n":
        raise BackupError("An entry of the backup cannot be read.")
    return text


def _resp_length(stream: _Stream, kind: bytes) -> int:
    line = stream.take_line(_RESP_LINE_BYTES)
    if not _RESP_LENGTH.fullmatch(line) or not line.startswith(kind):
        raise BackupError("An entry of the backup cannot be read.")
    return int(line[1:])


def _expires(text: bytes) -> int:
    if not _EXPIRES.fullmatch(text):
        raise BackupError("An entry of the backup expires at no time that there is.")
    return int(text)
