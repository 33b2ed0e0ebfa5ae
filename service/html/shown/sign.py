"""The labels and names of characters that cannot be seen."""

import unicodedata
from functools import lru_cache

from service.html.shown.piece import Chip

_LABELS = {
    "\u00ad": "SHY",
    "\u034f": "CGJ",
    "\u061c": "ALM",
    "\u115f": "HCF",
    "\u1160": "HJF",
    "\u180e": "MVS",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u2028": "LSEP",
    "\u2029": "PSEP",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2060": "WJ",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\u3164": "HF",
    "\ufeff": "BOM",
    "\uffa0": "HWHF",
    "\ufffc": "OBJ",
    "\x7f": "DEL",
    "\x85": "NEL",
}
"""The usual abbreviations, as the Unicode Standard's charts have them."""
_CONTROL_LABELS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_CONTROLS = tuple(_CONTROL_LABELS.split())
"""U+0000 to U+001F, by their code."""
_CONTROL_PICTURES = 0x2400
_FIRST_SELECTOR, _LAST_SELECTOR = 0xFE00, 0xFE0F
_FIRST_SUPPLEMENT, _LAST_SUPPLEMENT = 0xE0100, 0xE01EF
_SELECTORS_BEFORE = 16
_FIRST_TAG, _LAST_TAG = 0xE0020, 0xE007E
_TAGS = 0xE0000


def chip_of(source: str) -> Chip:
    """The chip of one character, or of the same one several times."""
    return Chip(source, label_of(source[0]), _name_of(source[0]))


def _name_of(character: str) -> str:
    """The name in small letters; that of a control is what its picture stands for."""
    if ord(character) < len(_CONTROLS):
        return unicodedata.name(chr(ord(character) + _CONTROL_PICTURES)).removeprefix("SYMBOL FOR ").lower()
    return unicodedata.name(character, "").lower()


@lru_cache(1024)
def label_of(character: str) -> str:
    """A short label in capitals: the usual abbreviation, or the code point."""
    code = ord(character)
    if character in _LABELS:
        return _LABELS[character]
    if code < len(_CONTROLS):
        return _CONTROLS[code]
    if _FIRST_SELECTOR <= code <= _LAST_SELECTOR:
        return f"VS{code - _FIRST_SELECTOR + 1}"
    if _FIRST_SUPPLEMENT <= code <= _LAST_SUPPLEMENT:
        return f"VS{code - _FIRST_SUPPLEMENT + 1 + _SELECTORS_BEFORE}"
    if _FIRST_TAG <= code <= _LAST_TAG:
        return f"TAG {chr(code - _TAGS)}"
    return f"U+{code:04X}"
