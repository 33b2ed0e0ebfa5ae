"""The symbols of one text: what features are made of, and which code point of the text each symbol came from."""

import numpy as np
from numpy.typing import NDArray

from classifier.text.folding import SPACE, fold_table
from classifier.text.line import Line

Symbols = NDArray[np.uint8] | NDArray[np.uint32]
"""(n_symbols,) folded code points: uint8 where all of them fit, otherwise uint32."""

TextSymbols = bytes | NDArray[np.uint32]
"""The symbols of one text without the spaces around them: bytes where they fit, because one text whose symbols do not
makes a whole batch four times as wide."""

_FOLD = fold_table()
_ASCII_FOLD = bytes(int(symbol) for symbol in _FOLD[:256] & 0xFF)
_MAX_NARROW = 0xFF
_SPACE = np.array(SPACE, dtype=np.uint8)
_ONE = np.array(1)
"""These two have no dimension: numpy takes such an array in quicker than a Python number, which it must convert."""


def traced(text: str) -> tuple[Symbols, NDArray[np.int64]]:
    """(n_symbols,) the symbols of one text without the spaces around, and (n_symbols,) where each came from.

    Sources are code points of the text. There are never two spaces in a row, and no symbol more than twice in a row.
    """
    folded: Symbols
    if text.isascii():
        folded = np.frombuffer(f" {text} ".encode().translate(_ASCII_FOLD), dtype=np.uint8)
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


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def symbols_of(text: str) -> TextSymbols:
    """The symbols of one text without the spaces around."""
    symbols = traced(text)[0]
    if int(symbols.max(initial=0)) > _MAX_NARROW:
        return symbols.astype(np.uint32, copy=False)
    narrow: bytes = symbols.astype(np.uint8).tobytes()
    return narrow


def stretches_of(symbols: Symbols) -> NDArray[np.bool_]:
    """(n_symbols - 2,) whether a symbol and the two after it are the same."""
    same = symbols[1:] == symbols[:-1]
    stretches: NDArray[np.bool_] = same[1:] & same[:-1]
    return stretches


def original_ranges(
    body: str, line: Line | None, firsts: NDArray[np.int64], lasts: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """The half-open ranges of code points of a body that its symbols from firsts[i] to lasts[i], inclusive, stand for.

    line: the body as it was rewritten, or None where it was not; positions count from the first symbol of the text
    """
    _, sources = traced(body if line is None else line.text)
    begins, ends = sources[firsts].tolist(), sources[lasts].tolist()
    if line is None:
        return [(begin, end + 1) for begin, end in zip(begins, ends, strict=True)]
    return [(line.begins[begin], line.ends[end]) for begin, end in zip(begins, ends, strict=True)]
