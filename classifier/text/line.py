"""A text that is rewritten step by step and still knows which stretch of the original each character stands for."""

from dataclasses import dataclass

Edit = tuple[int, int, str, list[int]]
"""The start and the stop of what is replaced, its replacement, and for each character of the replacement the index in
the line before of the character that it stands for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text whose every character stands for a stretch of the original.

    begins, ends: for each character, the half-open bounds of its stretch in code points of the original
    """

    text: str
    begins: list[int]
    ends: list[int]

    def replaced(self, edits: list[Edit]) -> "Line":
        """The line after all edits, which come in order and do not overlap."""
        if not edits:
            return self
        parts: list[str] = []
        begins: list[int] = []
        ends: list[int] = []
        done = 0
        for start, stop, replacement, sources in edits:
            parts += [self.text[done:start], replacement]
            begins += self.begins[done:start]
            ends += self.ends[done:start]
            begins += [self.begins[source] for source in sources]
            ends += [self.ends[source] for source in sources]
            done = stop
        parts.append(self.text[done:])
        return Line("".join(parts), begins + self.begins[done:], ends + self.ends[done:])


def line_of(text: str) -> Line:
    """A line whose characters stand for themselves."""
    return Line(text, list(range(len(text))), list(range(1, len(text) + 1)))


def spread(start: int, stop: int, length: int) -> list[int]:
    """Indices for `length` characters that together stand for [start, stop), evenly spread over it."""
    return [start + position * (stop - start) // length for position in range(length)]
