"""The normalised view of a batch of texts: one array of symbols, from which all hashed features are made."""

from bisect import bisect_right
from collections.abc import Container, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.budget import UNLIMITED, Budget
from classifier.text.folding import KIND_PICTURE, KIND_SPACE, SPACE, kind_table
from classifier.text.line import Line
from classifier.text.normaliser import Normaliser
from classifier.text.symbol import Symbols, TextSymbols, stretches_of

_KIND = kind_table()
_LONG_CHARS = 1000
"""Shorter bodies are normalised in less time than the clock is worth."""

_FIRST_PICTURE = 0x2000
_SPACE = np.array(SPACE, dtype=np.uint8)
_ONE = np.array(1)
"""These two have no dimension: numpy takes such an array in quicker than a Python number, which it must convert."""


class View(NamedTuple):
    """The symbols of all bodies of a batch, with one space before, between and after the bodies.

    bodies: the texts as they were given
    symbols: (n_symbols,) uint8 or uint32; never two spaces in a row, and no symbol more than twice in a row
    starts: n_texts + 1 positions, where the symbols of each text begin; text k is symbols[starts[k]:starts[k + 1]],
        and its last symbol is the space that it shares with the next text
    word_starts, word_ends: (n_words,) int64, half-open positions of each word in `symbols`
    word_bounds: n_texts + 1 positions; text k has the words from word_bounds[k] up to word_bounds[k + 1]
    lines: text -> its rewritten body, where it was rewritten
    disguised: text -> how many of its words were disguised, where any were
    """

    bodies: tuple[str, ...]
    symbols: Symbols
    starts: list[int]
    word_starts: NDArray[np.int64]
    word_ends: NDArray[np.int64]
    word_bounds: list[int]
    lines: dict[int, Line]
    disguised: dict[int, int]


def view_of(bodies: Sequence[str], words: Container[str], budget: Budget = UNLIMITED) -> View:
    """The view of a batch of any strings. It raises TimeUsedError once the budget is used.

    words: holds the known words in lower-case ASCII, to see through disguise
    """
    normaliser = Normaliser(words)
    parts = _normalised(bodies, normaliser, budget)
    symbols, starts = _joined(parts), _starts(parts)
    stretched = _stretched(symbols, starts)
    if stretched:
        for text in stretched:
            part = parts[text]
            if isinstance(part, bytes):
                parts[text] = normaliser.shortened(text, bodies[text], part)
        symbols, starts = _joined(parts), _starts(parts)
    word_starts, word_ends = _word_bounds(symbols)
    return View(
        bodies=tuple(bodies),
        symbols=symbols,
        starts=starts,
        word_starts=word_starts,
        word_ends=word_ends,
        word_bounds=[0, len(word_starts)] if len(bodies) == 1 else word_starts.searchsorted(starts).tolist(),
        lines=normaliser.lines,
        disguised=normaliser.disguised,
    )


def _normalised(bodies: Sequence[str], normaliser: Normaliser, budget: Budget) -> list[TextSymbols]:
    """The symbols of each body; those of ASCII bodies still have their stretched letters."""
    parts: list[TextSymbols] = []
    for text, body in enumerate(bodies):
        parts.append(normaliser.normalised(text, body))
        if len(body) > _LONG_CHARS:
            budget.check()
    return parts


def _joined(parts: Sequence[TextSymbols]) -> Symbols:
    """The symbols of all texts, with a space before, between and after those that are not empty."""
    filled = [part for part in parts if len(part)]
    narrow = [part for part in filled if isinstance(part, bytes)]
    if len(narrow) == len(filled):
        return np.frombuffer(b" ".join([b"", *narrow, b""]), dtype=np.uint8)
    space = np.full(1, SPACE, dtype=np.uint32)
    arrays: list[NDArray[np.uint32]] = [space]
    for part in filled:
        arrays.append(np.frombuffer(part, np.uint8).astype(np.uint32) if isinstance(part, bytes) else part)
        arrays.append(space)
    return np.concatenate(arrays)


def _starts(parts: Sequence[TextSymbols]) -> list[int]:
    """Where each text begins in what `_joined` makes of them, and where a next one would begin."""
    return list(accumulate([len(part) + 1 if len(part) else 0 for part in parts], initial=1))


def _stretched(symbols: Symbols, starts: Sequence[int]) -> list[int]:
    """The texts in which a symbol stands three times in a row; one search goes through all texts together."""
    stretches = stretches_of(symbols)
    if 1 not in stretches.tobytes():  # a quarter of what any() takes
        return []
    return sorted({bisect_right(starts, place) - 1 for place in stretches.nonzero()[0].tolist()})


def _word_bounds(symbols: Symbols) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n_words,) starts and (n_words,) half-open ends of all words; a picture is a word by itself."""
    if symbols.dtype == np.uint8 or int(symbols.max()) < _FIRST_PICTURE:
        spaces = (symbols == _SPACE).nonzero()[0]
        return spaces[:-1] + _ONE, spaces[1:]
    kinds = _KIND[symbols]
    inside = kinds != KIND_SPACE
    pictures = kinds == KIND_PICTURE
    edges = (inside[1:] != inside[:-1]) | ((pictures[1:] | pictures[:-1]) & inside[1:] & inside[:-1])
    bounds = np.flatnonzero(edges) + 1
    places = np.flatnonzero(inside[bounds])
    return bounds[places], bounds[places + 1]
