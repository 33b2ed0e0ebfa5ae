"""Tables that fold code points into the symbols of which features are made."""

import unicodedata
from functools import cache
from string import ascii_lowercase, digits

import numpy as np
from numpy.typing import NDArray

FOLD_SIZE = 0x20000
"""Code points from here on (rare ideographs, tags) are folded like the last entry of the table, to a space."""

DROPPED = 0
"""A code point that is folded to this vanishes; `traced` relies on its being 0."""

SPACE = 32

KIND_SPACE, KIND_WORD, KIND_PICTURE = range(3)
"""What a symbol is to the bounds of words: between them, a part of one, or a word by itself."""

_WORD_SYMBOLS = "@$*#%+"
"""These signs stay inside words, because people write letters with them."""

_APOSTROPHES = "'\u2019\u2018\u02bc\u00b4`\u201b"
"""These are dropped, so that don't and dont are one word."""

_COMPATIBILITY_BLOCKS = (
    (0x00A0, 0x0250),  # Latin-1 and Latin Extended
    (0x1D00, 0x1DC0),  # phonetic and small capitals
    (0x1E00, 0x1F00),  # Latin Extended Additional
    (0x2070, 0x20A0),  # superscripts, subscripts
    (0x2100, 0x2150),  # letter-like
    (0x2460, 0x2500),  # enclosed
    (0xFF00, 0xFF5F),  # full width
    (0x1D400, 0x1D800),  # mathematical alphanumerics
    (0x1F110, 0x1F16A),  # squared and circled letters
    (0x1F170, 0x1F18A),
)

_NEGATIVE_CIRCLED_A, _NEGATIVE_SQUARED_A = 0x1F150, 0x1F170
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_PICTURE_BLOCKS = ((0x2100, 0x2C00), (0x1F000, 0x1FC00))
_SINGLE_LETTERS = {"ß": "s", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "t", "ð": "d"}
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))


def _first_ascii(character: str) -> int:
    """The ASCII code of the letter or digit that a compatibility character stands for, or 0 where there is none."""
    plain = unicodedata.normalize("NFKD", character).lower()
    letter = next((part for part in plain if part.isalnum() and part.isascii()), "")
    return ord(letter) if letter else 0


def _fold_compatibility(table: NDArray[np.uint32]) -> None:
    """Folds characters that are another form of a letter or digit to that one."""
    for first, past in _COMPATIBILITY_BLOCKS:
        for code in range(first, past):
            folded = _first_ascii(chr(code))
            if folded:
                table[code] = folded
    for letters in (_SINGLE_LETTERS, _SMALL_CAPITALS):
        for letter, plain in letters.items():
            table[ord(letter)] = ord(plain)
            if len(letter.upper()) == 1:
                table[ord(letter.upper())] = ord(plain)
    for offset, letter in enumerate(ascii_lowercase):
        table[_NEGATIVE_CIRCLED_A + offset] = table[_NEGATIVE_SQUARED_A + offset] = ord(letter)


def _fold_plain(table: NDArray[np.uint32], code: int) -> None:
    """Folds one code point by its category: to lower case, to a space, to nothing, or to itself."""
    character = chr(code)
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf", "Cs") or code in _SKIN_TONES:
        table[code] = DROPPED
    elif category[0] in "LN":
        lower = character.lower()
        table[code] = ord(lower) if len(lower) == 1 else code
    elif category == "So":
        table[code] = code
    else:
        table[code] = SPACE


_SCANNED_BLOCKS = ((0, 0x3100), (0xA640, 0xA800), (0xD800, 0xE000), (0xFB00, 0x10000), (0x1F000, 0x1FC00))
"""Elsewhere below FOLD_SIZE there are letters without case, which stay as they are."""


@cache
def fold_table() -> NDArray[np.uint32]:
    """(FOLD_SIZE,) uint32: code point -> symbol, where DROPPED vanishes and SPACE parts words."""
    table = np.arange(FOLD_SIZE, dtype=np.uint32)
    for first, past in _SCANNED_BLOCKS:
        for code in range(first, past):
            _fold_plain(table, code)
    _fold_compatibility(table)
    for sign in _WORD_SYMBOLS:
        table[ord(sign)] = ord(sign)
    for sign in _APOSTROPHES:
        table[ord(sign)] = DROPPED
    table[0] = table[FOLD_SIZE - 1] = SPACE
    return table


@cache
def kind_table() -> NDArray[np.uint8]:
    """(FOLD_SIZE,) uint8: symbol -> KIND_SPACE, KIND_WORD or KIND_PICTURE."""
    table = np.full(FOLD_SIZE, KIND_WORD, dtype=np.uint8)
    table[:128] = KIND_SPACE
    for sign in f"{ascii_lowercase}{digits}{_WORD_SYMBOLS}":
        table[ord(sign)] = KIND_WORD
    for first, past in _PICTURE_BLOCKS:
        table[first:past] = KIND_PICTURE
    return table
