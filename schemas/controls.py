"""Replaces the characters of a text that its writer does not know of: other line ends than `\\n`, control characters,
and code points that are no characters. Programs make them: PDF a form feed, Word a vertical tab, old Macs a return."""

import re
from itertools import chain

_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(
    chain.from_iterable((chr(plane + 0xFFFE), chr(plane + 0xFFFF)) for plane in range(0, 0x110000, 0x10000))
)
_OTHER_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_OTHER_LINE_ENDS = "\r\x0b\x0c\x85\u2028\u2029"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""A control character of any kind, line ends and tabs included."""
OUT_OF_PLACE = re.compile(f"[{_OTHER_CONTROLS}{_OTHER_LINE_ENDS}{_NO_CHARACTERS}]")
"""What a text of several lines does not keep."""
OUT_OF_PLACE_IN_LINE = re.compile(f"[\n\t{_OTHER_CONTROLS}{_OTHER_LINE_ENDS}{_NO_CHARACTERS}]")
"""What a text of one line does not keep."""
_NOTHING = re.compile(f"[{_OTHER_CONTROLS}{_NO_CHARACTERS}]+")
_LINE_END = re.compile(f"\r\n|[{_OTHER_LINE_ENDS}]")
_GAP = re.compile(f"[\n\t{_OTHER_LINE_ENDS}]+")


def in_lines(text: str) -> str:
    """Returns the text with every line end as `\\n`, and without what is no character; tabs stay."""
    return _NOTHING.sub("", _LINE_END.sub("\n", text))


def in_one_line(text: str, *, gap: str = " ") -> str:
    """Returns the text with `gap` in the place of line ends and tabs, and without what is no character."""
    return _NOTHING.sub("", _GAP.sub(gap, text))
