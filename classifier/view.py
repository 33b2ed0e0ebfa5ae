"""The normalised view of a batch of texts: one array of symbols that remembers where each came from."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.disguise import Line, is_suspect, reveal
from classifier.folding import DROPPED, KIND_PICTURE, KIND_SPACE, SPACE, fold_table, kind_table

_FOLD = fold_table()
_KIND = kind_table()
_FIRST_PICTURE = 0x2000


@dataclass(frozen=True, slots=True)
class View:
    """Symbols of all bodies of a batch, one space before, between and after them.

    code_starts: (n_texts + 1,) int64, where each body begins in the joined bodies; the last is where one more would
    symbols: (n_symbols,) uint32, folded; never two spaces in a row, never anything more than twice in a row
    sources: (n_symbols,) int64, index into the joined bodies of each symbol
    starts: (n_texts + 1,) int64, where each text's symbols begin; text k is symbols[starts[k]:starts[k + 1]], its
        last symbol the space that it shares with the next text
    word_starts, word_ends: (n_words,) int64, half-open positions in `symbols`
    lines: text -> its rewritten body, where disguised words were
    disguised: text -> how many words were disguised, where any were
    """

    code_starts: NDArray[np.int64]
    symbols: NDArray[np.uint32]
    sources: NDArray[np.int64]
    starts: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    word_ends: NDArray[np.int64]
    lines: dict[int, Line]
    disguised: dict[int, int]

    def symbol_texts(self) -> NDArray[np.uint32]:
        """(n_symbols,) uint32: the text of each symbol; a shared space is of the text before."""
        texts = np.zeros(len(self.symbols), dtype=np.uint32)
        texts[1:] = np.repeat(np.arange(len(self.starts) - 1, dtype=np.uint32), np.diff(self.starts))
        return texts

    def word_range(self, text: int) -> tuple[int, int]:
        """Half-open range of a text's words."""
        first, past = np.searchsorted(self.word_starts, self.starts[text : text + 2]).tolist()
        return first, past

    def original(self, text: int, first: int, past: int) -> tuple[int, int]:
        """Half-open range of code points of the original body that symbols [first, past) stand for."""
        offset = int(self.code_starts[text])
        start, last = int(self.sources[first]) - offset, int(self.sources[past - 1]) - offset
        line = self.lines.get(text)
        if line is None:
            return start, last + 1
        return line.begins[start], line.ends[last]


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _has_stretch(codes: NDArray[np.uint32]) -> bool:
    """Whether any letter comes three times in a row."""
    same = codes[1:] == codes[:-1]
    return bool((same[1:] & same[:-1] & (codes[2:] > 64)).any())


def _revealed(bodies: Sequence[str], words: Container[str]) -> tuple[list[str], dict[int, Line], dict[int, int]]:
    """The bodies with disguised words rewritten."""
    revealed = list(bodies)
    lines: dict[int, Line] = {}
    disguised: dict[int, int] = {}
    for text, body in enumerate(bodies):
        if is_suspect(body) or _has_stretch(_code_points(body)):
            line, count = reveal(body, words)
            revealed[text], lines[text] = line.text, line
            if count:
                disguised[text] = count
    return revealed, lines, disguised


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
    if int(symbols.max()) < _FIRST_PICTURE:
        bounds = np.flatnonzero(edges) + 1
        return bounds[::2], bounds[1::2]
    pictures = kinds == KIND_PICTURE
    edges |= (pictures[1:] | pictures[:-1]) & inside[1:] & inside[:-1]
    bounds = np.flatnonzero(edges) + 1
    places = np.flatnonzero(inside[bounds])
    return bounds[places], bounds[places + 1]


def view_of(bodies: Sequence[str], words: Container[str]) -> View:
    """The view of a batch, of any strings; `words` tells what is a word, to see through disguise."""
    revealed, lines, disguised = _revealed(bodies, words)
    codes = _code_points(" " + " ".join(revealed) + " ")
    code_starts = np.ones(len(revealed) + 1, dtype=np.int64)
    np.cumsum([len(body) + 1 for body in revealed], out=code_starts[1:])
    code_starts[1:] += 1
    folded = _FOLD.take(codes, mode="clip")
    sources = np.flatnonzero(folded != DROPPED)
    symbols = folded[sources]
    kept = _kept(symbols)
    symbols, sources = symbols[kept], sources[kept]
    starts = np.searchsorted(sources, code_starts)
    starts[-1] = len(symbols)
    word_starts, word_ends = _word_bounds(symbols)
    return View(code_starts, symbols, sources, starts, word_starts, word_ends, lines, disguised)
