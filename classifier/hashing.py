"""Rolling hashes over a view's symbols: which table row each n-gram and each word belongs to.

A window's hash is polynomial, modulo 2**32: h = sum(symbol[i + j] * BASE**j). With prefix sums every window costs
two operations whatever its length: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so the inverse exists.
"""

import threading
from collections.abc import Sequence
from itertools import pairwise
from operator import mul

import numpy as np
from numpy.typing import NDArray

from classifier.view import Symbols, View

MAX_SYMBOLS = 1 << 18
"""Most symbols in one pass; the length of the tables of powers."""

FEATURES_VERSION = 1
"""Raised whenever a text would get other features than before."""

GRAM_BITS = 18
"""Character n-grams have 2**GRAM_BITS rows of the weight table; words and pairs of words have as many after them."""

N_ROWS = 2 << GRAM_BITS
GRAM_SIZES = (3, 4, 5)
GRAMS, WORDS = 0, 1
"""The two blocks of features; each is scaled by the number of its features in the text."""

_BASE = 0x9E3779B1
_MASK = 0xFFFFFFFF
_SHIFT = np.uint32(32 - GRAM_BITS)
_GRAM_MIXES = (0x85EBCA6B, 0xC2B2AE3D, 0x2C1B3C6D)
"""Odd factors, one for each size: the upper bits of hash * factor are the row (multiplicative hashing)."""

PAIR_GAPS = (1, 2)
"""Pairs of neighbouring words, and pairs with one word between."""

_WORD_MIX, _PAIR_MIX, _SKIP_MIX = 0x297A2D39, 0x9E3779B9, 0x7FEB352D
_FIRST_FACTOR = 0xC2B2AE35
_SECOND_FACTOR = 0x27D4EB4F
_FIRST_WORD_ROW = np.uint32(1 << GRAM_BITS)
_PAIR_UNMIX = np.uint32(pow(_PAIR_MIX, -1, 1 << 32))
_WORD_FACTORS = np.array(
    [
        [factor & _MASK]
        for factor in (
            _WORD_MIX,
            _FIRST_FACTOR * _PAIR_MIX,
            _FIRST_FACTOR * _SKIP_MIX,
            _SECOND_FACTOR * _PAIR_MIX,
            _SECOND_FACTOR * _SKIP_MIX,
        )
    ],
    dtype=np.uint32,
)
"""(5, 1): what a word's hash gives its own row, a pair's and a wide pair's as the first, and as the second word."""


_FEW = 64
_FEW_POWERS = [pow(_BASE, exponent, 1 << 32) for exponent in range(_FEW)]


def word_hash(word: str) -> int:
    """The hash of one word, the same as `word_hashes` gives it in a view."""
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
    """(n_symbols + 5,) uint32: the polynomial's prefix sums, modulo 2**32; the last four mean nothing."""
    n_symbols = len(symbols)
    prefix = np.zeros(n_symbols + GRAM_SIZES[-1], dtype=np.uint32)
    np.add.accumulate(symbols * _POWERS[:n_symbols], out=prefix[1 : n_symbols + 1])
    return prefix


def word_hashes(prefix: NDArray[np.uint32], view: View) -> NDArray[np.uint32]:
    """(n_words,) uint32: a hash for each word, independent of its place."""
    starts = view.word_starts
    return (prefix.take(view.word_ends) - prefix.take(starts)) * _INVERSES.take(starts)


def _gram_rows(prefix: NDArray[np.uint32], n_symbols: int) -> NDArray[np.uint32]:
    """(n_sizes, n_symbols): the row of the window of each size that begins at each symbol."""
    step = prefix.itemsize  # of all sizes at once, as an array that begins one further in `prefix` for each
    ends = np.ndarray((len(GRAM_SIZES), n_symbols), np.uint32, prefix, GRAM_SIZES[0] * step, (step, step))
    grams: NDArray[np.uint32] = ends - prefix[:n_symbols]
    grams *= _MIXED_INVERSES[:, :n_symbols]
    grams >>= _SHIFT
    return grams


class Occurrences:
    """Where every hashed feature of a batch occurs, repetitions included.

    keys: (2 * n_words - 1,) uint32, the hash of each word, then of each word and the next, also where the next is of
        another text
    rows: (n,) int64, rows of the weight table, for each text by size its n-grams and then its words and pairs
    bounds: 2 * n_texts + 1 places, block b of text k is rows[bounds[2 * k + b]:bounds[2 * k + b + 1]]
    places, last: (n,) uint32, the place of each row, and the last of the same row in the same text
    """

    __slots__ = ("bounds", "keys", "last", "places", "rows")

    def __init__(self, view: View) -> None:
        prefix = prefix_sums(view.symbols)
        words = word_hashes(prefix, view)
        mixed = _WORD_FACTORS * words
        pairs, skips = mixed[1, :-1], mixed[2, :-2]
        pairs += mixed[3, 1:]
        skips += mixed[4, 2:]
        word_rows = mixed[:3] >> _SHIFT
        word_rows += _FIRST_WORD_ROW
        self.keys = np.concatenate([words, pairs * _PAIR_UNMIX])
        self.rows, self.bounds = _by_text(_gram_rows(prefix, len(view.symbols)), word_rows, view)
        self.places, self.last = _last_places(self.rows, self.bounds[::2])


def _by_text(grams: NDArray[np.uint32], words: NDArray[np.uint32], view: View) -> tuple[NDArray[np.int64], list[int]]:
    """Rows and bounds text by text, without the windows that reach from one text into the next."""
    threes, fours, fives = grams
    singles, pairs, skips = words
    parts, bounds, done = [threes[:0]], [0], 0
    for (start, stop), (first, past) in zip(pairwise(view.starts), pairwise(view.word_bounds), strict=True):
        if start < stop:
            begin, last_begin, last_skip = start - 1, max(stop - 4, start - 1), max(past - 2, first)
            parts += threes[begin : stop - 2], fours[begin : stop - 3], fives[begin:last_begin]
            parts += singles[first:past], pairs[first : past - 1], skips[first:last_skip]
            middle = done + stop + stop - 5 + last_begin - 3 * begin
            done = middle + past + past - 1 + last_skip - 3 * first
            bounds += middle, done
        else:
            bounds += done, done
    return np.concatenate(parts, dtype=np.int64), bounds


class _Scratch(threading.local):
    """A place for each row of the weight table, one table a thread; what it holds between calls means nothing."""

    def __init__(self) -> None:
        self.places = np.zeros(N_ROWS, dtype=np.uint32)


_SCRATCH = _Scratch()


def _last_places(rows: NDArray[np.int64], bounds: Sequence[int]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """(n,) each place, and the last at which the same row stands in the same text, rows[bounds[k]:bounds[k + 1]].

    Writing each place into a table and reading it back takes a fifth of the time of a sort.
    """
    table = _SCRATCH.places
    places = np.arange(len(rows), dtype=np.uint32)
    last = np.empty_like(places)
    for first, past in pairwise(bounds):
        part = rows[first:past]
        table[part] = places[first:past]
        table.take(part, out=last[first:past], mode="clip")
    return places, last


def unique_rows(occurrences: Occurrences) -> tuple[NDArray[np.int64], list[int]]:
    """Each row of each text once, and the bounds of the blocks."""
    kept = (occurrences.last == occurrences.places).nonzero()[0]
    bounds: list[int] = kept.searchsorted(occurrences.bounds).tolist()
    return occurrences.rows.take(kept), bounds


def multiplicities(last: NDArray[np.uint32]) -> NDArray[np.int64]:
    """(n,) how often each row of one text occurs, from its last places in the text."""
    times: NDArray[np.int64] = np.bincount(last).take(last)
    return times
