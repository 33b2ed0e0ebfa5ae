"""Rolling hashes over the symbols of a view: the rows of the weight table that its n-grams and its words have.

The hash of n symbols from place i on is a polynomial modulo 2**32: h = sum(symbol[i + j] * BASE**j for j < n). With
prefix sums it costs two operations whatever n is: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so its
inverse exists.
"""

from operator import mul
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.text.symbol import Symbols
from classifier.text.view import View

MAX_SYMBOLS = 1 << 18
"""The most symbols in one pass, and so the length of the tables of powers."""

FEATURES_VERSION = 2
"""This number is raised whenever a text would get other features than before."""

GRAM_BITS = 18
BLOCK_ROWS = 1 << GRAM_BITS
"""The character n-grams have this many rows of the weight table; words and pairs of words have as many after them."""

GRAM_SIZES = (3, 4, 5)
"""The numbers of symbols of the n-grams; `window_ends` needs them evenly spaced."""

GRAMS, WORDS = 0, 1
"""The two blocks of features; the value of a feature depends on how many of its block the text has."""

N_BLOCKS = 2
N_ROWS = N_BLOCKS * BLOCK_ROWS

_Number = TypeVar("_Number", np.uint32, np.float64)
_BASE = 0x9E3779B1
_MASK = 0xFFFFFFFF
_SHIFT = np.array(32 - GRAM_BITS, dtype=np.uint32)
"""An array without a dimension, as other constants here: numpy takes it in quicker than a Python number."""

_GRAM_MIXES = (0x85EBCA6B, 0xC2B2AE3D, 0x2C1B3C6D)
"""One odd factor for each size of n-gram: the upper bits of hash * factor are the row.

Source: multiplicative hashing, Knuth, The Art of Computer Programming, volume 3, 6.4.
"""

WORD_GAPS = (0, 1, 2)
"""The distance from the first word of a feature to its last: words alone, neighbours, pairs with one word between."""

_FIRST_FACTOR = 0xC2B2AE35
_SECOND_FACTOR = 0x27D4EB4F
_FIRST, _SECOND = np.array(_FIRST_FACTOR, dtype=np.uint32), np.array(_SECOND_FACTOR, dtype=np.uint32)
_WORD_MIXES = np.array([[0x297A2D39], [0x9E3779B9], [0x7FEB352D]], dtype=np.uint32)
"""One odd factor for each of WORD_GAPS, used like those of _GRAM_MIXES."""

_FIRST_WORD_ROW = np.array(BLOCK_ROWS, dtype=np.uint32)
NO_ROW = N_ROWS
"""This row stands for a feature that begins so near the end of its text that it would reach into the next text."""

_SHORT_CHARS = 64
_SHORT_POWERS = [pow(_BASE, exponent, 1 << 32) for exponent in range(_SHORT_CHARS)]
"""A word of up to _SHORT_CHARS characters is hashed with these, without a loop in Python."""


def word_hash(word: str) -> int:
    """The hash of one word, in [0, 2**32), as `Occurrences.keys` has it."""
    if len(word) <= _SHORT_CHARS:
        codes = word.encode() if word.isascii() else map(ord, word)
        total: int = sum(map(mul, codes, _SHORT_POWERS))
        return total & _MASK
    value = 0
    for character in reversed(word):
        value = (value * _BASE + ord(character)) & _MASK
    return value


def pair_hash(first: int, second: int) -> int:
    """The hash of two words in their order, from their hashes, as `Occurrences.keys` has it."""
    return (first * _FIRST_FACTOR + second * _SECOND_FACTOR) & _MASK


def _powers(base: int, count: int) -> NDArray[np.uint32]:
    """(count,) uint32: the powers of a base modulo 2**32, from the power of 0 on."""
    factors = np.full(count, base & _MASK, dtype=np.uint32)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint32)


_POWERS = _powers(_BASE, MAX_SYMBOLS)
_INVERSES = _powers(pow(_BASE, -1, 1 << 32), MAX_SYMBOLS)
_MIXED_INVERSES = np.multiply.outer(np.array(_GRAM_MIXES, dtype=np.uint32), _INVERSES)
"""(n_sizes, MAX_SYMBOLS): the factor of an n-gram that begins at a place, so that its hash does not depend on it."""


def prefix_sums(symbols: Symbols) -> NDArray[np.uint32]:
    """(n_symbols + GRAM_SIZES[-1],) uint32: a 0, the prefix sums of the polynomial modulo 2**32, then further 0s."""
    n_symbols = len(symbols)
    prefix = np.zeros(n_symbols + GRAM_SIZES[-1], dtype=np.uint32)
    np.add.accumulate(symbols * _POWERS[:n_symbols], out=prefix[1 : n_symbols + 1])
    return prefix


def _fill_hashes(hashes: NDArray[np.uint32], prefix: NDArray[np.uint32], view: View) -> None:
    """Fills in the hashes of words: of each alone, of it and the next, and of it and the one after the next.

    hashes: (n_gaps, n_words); what would reach past the last word is left as it was. A hash does not depend on where in
    the batch the words stand.
    """
    words, starts = hashes[0], view.word_starts
    np.multiply(prefix[view.word_ends] - prefix[starts], _INVERSES[starts], out=words)
    firsts, seconds = words * _FIRST, words * _SECOND
    np.add(firsts[:-1], seconds[1:], out=hashes[1, :-1])
    np.add(firsts[:-2], seconds[2:], out=hashes[2, :-2])


def window_ends(prefix: NDArray[_Number], sizes: tuple[int, ...], count: int) -> NDArray[_Number]:
    """(n_sizes, count): the prefix sum at the end of each window, by the window's size and by the place of its start.

    It is a view into the prefix sums and no copy: its rows begin further and further on in them, which needs sizes that
    are evenly spaced.
    """
    step = prefix.itemsize
    further = (sizes[-1] - sizes[0]) // max(len(sizes) - 1, 1) * step
    return np.ndarray((len(sizes), count), prefix.dtype, prefix, sizes[0] * step, (further, step))


def _fill_grams(grams: NDArray[np.uint32], prefix: NDArray[np.uint32]) -> None:
    """Fills in (n_sizes, n_symbols): the mixed hash of the n-gram of each size that begins at each symbol."""
    n_symbols = grams.shape[1]
    np.subtract(window_ends(prefix, GRAM_SIZES, n_symbols), prefix[:n_symbols], out=grams)
    grams *= _MIXED_INVERSES[:, :n_symbols]


N_KINDS = len(GRAM_SIZES)
"""There are as many sizes of n-grams as WORD_GAPS: one array holds the kinds of both blocks."""

_PAD = GRAM_SIZES[-1]
"""The number of places of no meaning at the end of each kind. The end marks of a text of one symbol may lie before the
first place of their kind, and so at the end of the kind before, but by no more than this."""


def _end_marks() -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """(5, n_marks) int64 and (n_marks,) uint32: where something is written near the end of a text, and what is written.

    Near its end a text has no room for its longest features: their rows become NO_ROW there, and fewer features begin.
    The array of `Occurrences` is written to by its flat index, which is the product of a column with
        (n_places, n_symbols, 1, the text's end in symbols, its end in words).
    For example, two symbols before an end at 40 no n-gram begins, so 0 is written into the row of `begins`, which is
    N_KINDS: (N_KINDS, 0, -2, 1, 0) . (n_places, n_symbols, 1, 40, 9) = N_KINDS * n_places + 38.
    """
    sizes, gaps = enumerate(GRAM_SIZES), enumerate(WORD_GAPS)
    last_symbols, last_words = range(GRAM_SIZES[-1] - 1, 1, -1), range(WORD_GAPS[-1], 0, -1)
    marks = [((N_KINDS, 0, -room, 1, 0), sum(size <= room for size in GRAM_SIZES)) for room in last_symbols]
    marks += [((N_KINDS, 1, -room, 0, 1), sum(gap < room for gap in WORD_GAPS)) for room in last_words]
    marks += [((kind, 0, -room, 1, 0), NO_ROW) for kind, size in sizes for room in range(2, size)]
    marks += [((kind, 1, -room, 0, 1), NO_ROW) for kind, gap in gaps for room in range(1, gap + 1)]
    places, what = zip(*marks, strict=True)
    return np.array(places).T.copy(), np.array(what, dtype=np.uint32)


_END_PLACES, _END_MARKS = _end_marks()


class Occurrences:
    """Every occurrence of a hashed feature in a batch, repetitions included.

    A feature has the place at which it begins. The first places are the symbols, then come the words, then a few that
    mean nothing.

    keys: (2 * n_words - 1,) uint32, the hash of each word, then the hash of each word and the next, also where the next
        is of another text
    rows: (N_KINDS, n_places) uint32, rows of the weight table: at symbols those of n-grams by size, at words those of
        words, neighbours and pairs with a word between; NO_ROW where a feature would reach past the end of its text
    begins: (n_places,) uint32, how many features begin at each place
    """

    __slots__ = ("begins", "keys", "rows")

    def __init__(self, view: View) -> None:
        """view: at most MAX_SYMBOLS symbols"""
        n_symbols, n_words = len(view.symbols), len(view.word_starts)
        prefix = prefix_sums(view.symbols)
        hashes = np.empty((len(WORD_GAPS), n_words), dtype=np.uint32)
        _fill_hashes(hashes, prefix, view)
        self.keys = hashes.ravel()[: max(2 * n_words - 1, 0)]
        everything = np.empty((N_KINDS + 1, n_symbols + n_words + _PAD), dtype=np.uint32)
        self.rows, self.begins = everything[:N_KINDS], everything[N_KINDS]
        words = self.rows[:, n_symbols : n_symbols + n_words]
        _fill_grams(self.rows[:, :n_symbols], prefix)
        np.multiply(hashes, _WORD_MIXES, out=words)
        np.right_shift(self.rows, _SHIFT, out=self.rows)
        np.add(words, _FIRST_WORD_ROW, out=words)
        self.begins[:n_symbols].fill(len(GRAM_SIZES))
        self.begins[n_symbols:].fill(len(WORD_GAPS))
        _end_texts(everything, view)


def _end_texts(everything: NDArray[np.uint32], view: View) -> None:
    """Writes the end marks of all texts into an array laid out as that of `Occurrences`.

    It goes from the last text to the first, because the marks of a short text reach into the texts before it, whose own
    marks must stand.
    """
    counts = everything.shape[1], len(view.symbols), 1
    ends = zip(view.starts[:0:-1], view.word_bounds[:0:-1], strict=True)
    places = [(*counts, stop, past) for stop, past in ends if past]  # before the first word there is nothing to mark
    if places:
        everything.put(np.array(places).dot(_END_PLACES), _END_MARKS)
