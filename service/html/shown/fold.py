"""Where a long text is folded, so that what is decided about stands beside the decision."""

MAX_LINES = 24
"""A text of more lines is folded."""
SHOWN_LINES = 20
"""So many of a folded one stand there at once: what is unfolded is worth it."""
CHARS_A_LINE = 75
"""About as many as the widest column has; fewer in a narrow one, where lines are then more."""
_FIRST_WIDE = "\u1100"
"""From here on letters are mostly as wide as two."""


def fold_place(text: str) -> int:
    """Where a text is folded: at the end of a line, at a space, or within a word that is too long; at the text's end
    where it is not."""
    end = _end_of(text, MAX_LINES)
    return end if end == len(text) else _at_space(text, _end_of(text, SHOWN_LINES))


def _end_of(text: str, lines: float) -> int:
    """Where so many lines end, as they are drawn; the text's end where it has no more."""
    start = 0
    while start < len(text):
        newline = text.find("\n", start)
        end = len(text) if newline < 0 else newline
        room = int(lines * CHARS_A_LINE)
        drawn = text[start : min(end, start + room + 1)]
        width = len(drawn) if drawn.isascii() else sum(2 if each >= _FIRST_WIDE else 1 for each in drawn)
        if width > room:
            return start + room * len(drawn) // width
        lines -= max(1, -(-width // CHARS_A_LINE))
        if lines <= 0:
            return end
        start = end + 1
    return len(text)


def _at_space(text: str, place: int) -> int:
    """The last space or end of a line before a place, if one is near."""
    if text[place : place + 1] in ("\n", " "):
        return place
    before = max(text.rfind(" ", 0, place), text.rfind("\n", 0, place))
    return before if place - before < CHARS_A_LINE else place
