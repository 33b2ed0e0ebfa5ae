"""Finds in a few microseconds whether an ASCII body may hold disguised words, and where.

Every byte is replaced by the letter of its class; suspicious neighbours are then short strings to look for.
"""

import re
from collections.abc import Iterator

_CLASS_SIGNS = {"L": "'", "D": "0123456789", "A": "@$", "S": "*!|+#%", " ": " \t\n\r\f\v", "&": "&"}


def _class_table() -> bytes:
    """Byte -> the letter of its class; L letter, D digit, A sign that begins words too, S sign, "." the rest."""
    table = bytearray(b"." * 256)
    for byte in range(128):
        if chr(byte).isalpha():
            table[byte] = ord("L")
    for name, signs in _CLASS_SIGNS.items():
        for sign in signs:
            table[ord(sign)] = ord(name)
    return bytes(table)


_CLASSES = _class_table()
_SUSPECT_ALWAYS = (b"L.L", b" L L L")
_SUSPECT_WITH = {
    b"D": (b"DL", b"LDD"),
    b"A": (b"AL", b"LAA", b"AAA"),
    b"S": (b"LSL", b"LSSL", b"SSS"),
    b"&": (b"&L", b"&S"),
}
"""What to look for in the classes of a body: always, and where signs of a class occur at all."""

_COMMON_SIGNS = bytes(byte for byte in range(128) if chr(byte) not in "0123456789@$*!|+#%&")
_CANDIDATE = re.compile(rb"[.SAD](?:(?<=L.)[.SAD]*L|(?<=A)L|(?<=LA)A|(?<=D)L|(?<=LD)D|(?<=[AS])[AS]{2})")
"""L[.SAD]+L, AL, LAA, DL, LDD or [AS]{3}, told from their first sign: so the search passes over letters at once."""


def _has_suspects(classes: bytes, uncommon: bytes) -> bool:
    """Whether a body of these classes may hold disguised words; `uncommon` are those of its uncommon signs alone."""
    for suspect in _SUSPECT_ALWAYS:
        if suspect in classes:
            return True
    for name, suspects in _SUSPECT_WITH.items():
        if name in uncommon and any(suspect in classes for suspect in suspects):
            return True
    return False


def suspect_classes(body: str) -> bytes | None:
    """The classes of an ASCII body that may hold disguised words, None for one that cannot."""
    encoded = body.encode()
    classes = encoded.translate(_CLASSES)
    return classes if _has_suspects(classes, encoded.translate(_CLASSES, _COMMON_SIGNS)) else None


def odd_tokens(classes: bytes) -> Iterator[tuple[int, int]]:
    """Bounds of the tokens whose classes are odd."""
    done = 0
    for match in _CANDIDATE.finditer(classes):
        if match.start() >= done:
            start = classes.rfind(b" ", 0, match.start()) + 1
            stop = classes.find(b" ", match.start())
            done = stop if stop >= 0 else len(classes)
            yield start, done
