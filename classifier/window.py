"""Windows of a text: what a long comment says in one place counts beside what it says in all.

A piece is PIECE_SYMBOLS symbols of a text; a feature belongs to the piece in which it begins. A window is two pieces
in a row, so that no insult is parted by every window's edge; a text of one piece is one window.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.hashing import GRAM_SIZES, GRAMS, PAIR_GAPS, WORDS, Occurrences
from classifier.view import View

PIECE_SYMBOLS = 32
"""About six words, so a window is about twelve; chosen on the dev sets."""

N_BLOCKS = 2
_GAPS = (0, *PAIR_GAPS)
_BLOCK_OF_KIND = [GRAMS] * len(GRAM_SIZES) + [WORDS] * len(_GAPS)  # each block has half of the kinds
_REACH = np.array([[size - 1] for size in GRAM_SIZES] + [[gap] for gap in _GAPS])
"""How far before the end of a text the last feature of each kind begins."""


class Pieces(NamedTuple):
    """The pieces of a batch, text by text, and an empty one after each text's last.

    bounds: n_texts + 1 places, text k has the pieces from bounds[k] up to bounds[k + 1], its empty one included
    firsts, pasts: (n_kinds, n_pieces) int64, of each kind a piece has occurrences.rows[first:past]
    """

    bounds: list[int]
    firsts: NDArray[np.int64]
    pasts: NDArray[np.int64]

    def of_text(self, text: int) -> "Pieces":
        """Those of one text, with the same places in `occurrences.rows`."""
        first, past = self.bounds[text : text + 2]
        return Pieces([0, past - first], self.firsts[:, first:past], self.pasts[:, first:past])

    def counts(self) -> NDArray[np.int64]:
        """(N_BLOCKS, n_pieces): how many features of each block begin in a piece."""
        lengths = self.pasts - self.firsts
        counts: NDArray[np.int64] = lengths.reshape(N_BLOCKS, -1, lengths.shape[1]).sum(axis=1)
        return counts


def piece_starts(start: int, stop: int) -> range:
    """Where the pieces of a text begin, whose symbols are those from `start` up to `stop`, see `View.starts`."""
    return range(start - 1, max(stop - 2, start), PIECE_SYMBOLS)


def pieces_of(view: View, occurrences: Occurrences) -> Pieces:
    """Cuts every text of a batch. Features that reach from one text into the next are of neither, and left out."""
    cuts: list[int] = []
    bounds = [0]
    for start, stop in pairwise(view.starts):
        cuts += piece_starts(start, stop)
        cuts.append(stop - 1)
        bounds.append(len(cuts))
    cuts.append(cuts[-1])
    edges = np.empty((len(_REACH), len(cuts)), dtype=np.int64)
    edges[: len(GRAM_SIZES)] = cuts
    edges[len(GRAM_SIZES) :] = view.word_starts.searchsorted(edges[0])
    limits = np.array([view.starts[1:]] * len(GRAM_SIZES) + [view.word_bounds[1:]] * len(_GAPS))
    limits -= _REACH
    np.maximum(limits, 0, out=limits)
    if len(bounds) > 2:  # else one limit is for all pieces
        limits = limits.repeat([past - first for first, past in pairwise(bounds)], axis=1)
    offsets = np.array(occurrences.offsets)[:, None]
    edges += offsets
    limits += offsets
    return Pieces(bounds, np.minimum(edges[:, :-1], limits), np.minimum(edges[:, 1:], limits))


def windows_within(bounds: list[int]) -> list[int]:
    """Half-open places of each text's windows, one pair a text; window j is the pieces j and j + 1."""
    return [place for first, past in pairwise(bounds) for place in (first, max(past - 2, first + 1))]


def factors_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each of so many features: 1 / sqrt(count); 1 for none."""
    factors: NDArray[np.float64] = 1 / np.sqrt(np.maximum(counts, 1))
    return factors


def rows_of(pieces: Pieces, occurrences: Occurrences) -> NDArray[np.int64]:
    """(n,) the rows of ONE text, kind by kind."""
    kinds = zip(pieces.firsts[:, 0].tolist(), pieces.pasts[:, -1].tolist(), strict=True)
    return np.concatenate([occurrences.rows[first:past] for first, past in kinds])


def values_of(
    pieces: Pieces, window: int, shares: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,) what each row that `rows_of` gives counts for in a logit, by one step of its weight.

    window: the worst window of this ONE text; shares: (2,) of all the text and of the worst window; scales:
    (N_BLOCKS,) the value of a step
    """
    counts = pieces.counts().astype(np.float64)
    in_window = slice(window, window + 2)
    all_values = (shares[0] * scales * factors_of(counts.sum(axis=1))).tolist()
    more = (shares[1] * scales * factors_of(counts[:, in_window].sum(axis=1))).tolist()
    parts = []
    for block, firsts, pasts in zip(_BLOCK_OF_KIND, pieces.firsts.tolist(), pieces.pasts.tolist(), strict=True):
        values = np.full(pasts[-1] - firsts[0], all_values[block])
        values[firsts[window] - firsts[0] : pasts[window + 1] - firsts[0]] += more[block]
        parts.append(values)
    return np.concatenate(parts)
