"""Turns the bodies of a batch into symbols one by one, and keeps what it saw through."""

from collections.abc import Container

import numpy as np

from classifier.text.disguise import is_odd, reveal, reveal_ascii
from classifier.text.folding import DROPPED, SPACE, fold_table
from classifier.text.line import Line
from classifier.text.symbol import TextSymbols, stretches_of, symbols_of

_FOLD = fold_table()
_ASCII_FOLD = bytes(int(symbol) if symbol != DROPPED else SPACE for symbol in _FOLD[:256] & 0xFF)
_ASCII_DROPPED = bytes(byte for byte in range(128) if _FOLD[byte] == DROPPED)
_TYPOGRAPHIC = {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "."}
_FIRST_LETTER = ord("a")
_TWO_KEPT = np.ones(2, dtype=np.bool_)


class Normaliser:
    """Turns bodies into symbols; of those that it rewrites it keeps the rewritten line.

    lines: text -> its rewritten body, where it was rewritten
    disguised: text -> how many of its words were disguised, where any were
    """

    def __init__(self, words: Container[str]) -> None:
        """words: holds the known words, in lower-case ASCII"""
        self._words = words
        self.lines: dict[int, Line] = {}
        self.disguised: dict[int, int] = {}

    def normalised(self, text: int, body: str) -> TextSymbols:
        """The symbols of one body without spaces around; an ASCII body still has its stretched letters in them."""
        plain = body if body.isascii() else without_typography(body)
        if plain.isascii():
            revealed = reveal_ascii(plain, self._words)
        else:
            revealed = reveal(plain, self._words) if is_odd(plain) else self._reveal_latin(plain)
        if revealed is not None:
            plain = self._keep(text, revealed)
        return _folded_words(plain) if plain.isascii() else symbols_of(plain)

    def shortened(self, text: int, body: str, symbols: bytes) -> TextSymbols:
        """The symbols of one body without its stretches.

        A stretched letter may hide a word, so a body that has one and was not rewritten yet is rewritten.
        """
        codes = np.frombuffer(symbols, np.uint8)
        stretches = stretches_of(codes)
        if text in self.lines or int(codes[2:][stretches].max()) < _FIRST_LETTER:
            kept: bytes = codes[np.concatenate([_TWO_KEPT, ~stretches])].tobytes()
            return kept
        return symbols_of(self._keep(text, reveal(without_typography(body), self._words)))

    def _reveal_latin(self, plain: str) -> tuple[Line, int] | None:
        """A body with letters such as é is rewritten where its ASCII part looks disguised."""
        ascii_part = plain.encode("ascii", "ignore").decode()
        return reveal(plain, self._words) if reveal_ascii(ascii_part, self._words) else None

    def _keep(self, text: int, revealed: tuple[Line, int]) -> str:
        """Keeps a rewritten body, and gives its text."""
        line, count = revealed
        self.lines[text] = line
        if count:
            self.disguised[text] = count
        return line.text


def without_typography(body: str) -> str:
    """The body with quotation marks, dashes and dots as ASCII has them, one character for one."""
    for sign, plain in _TYPOGRAPHIC.items():
        body = body.replace(sign, plain)
    return body


def _folded_words(plain: str) -> bytes:
    """The symbols of an ASCII text, with one space between its words."""
    folded = plain.encode().translate(_ASCII_FOLD, _ASCII_DROPPED).strip()
    while b"  " in folded:  # twice for most texts, and for half of the time that split and join take
        folded = folded.replace(b"  ", b" ")
    return folded
