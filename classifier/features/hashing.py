"""Rolling hashes over a view's symbols: which table row each n-gram and each word belongs to.

A window's hash is polynomial, modulo 2**32: h = sum(symbol[i + j] * BASE**j). With prefix sums every window costs
two operations whatever its length: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so the inverse exists.
"""

from operator import mul
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.text.symbol import Symbols
from classifier.text.view import View

MAX_SYMBOLS = 1 << 18
"""Most symbols in one pass; the length of the tables of powers."""

FEATURES_VERSION = 2
"""Raised whenever a text would get other features than before."""

GRAM_BITS = 18
BLOCK_ROWS = 1 << GRAM_BITS
"""Character n-grams have BLOCK_ROWS rows of the weight table; words and pairs of words have as many after them."""

GRAM_SIZES = (3, 4, 5)
"""Evenly spaced."""

GRAMS, WORDS = 0, 1
"""The two blocks of features; each is scaled by the number of its features in the text."""

N_BLOCKS = 2
N_ROWS = N_BLOCKS * BLOCK_ROWS

_Number = TypeVar("_Number", np.uint32, np.float64)
_BASE = 0x9E3779B1
_MASK = 0xFFFFFFFF
_SHIFT = np.array(32 - GRAM_BITS, dtype=np.uint32)  # numpy takes arrays in, also of no dimension, quicker than numbers
_GRAM_MIXES = (0x85EBCA6B, 0xC2B2AE3D, 0x2C1B3C6D)
"""Odd factors, one for each size: the upper bits of hash * factor are the row (multiplicative hashing)."""

WORD_GAPS = (0, 1, 2)
"""Words alone, pairs of neighbouring words, and pairs with one word between."""

_FIRST_FACTOR = 0xC2B2AE35
_SECOND_FACTOR = 0x27D4EB4F
_FIRST, _SECOND = np.array(_FIRST_FACTOR, dtype=np.uint32), np.array(_SECOND_FACTOR, dtype=np.uint32)
_WORD_MIXES = np.array([[0x297A2D39], [0x9E3779B9], [0x7FEB352D]], dtype=np.uint32)
"""As _GRAM_MIXES: of a word, a pair of neighbours and a pair with one word between."""

_FIRST_WORD_ROW = np.array(BLOCK_ROWS, dtype=np.uint32)
NO_ROW = N_ROWS
"""Stands for the row of what begins so near the end of its text that it would reach into the next."""

_FEW = 64
_FEW_POWERS = [pow(_BASE, exponent, 1 << 32) for exponent in range(_FEW)]


def word_hash(word: str) -> int:
    """The hash of one word, the same as in `Occurrences.keys`."""
    if len(word) <= _FEW:
        codes = word.encode() if word.isascii() else map(ord, word)
        total: int = sum(map(mul, codes, _FEW_POWERS))
        return total & _MASK
    value = 0
    for character in reversed(word):
        value = (value * _BASE + ord(character)) & _MASK
    return value


def pair_hash(first: int, second: int) -> int:
    """The hash of two words in their order, the same as in `Occurrences.keys`."""
    return (first * _FIRST_FACTOR + second * _SECOND_FACTOR) & _MASK


def _powers(base: int, count: int) -> NDArray[np.uint32]:
    factors = np.full(count, base & _MASK, dtype=np.uint32)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint32)


_POWERS = _powers(_BASE, MAX_SYMBOLS)
_INVERSES = _powers(pow(_BASE, -1, 1 << 32), MAX_SYMBOLS)
_MIXED_INVERSES = np.multiply.outer(np.array(_GRAM_MIXES, dtype=np.uint32), _INVERSES)
"""(n_sizes, MAX_SYMBOLS): what windows that begin at a place are multiplied by."""


def prefix_sums(symbols: Symbols) -> NDArray[np.uint32]:
    """(n_symbols + GRAM_SIZES[-1],) uint32: the polynomial's prefix sums, modulo 2**32, with a 0 before; then 0s."""
    n_symbols = len(symbols)
    prefix = np.zeros(n_symbols + GRAM_SIZES[-1], dtype=np.uint32)
    np.add.accumulate(symbols * _POWERS[:n_symbols], out=prefix[1 : n_symbols + 1])
    return prefix


def _fill_hashes(hashes: NDArray[np.uint32], prefix: NDArray[np.uint32], view: View) -> None:
    """(n_gaps, n_words): a hash for each word, independent of its place; of it and the next, and the one after that.

    What would reach past the end is left as it was.
    """
    words, starts = hashes[0], view.word_starts
    np.multiply(prefix[view.word_ends] - prefix[starts], _INVERSES[starts], out=words)
    firsts, seconds = words * _FIRST, words * _SECOND
    np.add(firsts[:-1], seconds[1:], out=hashes[1, :-1])
    np.add(firsts[:-2], seconds[2:], out=hashes[2, :-2])


def window_ends(prefix: NDArray[_Number], sizes: tuple[int, ...], count: int) -> NDArray[_Number]:
    """(n_sizes, count): what prefix sums have at the end of each window that begins at the first `count` places.

    A view, not a copy, which begins further on in them for each of the sizes, evenly spaced.
    """
    step = prefix.itemsize
    further = (sizes[-1] - sizes[0]) // max(len(sizes) - 1, 1) * step
    return np.ndarray((len(sizes), count), prefix.dtype, prefix, sizes[0] * step, (further, step))


def _fill_grams(grams: NDArray[np.uint32], prefix: NDArray[np.uint32]) -> None:
    """(n_sizes, n_symbols): the mixed hash of the window of each size that begins at each symbol."""
    n_symbols = grams.shape[1]
    np.subtract(window_ends(prefix, GRAM_SIZES, n_symbols), prefix[:n_symbols], out=grams)
    grams *= _MIXED_INVERSES[:, :n_symbols]


N_KINDS = max(len(GRAM_SIZES), len(WORD_GAPS))
_PAD = GRAM_SIZES[-1]
"""Places between the kinds: what is marked at the end of a text of one symbol may lie so far before it."""


def _end_marks() -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """What is written near the end of a text into an array laid out as that of `Occurrences`: where, and what.

    A place is the product of (n_places, n_symbols, 1, end of the text in symbols, end in words) with a column.
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
    """Where every hashed feature of a batch occurs, repetitions included.

    A place is where a feature begins: first the symbols, then the words, then a few of no meaning.

    keys: (2 * n_words - 1,) uint32, the hash of each word, then of each word and the next, also where the next is of
        another text
    rows: (N_KINDS, n_places) uint32, rows of the weight table: of the n-grams by size, and of words, neighbours and
        pairs with a word between; NO_ROW for what would reach past the end of its text, or is of no kind
    begins: (n_places,) uint32, how many features begin there
    """

    __slots__ = ("begins", "keys", "rows")

    def __init__(self, view: View) -> None:
        n_symbols, n_words = len(view.symbols), len(view.word_starts)
        prefix = prefix_sums(view.symbols)
        hashes = np.empty((len(WORD_GAPS), n_words), dtype=np.uint32)
        _fill_hashes(hashes, prefix, view)
        self.keys = hashes.ravel()[: max(2 * n_words - 1, 0)]
        everything = np.empty((N_KINDS + 1, n_symbols + n_words + _PAD), dtype=np.uint32)
        self.rows, self.begins = everything[:N_KINDS], everything[N_KINDS]
        words = self.rows[: len(WORD_GAPS), n_symbols : n_symbols + n_words]
        _fill_grams(self.rows[: len(GRAM_SIZES), :n_symbols], prefix)
        np.multiply(hashes, _WORD_MIXES, out=words)
        np.right_shift(self.rows, _SHIFT, out=self.rows)
        np.add(words, _FIRST_WORD_ROW, out=words)
        if len(GRAM_SIZES) < N_KINDS:
            self.rows[len(GRAM_SIZES) :, :n_symbols].fill(NO_ROW)
        self.begins[:n_symbols].fill(len(GRAM_SIZES))
        self.begins[n_symbols:].fill(len(WORD_GAPS))
        _end_texts(everything, view)


def _end_texts(everything: NDArray[np.uint32], view: View) -> None:
    """Marks what reaches into the next text; from the last text on, as a short one reaches into those before it."""
    counts = everything.shape[1], len(view.symbols), 1
    ends = zip(view.starts[:0:-1], view.word_bounds[:0:-1], strict=True)
    places = [(*counts, stop, past) for stop, past in ends if past]  # else there is nothing yet to mark
    if places:
        everything.put(np.array(places).dot(_END_PLACES), _END_MARKS)
