"""Replaces the characters of a text that its writer does not know of: other line ends than `\\n`, control characters,
and code points that are no characters. Programs make them: PDF a form feed, Word a vertical tab, old Macs a return."""

import re

_OTHER_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
_NOTHINGS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff"
"""Other control characters, and what is no character up to U+FFFF."""
_HIGH_NOTHINGS = tuple(chr(plane + last) for plane in range(0x10000, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
"""The same above: looked for one by one, as a pattern with them would take ten times as long."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_OUT_OF_PLACE = re.compile(f"[{_NOTHINGS}{_OTHER_LINE_ENDS}]")
_NOTHING = re.compile(f"[{_NOTHINGS}]+")
_LINE_END = re.compile(f"[{_OTHER_LINE_ENDS}]")
_GAP = re.compile(f"[\n\t{_OTHER_LINE_ENDS}]+")


def has_controls(text: str) -> bool:
    """Returns whether a text holds a control character of any kind, line ends and tabs included."""
    return not text.isprintable() and bool(_CONTROL.search(text))


def is_in_lines(text: str) -> bool:
    """Returns whether `in_lines` gives the text as it is. What can be printed is in place, and found out at once."""
    return text.replace("\n", "").replace("\t", "").isprintable() or not _has_out_of_place(text)


def in_lines(text: str) -> str:
    """Returns the text with every line end as `\\n`, and without what is no character; tabs stay."""
    text = text.replace("\r\n", "\n")
    return text if is_in_lines(text) else _without_nothings(_LINE_END.sub("\n", text))


def is_in_one_line(text: str) -> bool:
    """Returns whether `in_one_line` gives the text as it is."""
    return text.isprintable() or not (_GAP.search(text) or _has_out_of_place(text))


def in_one_line(text: str, *, gap: str = " ") -> str:
    """Returns the text with `gap` in the place of line ends and tabs, and without what is no character."""
    return text if is_in_one_line(text) else _without_nothings(_GAP.sub(gap, text))


def _has_out_of_place(text: str) -> bool:
    return bool(_OUT_OF_PLACE.search(text)) or any(char in text for char in _HIGH_NOTHINGS)


def _without_nothings(text: str) -> str:
    text = _NOTHING.sub("", text)
    for char in _HIGH_NOTHINGS:
        text = text.replace(char, "")
    return text
