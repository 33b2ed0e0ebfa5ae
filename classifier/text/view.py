"""The normalised view of a batch of texts: one array of symbols, from which all hashed features are made."""

from bisect import bisect_right
from collections.abc import Container, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.budget import UNLIMITED, Budget
from classifier.text.disguise import Line, is_odd, reveal, reveal_ascii
from classifier.text.folding import DROPPED, KIND_PICTURE, KIND_SPACE, SPACE, fold_table, kind_table

_FOLD = fold_table()
_KIND = kind_table()
_LONG_CHARS = 1000
"""Shorter bodies are normalised in less time than the clock is worth."""
_FIRST_PICTURE = 0x2000
_FIRST_LETTER = ord("a")
_SPACE = np.array(SPACE, dtype=np.uint8)
_ONE = np.array(1)
_TWO_KEPT = np.ones(2, dtype=np.bool_)
_ASCII_FOLD = bytes(int(symbol) if symbol != DROPPED else SPACE for symbol in _FOLD[:256] & 0xFF)
_ASCII_TRACED = bytes(int(symbol) for symbol in _FOLD[:256] & 0xFF)
_ASCII_DROPPED = bytes(byte for byte in range(128) if _FOLD[byte] == DROPPED)
_TYPOGRAPHIC = {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "."}

Symbols = NDArray[np.uint8] | NDArray[np.uint32]


class View(NamedTuple):
    """Symbols of all bodies of a batch, one space before, between and after them.

    bodies: as given
    symbols: (n_symbols,) uint8 or uint32, folded; never two spaces in a row, nothing more than twice in a row
    starts: n_texts + 1 places, where each text's symbols begin; text k is symbols[starts[k]:starts[k + 1]], its
        last symbol the space that it shares with the next text
    word_starts, word_ends: (n_words,) int64, half-open positions in `symbols`
    word_bounds: n_texts + 1 places, text k has the words from word_bounds[k] up to word_bounds[k + 1]
    lines: text -> its rewritten body, where it was rewritten
    disguised: text -> how many words were disguised, where any were
    """

    bodies: tuple[str, ...]
    symbols: Symbols
    starts: list[int]
    word_starts: NDArray[np.int64]
    word_ends: NDArray[np.int64]
    word_bounds: list[int]
    lines: dict[int, Line]
    disguised: dict[int, int]

    def cut(self, text: int) -> "View":
        """The view of one text alone."""
        first, past = self.starts[text : text + 2]
        words = slice(*self.word_bounds[text : text + 2])
        return View(
            bodies=self.bodies[text : text + 1],
            symbols=self.symbols[first - 1 : past],
            starts=[1, past - first + 1],
            word_starts=self.word_starts[words] - (first - 1),
            word_ends=self.word_ends[words] - (first - 1),
            word_bounds=[0, words.stop - words.start],
            lines={0: self.lines[text]} if text in self.lines else {},
            disguised={0: self.disguised[text]} if text in self.disguised else {},
        )


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _traced(text: str) -> tuple[Symbols, NDArray[np.int64]]:
    """The symbols of one text without the spaces around, and the code point that each came from."""
    folded: Symbols
    if text.isascii():
        folded = np.frombuffer(f" {text} ".encode().translate(_ASCII_TRACED), dtype=np.uint8)
    else:
        folded = _FOLD.take(_code_points(f" {text} "), mode="clip")
    sources = folded.nonzero()[0]  # DROPPED is 0
    symbols = folded[sources]
    same = symbols[1:] == symbols[:-1]
    gone = same & (symbols[1:] == _SPACE)
    gone[1:] |= same[1:] & same[:-1]
    kept = (~gone).nonzero()[0] + _ONE
    if len(kept) and symbols[kept[-1]] == SPACE:
        kept = kept[:-1]
    return symbols[kept], sources[kept] - _ONE


def _symbols_of(text: str) -> bytes | NDArray[np.uint32]:
    """The symbols of one text; bytes where they fit, as one that does not makes a whole batch four times as wide."""
    symbols = _traced(text)[0]
    if int(symbols.max(initial=0)) > 0xFF:
        return symbols.astype(np.uint32, copy=False)
    narrow: bytes = symbols.astype(np.uint8).tobytes()
    return narrow


def original_ranges(view: View, firsts: NDArray[np.int64], lasts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Half-open ranges of code points of the body that symbols firsts[i] to lasts[i] stand for, in a view of ONE text.

    Positions count from the text's first symbol, the space before it left out.
    """
    line = view.lines.get(0)
    _, sources = _traced(view.bodies[0] if line is None else line.text)
    begins, ends = sources[firsts].tolist(), sources[lasts].tolist()
    if line is None:
        return [(begin, end + 1) for begin, end in zip(begins, ends, strict=True)]
    return [(line.begins[begin], line.ends[end]) for begin, end in zip(begins, ends, strict=True)]


def _stretches(symbols: Symbols) -> NDArray[np.bool_]:
    """(n_symbols - 2,) whether a symbol and the two after it are the same."""
    same = symbols[1:] == symbols[:-1]
    stretches: NDArray[np.bool_] = same[1:] & same[:-1]
    return stretches


def _without_typography(body: str) -> str:
    """Quotation marks, dashes and dots as ASCII has them, one for one."""
    for sign, plain in _TYPOGRAPHIC.items():
        body = body.replace(sign, plain)
    return body


class _Normaliser:
    """Turns bodies into symbols one by one; remembers which were rewritten."""

    def __init__(self, words: Container[str]) -> None:
        self._words = words
        self.lines: dict[int, Line] = {}
        self.disguised: dict[int, int] = {}

    def _rewrite(self, text: int, revealed: tuple[Line, int]) -> str:
        line, count = revealed
        self.lines[text] = line
        if count:
            self.disguised[text] = count
        return line.text

    def __call__(self, text: int, body: str) -> bytes | NDArray[np.uint32]:
        """The symbols of one body without spaces around; bytes where they fit, those of ASCII still with stretches."""
        plain = body if body.isascii() else _without_typography(body)
        if plain.isascii():
            revealed = reveal_ascii(plain, self._words)
        else:
            revealed = reveal(plain, self._words) if is_odd(plain) else self._reveal_latin(plain)
        if revealed is not None:
            plain = self._rewrite(text, revealed)
        return _folded_words(plain) if plain.isascii() else _symbols_of(plain)

    def shortened(self, text: int, body: str, symbols: bytes) -> bytes | NDArray[np.uint32]:
        """The symbols of one body without stretches: as they are, or those of the words that the letters stand for."""
        codes = np.frombuffer(symbols, np.uint8)
        stretches = _stretches(codes)
        if text in self.lines or int(codes[2:][stretches].max()) < _FIRST_LETTER:
            kept: bytes = codes[np.concatenate([_TWO_KEPT, ~stretches])].tobytes()
            return kept
        rewritten = self._rewrite(text, reveal(_without_typography(body), self._words))
        return _symbols_of(rewritten)

    def _reveal_latin(self, plain: str) -> tuple[Line, int] | None:
        """For a body with letters such as é: rewritten when its ASCII part looks disguised."""
        return (
            reveal(plain, self._words) if reveal_ascii(plain.encode("ascii", "ignore").decode(), self._words) else None
        )


def _folded_words(plain: str) -> bytes:
    folded = plain.encode().translate(_ASCII_FOLD, _ASCII_DROPPED).strip()
    while b"  " in folded:  # twice for most texts, and for half of the time that split and join take
        folded = folded.replace(b"  ", b" ")
    return folded


def _stretched(symbols: Symbols, starts: Sequence[int]) -> list[int]:
    """The texts that hold a stretch; all are looked at together."""
    stretches = _stretches(symbols)
    if 1 not in stretches.tobytes():  # a quarter of what any() takes
        return []
    return sorted({bisect_right(starts, place) - 1 for place in stretches.nonzero()[0].tolist()})


def _joined(parts: Sequence[bytes | NDArray[np.uint32]]) -> Symbols:
    """All parts with a space before, between and after those that are not empty."""
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


def _starts(parts: Sequence[bytes | NDArray[np.uint32]]) -> list[int]:
    return list(accumulate([len(part) + 1 if len(part) else 0 for part in parts], initial=1))


def _word_bounds(symbols: Symbols) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Half-open bounds of words; each picture is a word by itself."""
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


def view_of(bodies: Sequence[str], words: Container[str], budget: Budget = UNLIMITED) -> View:
    """The view of a batch, of any strings; `words` tells what is a word, to see through disguise. TimeUsedError."""
    normalise = _Normaliser(words)
    parts: list[bytes | NDArray[np.uint32]] = []
    for text, body in enumerate(bodies):
        parts.append(normalise(text, body))
        if len(body) > _LONG_CHARS:
            budget.check()
    symbols, starts = _joined(parts), _starts(parts)
    stretched = _stretched(symbols, starts)
    if stretched:
        for text in stretched:
            part = parts[text]
            if isinstance(part, bytes):
                parts[text] = normalise.shortened(text, bodies[text], part)
        symbols, starts = _joined(parts), _starts(parts)
    word_starts, word_ends = _word_bounds(symbols)
    word_bounds = [0, len(word_starts)] if len(bodies) == 1 else word_starts.searchsorted(starts).tolist()
    return View(
        tuple(bodies), symbols, starts, word_starts, word_ends, word_bounds, normalise.lines, normalise.disguised
    )
