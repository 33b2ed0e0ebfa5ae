"""Rolling hashes over a view's symbols: which table row each n-gram and each word belongs to.

A window's hash is polynomial, modulo 2**32: h = sum(symbol[i + j] * BASE**j). With prefix sums every window costs
two operations whatever its length: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so the inverse exists.
"""

from itertools import accumulate
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

N_KINDS = len(GRAM_SIZES) + 1 + len(PAIR_GAPS)
"""Kinds of features: n-grams by size, words, pairs by gap."""

_WORD_MIX, _PAIR_MIX, _SKIP_MIX = (np.uint32(factor) for factor in (0x297A2D39, 0x9E3779B9, 0x7FEB352D))
_FIRST_FACTOR = 0xC2B2AE35
_SECOND_FACTOR = 0x27D4EB4F
_FIRST, _SECOND = np.uint32(_FIRST_FACTOR), np.uint32(_SECOND_FACTOR)


_FEW = 64
_FEW_POWERS = [pow(_BASE, exponent, 1 << 32) for exponent in range(_FEW)]


def word_hash(word: str) -> int:
    """The hash of one word, the same as `word_hashes` gives it in a view."""
    if len(word) <= _FEW:
        total: int = sum(map(mul, map(ord, word), _FEW_POWERS))
        return total & _MASK
    value = 0
    for character in reversed(word):
        value = (value * _BASE + ord(character)) & _MASK
    return value


def pair_hash(first: int, second: int) -> int:
    """The hash of two words in their order, the same as `pair_hashes` gives them."""
    return (first * _FIRST_FACTOR + second * _SECOND_FACTOR) & _MASK


def _powers(base: int, count: int) -> NDArray[np.uint32]:
    factors = np.full(count, base & _MASK, dtype=np.uint32)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint32)


_POWERS = _powers(_BASE, MAX_SYMBOLS)
_INVERSES = _powers(pow(_BASE, -1, 1 << 32), MAX_SYMBOLS)
_MIXED_INVERSES = tuple(_INVERSES * np.uint32(factor) for factor in _GRAM_MIXES)


def prefix_sums(symbols: Symbols) -> NDArray[np.uint32]:
    """(n_symbols + 1,) uint32: the polynomial's prefix sums, modulo 2**32."""
    prefix = np.zeros(len(symbols) + 1, dtype=np.uint32)
    np.cumsum(symbols * _POWERS[: len(symbols)], dtype=np.uint32, out=prefix[1:])
    return prefix


def word_hashes(prefix: NDArray[np.uint32], view: View) -> NDArray[np.uint32]:
    """(n_words,) uint32: a hash for each word, independent of its place."""
    starts = view.word_starts
    return (prefix.take(view.word_ends) - prefix.take(starts)) * _INVERSES.take(starts)


def pair_hashes(first: NDArray[np.uint32], second: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A hash for each ordered pair of words."""
    return first * _FIRST + second * _SECOND


class Occurrences:
    """Where every hashed feature of a batch occurs, repetitions included.

    words: (n_words,) uint32, the hash of each word
    pairs: (n_words - 1,) uint32, the hash of each word and the next, also where the next is of another text
    rows: (n,) int64, rows of the weight table, kind by kind over the whole batch: the n-grams by size, each at its
        first symbol's place; words, neighbours and pairs with a word between, each at its first word's place
    offsets: N_KINDS + 1 places, kind k is rows[offsets[k]:offsets[k + 1]]
    """

    __slots__ = ("offsets", "pairs", "rows", "words")

    def __init__(self, view: View) -> None:
        prefix = prefix_sums(view.symbols)
        self.words = words = word_hashes(prefix, view)
        self.pairs = pair_hashes(words[:-1], words[1:])
        skipped = pair_hashes(words[:-2], words[2:])
        lengths = [max(len(prefix) - size, 0) for size in GRAM_SIZES]
        lengths += [len(words), len(self.pairs), len(skipped)]
        self.offsets = offsets = list(accumulate(lengths, initial=0))
        hashes = np.empty(offsets[-1], dtype=np.uint32)
        for size, offset, length, inverses in zip(GRAM_SIZES, offsets[:3], lengths[:3], _MIXED_INVERSES, strict=True):
            part = hashes[offset : offset + length]
            np.subtract(prefix[size:], prefix[:length], out=part)
            part *= inverses[:length]
        mixed = ((words, _WORD_MIX), (self.pairs, _PAIR_MIX), (skipped, _SKIP_MIX))
        for offset, (parts, factor) in zip(offsets[3:-1], mixed, strict=True):
            np.multiply(parts, factor, out=hashes[offset : offset + len(parts)])
        hashes >>= _SHIFT
        self.rows = hashes.astype(np.int64)
        self.rows[offsets[len(GRAM_SIZES)] :] += 1 << GRAM_BITS
