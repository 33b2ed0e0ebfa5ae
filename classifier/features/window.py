"""Windows of a text: what a long comment says in one place counts beside what it says in all.

A piece is PIECE_SYMBOLS symbols of a text; a feature belongs to the piece in which it begins. A window is two pieces
in a row, so that no insult is parted by every window's edge; a text of one piece is one window.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.hashing import GRAM_SIZES, N_BLOCKS, NO_ROW, WORD_GAPS, Occurrences
from classifier.text.view import View

PIECE_SYMBOLS = 32
"""About six words, so a window is about twelve; chosen on the dev sets."""

_ONE = np.ones(())


class Pieces(NamedTuple):
    """The pieces of a batch, text by text, and an empty one after each text's last.

    bounds: n_texts + 1 places, text k has the pieces from bounds[k] up to bounds[k + 1], its empty one included
    edges: (N_BLOCKS, n_pieces + 1) int64, places as in `Occurrences`: piece j has the n-grams that begin from
        edges[0, j] up to edges[0, j + 1], and the words and pairs from edges[1, j] up to edges[1, j + 1]
    """

    bounds: list[int]
    edges: NDArray[np.int64]

    def of_text(self, text: int) -> NDArray[np.int64]:
        """(N_BLOCKS, n_pieces + 1) the edges of one text."""
        first, past = self.bounds[text : text + 2]
        return self.edges[:, first:past]


def piece_starts(start: int, stop: int) -> range:
    """Where the pieces of a text begin, whose symbols are those from `start` up to `stop`, see `View.starts`."""
    return range(start - 1, max(stop - 2, start), PIECE_SYMBOLS)


def pieces_of(view: View) -> Pieces:
    """Cuts every text of a batch. A text ends where the next begins, so its empty piece has nothing in it."""
    cuts: list[int] = []
    bounds = [0]
    for start, stop in pairwise(view.starts):
        cuts += piece_starts(start, stop)
        cuts.append(stop - 1)
        bounds.append(len(cuts))
    cuts.append(cuts[-1])
    edges = np.empty((N_BLOCKS, len(cuts)), dtype=np.int64)
    edges[0] = cuts
    np.add(view.word_starts.searchsorted(edges[0]), len(view.symbols), out=edges[1])
    return Pieces(bounds, edges)


def windows_within(bounds: list[int]) -> list[int]:
    """Half-open places of each text's windows, one pair a text; window j is the pieces j and j + 1."""
    return [place for first, past in pairwise(bounds) for place in (first, max(past - 2, first + 1))]


def factors_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each of so many features: 1 / sqrt(count); 1 for none."""
    factors: NDArray[np.float64] = np.maximum(counts, _ONE)
    np.sqrt(factors, out=factors)
    np.divide(_ONE, factors, out=factors)
    return factors


def blocks_of(occurrences: Occurrences, edges: NDArray[np.int64]) -> list[NDArray[np.uint32]]:
    """The rows of ONE text, each block (n_kinds, n_places), NO_ROW where a feature would reach beyond the text."""
    grams, words = edges.tolist()
    rows = occurrences.rows
    return [rows[: len(GRAM_SIZES), grams[0] : grams[-1]], rows[: len(WORD_GAPS), words[0] : words[-1]]]


def rows_of(occurrences: Occurrences, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) the rows of ONE text, kind by kind."""
    rows = np.concatenate([block.ravel() for block in blocks_of(occurrences, edges)], dtype=np.int64)
    kept: NDArray[np.int64] = rows[rows != NO_ROW]
    return kept


def window_places(edges: NDArray[np.int64], windows: list[int]) -> list[slice]:
    """Which places of ONE text some of its windows are, from the edges of its pieces in one block."""
    known = edges.tolist()
    return [slice(known[window] - known[0], known[window : window + 3][-1] - known[0]) for window in windows]
