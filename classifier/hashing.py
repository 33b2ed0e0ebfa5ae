"""Rolling hashes over a view's symbols: which table row each n-gram and each word belongs to.

A window's hash is polynomial, modulo 2**32: h = sum(symbol[i + j] * BASE**j). With prefix sums every window costs
two operations whatever its length: h = (prefix[i + n] - prefix[i]) * BASE**-i. BASE is odd, so the inverse exists.
"""

import threading
from collections.abc import Sequence
from itertools import accumulate, pairwise
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
    rows: (n,) int64, rows of the weight table, for each text by size its n-grams and then its words and pairs
    bounds: 2 * n_texts + 1 places, block b of text k is rows[bounds[2 * k + b]:bounds[2 * k + b + 1]]
    """

    __slots__ = ("bounds", "pairs", "rows", "words")

    def __init__(self, view: View) -> None:
        prefix = prefix_sums(view.symbols)
        self.words = words = word_hashes(prefix, view)
        self.pairs = pair_hashes(words[:-1], words[1:])
        skipped = pair_hashes(words[:-2], words[2:])
        lengths = [max(len(prefix) - size, 0) for size in GRAM_SIZES]
        lengths += [len(words), len(self.pairs), len(skipped)]
        *offsets, n_rows = accumulate(lengths, initial=0)
        hashes = np.empty(n_rows, dtype=np.uint32)
        for size, offset, length, inverses in zip(GRAM_SIZES, offsets[:3], lengths[:3], _MIXED_INVERSES, strict=True):
            part = hashes[offset : offset + length]
            np.subtract(prefix[size:], prefix[:length], out=part)
            part *= inverses[:length]
        mixed = ((words, _WORD_MIX), (self.pairs, _PAIR_MIX), (skipped, _SKIP_MIX))
        for offset, (parts, factor) in zip(offsets[3:], mixed, strict=True):
            np.multiply(parts, factor, out=hashes[offset : offset + len(parts)])
        hashes >>= _SHIFT
        rows = hashes.astype(np.int64)
        rows[offsets[3] :] += 1 << GRAM_BITS
        self.rows, self.bounds = rows, [0, offsets[3], n_rows]
        if len(view.starts) != 2:
            self.rows, self.bounds = _by_text(rows, offsets, view)


_LAST_KINDS = (len(GRAM_SIZES) - 1, len(GRAM_SIZES) + len(PAIR_GAPS))
"""The kinds of windows that end a block: the longest n-grams, and the widest pairs."""


def _by_text(rows: NDArray[np.int64], offsets: list[int], view: View) -> tuple[NDArray[np.int64], list[int]]:
    """Rows and bounds text by text; `offsets` tells where each kind of window begins in the rows of the whole batch.

    Windows that reach from one text into the next are of neither, and left out.
    """
    parts, bounds, done = [rows[:0]], [0], 0
    for (start, stop), (first_word, past_word) in zip(pairwise(view.starts), pairwise(view.word_bounds), strict=True):
        kinds = [(start - 1, stop + 1 - size) for size in GRAM_SIZES]
        kinds += [(first_word, past_word - gap) for gap in (0, *PAIR_GAPS)]
        for kind, (offset, (first, past)) in enumerate(zip(offsets, kinds, strict=True)):
            if first < past:
                parts.append(rows[offset + first : offset + past])
                done += past - first
            if kind in _LAST_KINDS:
                bounds.append(done)
    return np.concatenate(parts), bounds


class _Scratch(threading.local):
    """A place for each row of the weight table, one table a thread; what it holds between calls means nothing."""

    def __init__(self) -> None:
        self.places = np.zeros(N_ROWS, dtype=np.uint32)


_SCRATCH = _Scratch()


def _last_places(rows: NDArray[np.int64], bounds: Sequence[int]) -> NDArray[np.uint32]:
    """(n,) the last place at which the same row stands in the same text; text k is rows[bounds[k]:bounds[k + 1]].

    Writing each place into a table and reading it back takes a fifth of the time of a sort.
    """
    table = _SCRATCH.places
    places = np.arange(len(rows), dtype=np.uint32)
    last = np.empty_like(places)
    for first, past in pairwise(bounds):
        part = rows[first:past]
        table[part] = places[first:past]
        table.take(part, out=last[first:past], mode="clip")
    return last


def unique_rows(occurrences: Occurrences) -> tuple[NDArray[np.int64], list[int]]:
    """Each row of each text once, and the bounds of the blocks."""
    last = _last_places(occurrences.rows, occurrences.bounds[::2])
    kept = (last == np.arange(len(last))).nonzero()[0]
    bounds: list[int] = kept.searchsorted(occurrences.bounds).tolist()
    return occurrences.rows.take(kept), bounds


def multiplicities(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) how often each row of one text occurs."""
    last = _last_places(rows, [0, len(rows)])
    times: NDArray[np.int64] = np.bincount(last).take(last)
    return times
