"""Segments of an audit log: so many lines at once, compressed. Lines that do not fill one yet are the log's tail."""

import zlib
from collections.abc import Sequence

LINES = 256
"""In one segment: 16.9 bytes an entry were measured with so many, 20.9 with 64 and 18.6 with 1,024, at level 9."""
MOST_BYTES = 16 * 1024 * 1024
"""No segment of ours is as large when it is unpacked."""
_LEVEL = 6
"""Level 9 takes 0.9 µs more an entry, and saves half a byte of it."""


def joined(lines: Sequence[bytes]) -> bytes:
    """Lines as a tail keeps them, each with its end."""
    return b"".join(line + b"\n" for line in lines)


def split(tail: bytes) -> list[bytes]:
    """The lines of a tail."""
    *lines, rest = tail.split(b"\n")
    return lines if not rest else [*lines, rest]


def pack_segment(lines: Sequence[bytes]) -> bytes:
    return zlib.compress(joined(lines), _LEVEL)


def unpack_segment(packed: bytes) -> list[bytes]:
    """The lines of a segment; ValueError when it is none, or not one of LINES lines."""
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise ValueError("it cannot be unpacked") from error
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError("it is cut off, too large, or has something behind it")
    lines = split(raw)
    if len(lines) != LINES:
        raise ValueError(f"it has {len(lines)} entries, not {LINES}")
    return lines
