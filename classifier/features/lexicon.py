"""Word lists by hash: they say which words are known, which belong to spam, and which are profane and how.

The words of a list are kept only as hashes of 32 bits. A hash finds its slot. Where two words want one slot, the one
that comes first in the file has it and the other is dropped, so that a look-up is one comparison.
"""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from classifier.features.hashing import word_hash

SLOT_BITS = 18
"""There are 2**SLOT_BITS slots."""

_MASK = 0xFFFFFFFF
_SLOT_FACTOR = 0xC5E69025
_SLOT_SHIFT = 32 - SLOT_BITS


_FACTOR, _SHIFT = np.array(_SLOT_FACTOR, dtype=np.uint32), np.array(_SLOT_SHIFT, dtype=np.uint32)


def _slots(hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
    """(n,) the slot of each hash, by multiplicative hashing: hashes of short words differ in few bits."""
    return (hashes * _FACTOR >> _SHIFT).astype(np.int64)


class Mark(IntFlag):
    """What a word, a pair of words or a domain is; the model file holds these values."""

    KNOWN = 1
    SPAM_TERM = 2
    SPAM_DOMAIN = 4
    MILD = 8
    STRONG = 16
    SEVERE = 32
    SEXUAL = 64
    RACIAL = 128
    ORIENTATION = 256
    EXCREMENT = 512
    INSULT = 1024
    EROTIC = 2048


COUNTED_MARKS = tuple(mark for mark in Mark if mark not in (Mark.KNOWN, Mark.SPAM_DOMAIN))
"""The marks that become features, in the order of their columns."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The marks of words, found by their hashes.

    slot_keys: (2**SLOT_BITS,) uint32, the hash in each slot, 0 in an empty one
    slot_marks: (2**SLOT_BITS,) uint16, the marks of that hash, 0 in an empty slot
    """

    slot_keys: NDArray[np.uint32]
    slot_marks: NDArray[np.uint16]

    @classmethod
    def of_entries(cls, keys: NDArray[np.uint32], marks: NDArray[np.uint16]) -> "Lexicon":
        """A lexicon of (n_entries,) hashes and their (n_entries,) marks, the most important first."""
        slot_keys = np.zeros(1 << SLOT_BITS, dtype=np.uint32)
        slot_marks = np.zeros(1 << SLOT_BITS, dtype=np.uint16)
        slots = _slots(keys[::-1])
        slot_keys[slots] = keys[::-1]
        slot_marks[slots] = marks[::-1]
        return cls(slot_keys, slot_marks)

    def marks_of(self, hashes: NDArray[np.uint32]) -> NDArray[np.uint16]:
        """(n,) uint16: the marks of each hash, 0 for a hash that is in no list."""
        slots = _slots(hashes)
        found: NDArray[np.uint16] = self.slot_marks[slots]
        found[self.slot_keys[slots] != hashes] = 0
        return found

    def mark_of(self, word: str) -> int:
        """The marks of one word in lower-case ASCII."""
        return self.mark_of_hash(word_hash(word))

    def mark_of_hash(self, key: int) -> int:
        """The marks of the word, or pair of words, with this hash."""
        slot = (key * _SLOT_FACTOR & _MASK) >> _SLOT_SHIFT
        return self.slot_marks.item(slot) if self.slot_keys.item(slot) == key else 0

    def __contains__(self, word: object) -> bool:
        """Whether a word in lower-case ASCII is known, as a common word of comments or as a profane one."""
        return isinstance(word, str) and self.mark_of_hash(word_hash(word)) & _WORDS != 0


_WORDS = int(Mark.KNOWN | Mark.MILD | Mark.STRONG | Mark.SEVERE | Mark.EROTIC)
"""A word with any of these marks is known."""

EMPTY = Lexicon(np.zeros(1 << SLOT_BITS, dtype=np.uint32), np.zeros(1 << SLOT_BITS, dtype=np.uint16))
"""A lexicon without words, with which the real one is built."""
