"""The ordinals of one thread or author, four bytes each in a string: where those below another one are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from service.lists.planes import Ordinals

ORDINAL_BYTES = 4
BLOCK = 65_536
"""So many ordinals are read at once, 256 KB, of a string that may be much longer: 50 µs of the server's time."""
_PROBES = 32


class Strand(NamedTuple):
    """A string of ordinals: how many there are, and whether they ascend. A place counts from the newest, which is 0."""

    length: int
    is_ascending: bool

    def bytes_from(self, place: int, count: int) -> tuple[int, int]:
        """The first and the last byte of so many ordinals from a place on, or of those that there are."""
        past = min(place + count, self.length)
        first, last = (self.length - past, self.length - place) if self.is_ascending else (place, past)
        return first * ORDINAL_BYTES, last * ORDINAL_BYTES - 1


class Place(NamedTuple):
    """Where the newest ordinal that is below another one may be: at one of the places from `low` to `high`."""

    low: int
    high: int

    def is_near(self, block: int) -> bool:
        """Whether half a block from `low` on has it."""
        return self.high - self.low <= block // 2

    def probes(self) -> list[int]:
        """The places to look at next: ascending, each once."""
        return sorted({int(each) for each in np.linspace(self.low, self.high, _PROBES + 2)[1:-1]} - {self.high})

    def after(self, places: Sequence[int], ordinals: Sequence[int], below: int) -> "Place":
        """What is left when these ordinals were found at the places."""
        past = sum(ordinal >= below for ordinal in ordinals)
        return Place(places[past - 1] + 1 if past else self.low, places[past] if past < len(places) else self.high)


def ordinals_in(raw: bytes, *, is_ascending: bool = True) -> Ordinals:
    """The ordinals of a piece of a string."""
    found = np.frombuffer(raw, ">u4", len(raw) // ORDINAL_BYTES).astype(np.int64)
    return found if is_ascending else found[::-1]


def joined(parts: Sequence[Ordinals], below: int) -> Ordinals:
    """The ordinals below another one of parts that follow each other, the newest part first; the newest part may repeat
    some of the next."""
    found = np.empty(0, np.int64)
    for part in reversed(parts):
        found = np.concatenate((found, part[np.searchsorted(part, found[-1:], "right").sum() :]))
    return found[: np.searchsorted(found, below)]


def common(left: Ordinals, right: Ordinals) -> Ordinals:
    """The ordinals that both have."""
    few, many = (left, right) if len(left) < len(right) else (right, left)
    places = np.searchsorted(many, few)
    is_there = places < len(many)
    is_there[is_there] = many[places[is_there]] == few[is_there]
    return few[is_there]
