"""Numbers and bytes in base 32 (RFC 4648, 7), in lower case: text that sorts as they do."""

from base64 import b32hexdecode, b32hexencode
from collections.abc import Iterable

ID_CHARS = 16
"""Of a comment's id: ten bytes."""

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
_PAIR_BITS = 10
_PAIR_MASK = (1 << _PAIR_BITS) - 1


def bytes_of(texts: Iterable[str]) -> bytes:
    """The bytes of texts in base 32, one after the other: five of every eight characters. ValueError for others."""
    return b32hexdecode("".join(texts).upper())


def texts_of(raw: bytes, chars: int) -> list[str]:
    """The opposite, of texts of so many characters, a multiple of eight; what is left over at the end is none."""
    whole = len(raw) // (chars * 5 // 8) * chars
    text = b32hexencode(raw + bytes(-len(raw) % 5)).decode().lower()
    return [text[at : at + chars] for at in range(0, whole, chars)]


def in_base_32(number: int, chars: int) -> str:
    """A number of at most 5 bits a character, in so many characters, an even number of them."""
    shifts = range(_PAIR_BITS * (chars // 2 - 1), -1, -_PAIR_BITS)
    return "".join([_PAIRS[number >> shift & _PAIR_MASK] for shift in shifts])
