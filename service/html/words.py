"""A comment's text as HTML, a long one folded, so that none takes a page for itself."""

from typing import NamedTuple

from markupsafe import Markup, escape

MAX_LINES = 40
MAX_CHARS = 2000
"""So much of a comment stands on the page at once; a reader unfolds the rest."""
_PARAGRAPH = Markup('<p dir="auto">{}</p>\n')
_BREAK = Markup("<br>")


class Words(NamedTuple):
    """What is shown at once, in paragraphs, and what is folded away: as it was written, escaped, or nothing."""

    shown: Markup
    rest: Markup

    @property
    def size_bytes(self) -> int:
        return len(self.shown.encode()) + len(self.rest.encode())


def words_of(text: str) -> Words:
    """A plain text as a page shows it."""
    shown, rest = fold(text)
    is_parted = bool(rest) and text[len(shown)] != "\n"
    return Words(_paragraphs(f"{shown} …" if is_parted else shown), escape(rest))


def fold(text: str) -> tuple[str, str]:
    """The first lines of a text, and the rest of it; within a line it is parted at a space, if there is one."""
    shown = "\n".join(text.split("\n", MAX_LINES)[:MAX_LINES])
    if len(shown) > MAX_CHARS:
        space = max(shown.rfind(" ", 0, MAX_CHARS), shown.rfind("\n", 0, MAX_CHARS))
        shown = shown[: space if 4 * space > 3 * MAX_CHARS else MAX_CHARS]
    return shown, text[len(shown) :].strip()


def _paragraphs(text: str) -> Markup:
    """Empty lines part paragraphs."""
    paragraphs: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return Markup("").join(_PARAGRAPH.format(_BREAK.join(lines)) for lines in paragraphs if lines)
