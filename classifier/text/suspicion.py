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
_JOINED = re.compile(rb"\.(?<=L\.)L")
_SPACED = re.compile(rb" L L L")
_DOTTED = re.compile(rb"\.(?<=L\.)L\.L")
_SUSPECT_WITH = {
    ord("D"): re.compile(rb"D(?:L|(?<=LD)D)"),
    ord("A"): re.compile(rb"A(?:L|(?<=LA)A|AA)"),
    ord("S"): re.compile(rb"S(?:(?<=LS)S?L|SS)"),
    ord("&"): re.compile(rb"&[LS]"),
}
"""What to look for where signs of a class occur at all. A pattern that begins with a letter, told from there by looking
back, is searched ten times as quickly as one that begins with a set, and twice as quickly as by `in`."""

_CANDIDATE = re.compile(rb"[.SAD](?:(?<=L.)[.SAD]*L|(?<=A)L|(?<=LA)A|(?<=D)L|(?<=LD)D|(?<=[AS])[AS]{2})")
"""L[.SAD]+L, AL, LAA, DL, LDD or [AS]{3}, told from their first sign: so the search passes over letters at once."""

_BEYOND_JOINED = {
    ord("."): re.compile(rb"\.\."),
    ord("D"): re.compile(rb"D(?:\.?L|(?<=LD)D)"),
    ord("A"): re.compile(rb"A(?:\.?L|(?<=LA)A|[AS][AS])"),
    ord("S"): re.compile(rb"S(?:\.?L|[AS][AS])"),
}
"""Where none of these is found, every candidate is L.L."""


def classes_of(body: str) -> bytes:
    """The class of each character of an ASCII body."""
    return body.encode().translate(_CLASSES)


def is_spaced(classes: bytes) -> bool:
    """Whether there are letters, at least three, each by itself."""
    return _SPACED.search(classes) is not None or _DOTTED.search(classes) is not None


def _has_any(patterns: dict[int, re.Pattern[bytes]], classes: bytes) -> bool:
    for sign, pattern in patterns.items():  # noqa: SIM110  a generator would take twice the time
        if sign in classes and pattern.search(classes) is not None:
            return True
    return False


def is_suspect(classes: bytes) -> bool:
    """Whether a body of these classes may hold disguised words that are not spaced."""
    return _JOINED.search(classes) is not None or _has_any(_SUSPECT_WITH, classes)


def odd_tokens(classes: bytes) -> Iterator[tuple[int, int]]:
    """Bounds of the tokens whose classes are odd."""
    done = 0
    pattern = _CANDIDATE if _has_any(_BEYOND_JOINED, classes) else _JOINED
    for match in pattern.finditer(classes):
        if match.start() >= done:
            start = classes.rfind(b" ", 0, match.start()) + 1
            stop = classes.find(b" ", match.start())
            done = stop if stop >= 0 else len(classes)
            yield start, done
