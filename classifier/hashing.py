"""Rolling hashes over a view's symbols: which table row each n-gram and each word belongs to.

A window's hash is polynomial, modulo 2**32: h = sum(symbol[i + j] * BASE**j). With prefix sums every window costs
two operations whatever its length: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so the inverse exists.
"""

from operator import mul

import numpy as np
from numpy.typing import NDArray

from classifier.view import Symbols, View

MAX_SYMBOLS = 1 << 18
"""Most symbols in one pass; the length of the tables of powers."""

FEATURES_VERSION = 2
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
    rows: (n,) int64, rows of the weight table, kind by kind over the whole batch: the n-grams by size, each at its
        first symbol's place; words, neighbours and pairs with a word between, each at its first word's place. What
        would reach past the end of the batch is there and means nothing.
    offsets: (n_kinds,) where each kind begins in `rows`
    """

    __slots__ = ("keys", "offsets", "rows")

    def __init__(self, view: View) -> None:
        prefix = prefix_sums(view.symbols)
        words = word_hashes(prefix, view)
        mixed = _WORD_FACTORS * words
        pairs, skips = mixed[1, :-1], mixed[2, :-2]
        pairs += mixed[3, 1:]
        skips += mixed[4, 2:]
        word_rows = mixed[:3] >> _SHIFT
        word_rows += _FIRST_WORD_ROW
        n_symbols, n_words = len(view.symbols), len(words)
        grams = _gram_rows(prefix, n_symbols)
        self.keys = np.concatenate([words, pairs * _PAIR_UNMIX])
        self.rows = np.concatenate([grams.ravel(), word_rows.ravel()], dtype=np.int64)
        past = n_symbols * len(GRAM_SIZES)
        self.offsets = [*range(0, past, n_symbols), past, past + n_words, past + 2 * n_words]
