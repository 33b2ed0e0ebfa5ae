"""Windows of a text: what a long comment says in one place counts beside what it says in all.

A text is cut into pieces of PIECE_SYMBOLS symbols; a feature belongs to the piece in which it begins. A window is two
pieces in a row, so that no insult is cut by the edge of every window; a text of one piece is one window.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.hashing import N_BLOCKS, NO_ROW, Occurrences
from classifier.text.view import View

PIECE_SYMBOLS = 32
"""A piece is about six words, so a window is about twelve; chosen on the dev sets."""


class Pieces(NamedTuple):
    """The pieces of a batch, text by text, with an empty piece after the last piece of each text.

    bounds: n_texts + 1 indices of pieces; text k has those from bounds[k] up to bounds[k + 1], its empty one included
    windows: two indices of windows for each text, their half-open bounds; window j is the pieces j and j + 1
    edges: (N_BLOCKS, n_pieces + 1) int64, places as `Occurrences` has them: piece j has the n-grams that begin from
        edges[0, j] up to edges[0, j + 1], and the words and pairs that begin from edges[1, j] up to edges[1, j + 1]
    """

    bounds: list[int]
    windows: list[int]
    edges: NDArray[np.int64]

    def of_text(self, text: int) -> NDArray[np.int64]:
        """(N_BLOCKS, n + 1) the edges of the n pieces of one text, without its empty piece."""
        first, past = self.bounds[text : text + 2]
        return self.edges[:, first:past]


def piece_starts(start: int, stop: int) -> range:
    """The symbols at which the pieces of a text begin; start, stop: the bounds of the text, see `View.starts`."""
    return range(start - 1, max(stop - 2, start), PIECE_SYMBOLS)


def pieces_of(view: View) -> Pieces:
    """The pieces of every text of a batch. A text ends where the next begins, so its empty piece has no features."""
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
    return Pieces(bounds, windows_within(bounds), edges)


def windows_within(bounds: list[int]) -> list[int]:
    """The half-open bounds of the windows of each text, from the bounds of its pieces; see `Pieces`."""
    return [place for first, past in pairwise(bounds) for place in (first, max(past - 2, first + 1))]


def blocks_of(occurrences: Occurrences, edges: NDArray[np.int64]) -> list[NDArray[np.uint32]]:
    """The rows of ONE text by block, (n_kinds, n_places), with NO_ROW where a feature would reach beyond the text."""
    grams, words = edges.tolist()
    rows = occurrences.rows
    return [rows[:, grams[0] : grams[-1]], rows[:, words[0] : words[-1]]]


def rows_of(occurrences: Occurrences, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n_features,) the rows of ONE text, kind by kind, without NO_ROW."""
    rows = np.concatenate([block.ravel() for block in blocks_of(occurrences, edges)], dtype=np.int64)
    kept: NDArray[np.int64] = rows[rows != NO_ROW]
    return kept
