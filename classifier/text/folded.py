"""What one text of a batch says, as the classifier reads it: for whoever looks for words in it."""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.signature import SHORT_SYMBOLS, short_signature_of, signature_of
from classifier.text.normaliser import without_typography
from classifier.text.symbol import Symbols, TextSymbols, symbols_of
from classifier.text.view import View, view_of

_FOLDED_AT_ONCE = 1000
_GRAM_SYMBOLS = 5
_NO_GRAMS = np.empty(0, dtype=np.uint32)


class Folded(NamedTuple):
    """A text of a batch. It keeps the view of the whole batch for as long as it is kept.

    grams: (n,) uint32, by symbol of the view the hash of the 5-gram that begins there
    """

    view: View
    text: int
    grams: NDArray[np.uint32] = _NO_GRAMS

    @property
    def read(self) -> str:
        """The text in lower case, without accents and with its disguises undone: its words with one space between, one
        before and one after; "" for one without any. Each of its characters is one symbol of the view."""
        start, stop = self.view.starts[self.text], self.view.starts[self.text + 1]
        return _string_of(self.view.symbols[start - 1 : stop]) if stop > start else ""

    @property
    def plain(self) -> str:
        """The same with its disguises left as they are, or "" where there were none: undoing one may also join words
        that belong apart."""
        if self.text not in self.view.lines:
            return ""
        symbols = symbols_of(without_typography(self.view.bodies[self.text]))
        return f" {_string_of(symbols)} " if len(symbols) else ""

    @property
    def signature(self) -> bytes:
        """By what it is compared with other texts, see `classifier/signature.py`; of texts that have their grams."""
        start, stop = self.view.starts[self.text], self.view.starts[self.text + 1]
        if stop - start - 1 < SHORT_SYMBOLS:
            return short_signature_of(self.read)
        return signature_of(self.grams[start - 1 : stop - _GRAM_SYMBOLS + 1])


def folded_phrases(phrases: Sequence[str], words: Container[str]) -> Iterator[str]:
    """Each phrase as `Folded.read` has it where a text says it, with its spaces; "" for one of which nothing is left.

    words: holds the known words in lower-case ASCII, to see through disguise
    """
    for start in range(0, len(phrases), _FOLDED_AT_ONCE):
        view = view_of(phrases[start : start + _FOLDED_AT_ONCE], words)
        for text in range(len(view.bodies)):
            yield Folded(view, text).read


def _string_of(symbols: Symbols | TextSymbols) -> str:
    if isinstance(symbols, bytes):
        return symbols.decode("latin-1")
    narrow = symbols.itemsize == 1
    return symbols.tobytes().decode("latin-1" if narrow else "utf-32-le", "surrogatepass" if not narrow else "strict")
