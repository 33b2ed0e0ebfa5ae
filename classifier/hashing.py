"""Rolling hashes over a view's symbols: which table row each n-gram and each word belongs to.

A window's hash is polynomial, modulo 2**32: h = sum(symbol[i + j] * BASE**j). With prefix sums every window costs
two operations whatever its length: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so the inverse exists.
"""

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

_WORD_MIX, _PAIR_MIX, _SKIP_MIX = (np.uint32(factor) for factor in (0x297A2D39, 0x9E3779B9, 0x7FEB352D))
_FIRST_FACTOR = 0xC2B2AE35
_SECOND_FACTOR = 0x27D4EB4F


def word_hash(word: str) -> int:
    """The hash of one word, the same as `word_hashes` gives it in a view."""
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
    return first * np.uint32(_FIRST_FACTOR) + second * np.uint32(_SECOND_FACTOR)


_SHARED_FIRST, _SHARED_LAST = np.uint32(1 << 31), np.uint32((1 << 31) + 1)


class Occurrences:
    """Every hashed feature of a batch where it occurs, repetitions included: first n-grams, then words and pairs.

    words: (n_words,) uint32, the hash of each word
    pairs: (n_pairs,) uint32, the hash of each pair of neighbouring words, pairs across two texts included
    row: (n,) uint32, row of the weight table
    text: (n,) uint32, index of the text in the batch; None when the batch has one text
    """

    __slots__ = ("_view", "pairs", "row", "text", "words")

    def __init__(self, view: View) -> None:
        self._view = view
        prefix = prefix_sums(view.symbols)
        self.words = words = word_hashes(prefix, view)
        self.pairs = pair_hashes(words[:-1], words[1:])
        skipped = pair_hashes(words[:-2], words[2:])
        lengths = [max(len(prefix) - size, 0) for size in GRAM_SIZES]
        n_grams = sum(lengths)
        self.row = row = np.empty(n_grams + len(words) + len(self.pairs) + len(skipped), dtype=np.uint32)
        done = 0
        for size, length, inverses in zip(GRAM_SIZES, lengths, _MIXED_INVERSES, strict=True):
            part = row[done : done + length]
            np.subtract(prefix[size:], prefix[:length], out=part)
            part *= inverses[:length]
            done += length
        for hashes, factor in ((words, _WORD_MIX), (self.pairs, _PAIR_MIX), (skipped, _SKIP_MIX)):
            np.multiply(hashes, factor, out=row[done : done + len(hashes)])
            done += len(hashes)
        row >>= _SHIFT
        row[n_grams:] += np.uint32(1 << GRAM_BITS)
        self.text: NDArray[np.uint32] | None = None
        if len(view.starts) > 2:
            self._drop_across_texts()

    def _drop_across_texts(self) -> None:
        """Windows that reach from one text into the next are of neither."""
        view = self._view
        shared = view.starts - 1  # a space that two texts share can only begin or end a window
        texts = view.symbol_texts()
        of_word = texts[view.word_starts]
        texts[shared] = _SHARED_FIRST
        first = [texts[1 : len(view.symbols) - size + 2] for size in GRAM_SIZES] + [of_word]
        texts = texts.copy()
        texts[shared] = _SHARED_LAST
        last = [texts[size - 2 : len(view.symbols) - 1] for size in GRAM_SIZES] + [of_word]
        first += [of_word[:-gap] for gap in PAIR_GAPS]
        last += [of_word[gap:] for gap in PAIR_GAPS]
        text = np.concatenate(first)
        inside = text == np.concatenate(last)
        self.text = text[inside]
        self.row = self.row[inside]
