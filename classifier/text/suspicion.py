"""Finds in a few microseconds whether an ASCII body may hold disguised words, and where.

Every byte is replaced by the letter of its class; suspicious neighbours are then short strings to search for. The
classes are L for letters, D for digits, A for signs that also begin words, S for other signs that stand for letters, a
space for white space, & for itself, and a dot for the rest.
"""

import re
from collections.abc import Iterator

_CLASS_SIGNS = {"L": "'", "D": "0123456789", "A": "@$", "S": "*!|+#%", " ": " \t\n\r\f\v", "&": "&"}


def _class_table() -> bytes:
    """Byte -> the letter of its class."""
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
"""Class -> what is suspicious beside it. The search for a pattern that begins with one letter and looks back from there
is ten times as quick as one for a pattern that begins with a set, and twice as quick as `in`."""

_CANDIDATE = re.compile(rb"[.SAD](?:(?<=L.)[.SAD]*L|(?<=A)L|(?<=LA)A|(?<=D)L|(?<=LD)D|(?<=[AS])[AS]{2})")
"""This finds L[.SAD]+L, AL, LAA, DL, LDD and [AS]{3} from their first sign on, and so passes over letters at once."""

_BEYOND_JOINED = {
    ord("."): re.compile(rb"\.\."),
    ord("D"): re.compile(rb"D(?:\.?L|(?<=LD)D)"),
    ord("A"): re.compile(rb"A(?:\.?L|(?<=LA)A|[AS][AS])"),
    ord("S"): re.compile(rb"S(?:\.?L|[AS][AS])"),
}
"""Where none of these is found, every candidate is L.L, as in well-known."""


def classes_of(body: str) -> bytes:
    """The classes of the characters of an ASCII body, a byte for each."""
    return body.encode().translate(_CLASSES)


def is_spaced(classes: bytes) -> bool:
    """Whether at least three letters in a row stand by themselves, with spaces or other signs between them."""
    return _SPACED.search(classes) is not None or _DOTTED.search(classes) is not None


def _has_any(patterns: dict[int, re.Pattern[bytes]], classes: bytes) -> bool:
    """Whether any pattern is found; one is searched for only where the sign that it begins with occurs at all."""
    for sign, pattern in patterns.items():  # noqa: SIM110  a generator would take twice the time
        if sign in classes and pattern.search(classes) is not None:
            return True
    return False


def is_suspect(classes: bytes) -> bool:
    """Whether a body of these classes may hold disguised words that are not spaced."""
    return _JOINED.search(classes) is not None or _has_any(_SUSPECT_WITH, classes)


def odd_tokens(classes: bytes) -> Iterator[tuple[int, int]]:
    """The half-open bounds of the tokens that may be disguised words, in order."""
    done = 0
    pattern = _CANDIDATE if _has_any(_BEYOND_JOINED, classes) else _JOINED
    for match in pattern.finditer(classes):
        if match.start() >= done:
            start = classes.rfind(b" ", 0, match.start()) + 1
            stop = classes.find(b" ", match.start())
            done = stop if stop >= 0 else len(classes)
            yield start, done
