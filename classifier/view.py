"""The normalised view of a batch of texts: one array of symbols that remembers where each came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.disguise import is_suspect, reveal
from classifier.folding import DROPPED, FOLD_SIZE, KIND_PICTURE, KIND_SPACE, SPACE, fold_table, kind_table

_FOLD = fold_table()
_KIND = kind_table()


@dataclass(frozen=True, slots=True)
class View:
    """Symbols of all bodies of a batch, one space before, between and after them.

    codes: (n_codes,) uint32, code points of the bodies with one space before, between and after
    code_starts: (n_texts + 1,) int64, where each body begins in `codes`; the last is where one more would
    symbols: (n_symbols,) uint32, folded; never two spaces in a row, never a letter more than twice in a row
    sources: (n_symbols,) int64, index into `codes` of each symbol
    starts: (n_texts + 1,) int64, where each text's symbols begin; text k is symbols[starts[k]:starts[k + 1]],
        the space before it shared with the text before it
    word_starts, word_ends: (n_words,) int64, half-open positions in `symbols`
    origins: per text, None or (n,) int64: code point of the original body for each code of the revealed one
    """

    codes: NDArray[np.uint32]
    code_starts: NDArray[np.int64]
    symbols: NDArray[np.uint32]
    sources: NDArray[np.int64]
    starts: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    word_ends: NDArray[np.int64]
    origins: tuple[NDArray[np.int64] | None, ...]


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _revealed(bodies: Sequence[str]) -> tuple[list[str], tuple[NDArray[np.int64] | None, ...]]:
    """The bodies with disguised words rewritten, and where their code points came from."""
    revealed: list[str] = []
    origins: list[NDArray[np.int64] | None] = []
    for body in bodies:
        if not is_suspect(body):
            revealed.append(body)
            origins.append(None)
            continue
        plain, origin = reveal(body)
        revealed.append(plain)
        origins.append(np.asarray(origin, dtype=np.int64))
    return revealed, tuple(origins)


def _kept(symbols: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which symbols stay: a run of spaces becomes one, any other run at most two."""
    same = symbols[1:] == symbols[:-1]
    kept = np.ones(len(symbols), dtype=np.bool_)
    kept[1:] = ~(same & (symbols[1:] == SPACE))
    kept[2:] &= ~(same[1:] & same[:-1])
    return kept


def _word_bounds(symbols: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Half-open bounds of words; each picture is a word by itself."""
    kinds = _KIND[symbols]
    inside = kinds != KIND_SPACE
    edges = inside[1:] != inside[:-1]
    if int(symbols.max()) >= 0x2000:
        pictures = kinds == KIND_PICTURE
        edges |= (pictures[1:] | pictures[:-1]) & inside[1:] & inside[:-1]
        bounds = np.flatnonzero(edges) + 1
        starts = bounds[inside[bounds]]
        return starts, bounds[np.searchsorted(bounds, starts) + 1]
    bounds = np.flatnonzero(edges) + 1
    return bounds[::2], bounds[1::2]


def view_of(bodies: Sequence[str]) -> View:
    """The view of a batch; the empty batch and empty bodies are fine."""
    revealed, origins = _revealed(bodies)
    codes = _code_points(" " + " ".join(revealed) + " ")
    lengths = np.fromiter(map(len, revealed), dtype=np.int64, count=len(revealed))
    code_starts = np.ones(len(revealed) + 1, dtype=np.int64)
    np.cumsum(lengths + 1, out=code_starts[1:])
    code_starts[1:] += 1
    folded = _FOLD.take(codes, mode="clip")
    sources = np.flatnonzero(folded != DROPPED)
    symbols = folded[sources]
    kept = _kept(symbols)
    symbols = symbols[kept]
    sources = sources[kept]
    starts = np.searchsorted(sources, code_starts)
    word_starts, word_ends = _word_bounds(symbols)
    return View(codes, code_starts, symbols, sources, starts, word_starts, word_ends, origins)


assert _FOLD.shape == (FOLD_SIZE,)
