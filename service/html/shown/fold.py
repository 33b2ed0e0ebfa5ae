"""Where a long text is folded, so that what is decided about stands beside the decision."""

from math import ceil

MAX_LINES = 24
"""A text of more lines is folded."""
SHOWN_LINES = 20
"""So many of a folded one stand there at once: what is unfolded is worth it."""
CHARS_A_LINE = 75
"""About as many small letters as the widest column has; in a narrow one they are fewer."""
_CAPITAL_WIDTH = 1.6
_WIDE_WIDTH = 2.2
_MOST_WIDTH = _CAPITAL_WIDTH + _WIDE_WIDTH - 1
"""Of any letter."""
_FIRST_WIDE = "\u1100"
"""From here on letters are mostly as wide as those of Chinese. Widths are in small letters."""


def fold_place(text: str) -> int:
    """Where a text is folded: at the end of a line, at a space, or within a word that is too long; at the text's end
    where it is not."""
    if text.count("\n") + 1 + _MOST_WIDTH * len(text) / CHARS_A_LINE <= MAX_LINES:  # most are as short
        return len(text)
    end = _end_of(text, MAX_LINES)
    return len(text) if text[end:] in ("", "\n") else _at_space(text, _end_of(text, SHOWN_LINES))


def _end_of(text: str, lines: float) -> int:
    """Where so many lines end, as they are drawn; the text's end where it has no more."""
    start = 0
    while start < len(text):
        newline = text.find("\n", start)
        end = len(text) if newline < 0 else newline
        room = int(lines * CHARS_A_LINE)
        drawn = text[start : min(end, start + room + 1)]
        width = _width_of(drawn)
        if width > room:
            return start + int(room * len(drawn) / width)
        lines -= max(1, ceil(width / CHARS_A_LINE))
        if lines <= 0:
            return end
        start = end + 1
    return len(text)


def _width_of(line: str) -> float:
    capitals = sum(map(str.isupper, line))
    wide = 0 if line.isascii() else sum(each >= _FIRST_WIDE for each in line)
    return len(line) + (_CAPITAL_WIDTH - 1) * capitals + (_WIDE_WIDTH - 1) * wide


def _at_space(text: str, place: int) -> int:
    """The last space or end of a line before a place, if one is near."""
    if text[place : place + 1] in ("\n", " "):
        return place
    before = max(text.rfind(" ", 0, place), text.rfind("\n", 0, place))
    return before if place - before < CHARS_A_LINE else place
