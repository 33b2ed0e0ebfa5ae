"""What one text of a batch says, as the classifier reads it: for whoever looks for words in it."""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from classifier.text.normaliser import without_typography
from classifier.text.symbol import Symbols, TextSymbols, symbols_of
from classifier.text.view import View, view_of

_FOLDED_AT_ONCE = 1000


class Folded(NamedTuple):
    """A text of a batch. It keeps the view of the whole batch for as long as it is kept."""

    view: View
    text: int

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
