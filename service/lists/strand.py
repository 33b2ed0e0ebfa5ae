"""The ordinals of one thread or author, four bytes each in a string: where those below another one are."""

from typing import NamedTuple

import numpy as np

from service.lists.planes import Ordinals

ORDINAL_BYTES = 4
BLOCK = 16_384
"""So many ordinals are read at once: 64 KB, of a string that may be much longer."""
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

    @property
    def is_near(self) -> bool:
        """Whether one block from `low` on has it, and as many again."""
        return self.high - self.low <= BLOCK // 2

    def probes(self) -> list[int]:
        """The places to look at next: ascending, each once."""
        return sorted({int(each) for each in np.linspace(self.low, self.high, _PROBES + 2)[1:-1]} - {self.high})

    def after(self, places: list[int], ordinals: list[int], below: int) -> "Place":
        """What is left when these ordinals were found at the places."""
        past = sum(ordinal >= below for ordinal in ordinals)
        return Place(places[past - 1] + 1 if past else self.low, places[past] if past < len(places) else self.high)


def ordinals_in(raw: bytes) -> Ordinals:
    """The ordinals of a piece of a string, whichever way they go."""
    whole = raw[: len(raw) // ORDINAL_BYTES * ORDINAL_BYTES]
    return np.unique(np.frombuffer(whole, ">u4").astype(np.int64))
