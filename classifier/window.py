"""Windows of a text: what a long comment says in one place counts beside what it says in all.

A piece is PIECE_SYMBOLS symbols of a text; a feature belongs to the piece in which it begins. A window is two pieces
in a row, so that no insult is parted by every window's edge; a text of one piece is one window.
"""

from itertools import accumulate, pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.hashing import GRAM_SIZES, GRAMS, N_KINDS, PAIR_GAPS, WORDS, Occurrences
from classifier.view import View

PIECE_SYMBOLS = 32
"""About six words, so a window is about twelve; chosen on the dev sets."""

N_BLOCKS = 2
_Number = TypeVar("_Number", np.int64, np.uint64)
_N_SIZES = len(GRAM_SIZES)  # as many as there are kinds of words and pairs: each block has half of the kinds
_GAPS = (0, *PAIR_GAPS)
_REACH = np.array([[size - 1] for size in GRAM_SIZES] + [[gap] for gap in _GAPS])
"""How far before the end of a text the last feature of each kind begins."""


class Pieces(NamedTuple):
    """The pieces of a batch, text by text.

    bounds: n_texts + 1 places, text k has the pieces from bounds[k] up to bounds[k + 1]; each text has one at least
    firsts, pasts: (N_KINDS, n_pieces) int64, of each kind a piece has occurrences.rows[first:past]
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
        return by_block(self.pasts - self.firsts)


def by_block(kinds: NDArray[_Number]) -> NDArray[_Number]:
    """(N_BLOCKS, ...) the sums over the kinds of each block of (N_KINDS, ...)."""
    sums: NDArray[_Number] = kinds.reshape(N_BLOCKS, -1, *kinds.shape[1:]).sum(axis=1)
    return sums


def pieces_of(view: View, occurrences: Occurrences) -> Pieces:
    """Cuts every text of a batch. N-grams that reach from one text into the next are of neither, and left out."""
    cuts: list[int] = []
    bounds = [0]
    for start, stop in pairwise(view.starts):
        cuts += range(start - 1, max(stop - 2, start), PIECE_SYMBOLS)
        bounds.append(len(cuts))
    cuts.append(view.starts[-1] - 1)
    edges = np.empty((N_KINDS, len(cuts)), dtype=np.int64)
    edges[:_N_SIZES] = cuts
    edges[_N_SIZES:] = view.word_starts.searchsorted(edges[0])
    limits = np.array([view.starts[1:]] * _N_SIZES + [view.word_bounds[1:]] * len(_GAPS)) - _REACH
    limits = np.maximum(limits, 0).repeat(np.diff(bounds), axis=1)
    offsets = np.array(occurrences.offsets[:-1])[:, None]
    return Pieces(bounds, np.minimum(edges[:, :-1], limits) + offsets, np.minimum(edges[:, 1:], limits) + offsets)


class Runs(NamedTuple):
    """All windows and all texts of a batch as half-open runs of pieces: the windows text by text, then the texts.

    bounds: n_texts + 1 places, text k has the windows from bounds[k] up to bounds[k + 1]
    firsts, pasts: (n_windows + n_texts,) int64
    """

    bounds: list[int]
    firsts: NDArray[np.int64]
    pasts: NDArray[np.int64]


def runs_of(bounds: list[int]) -> Runs:
    """The windows and texts of pieces with these bounds."""
    counts = [max(past - first - 1, 1) for first, past in pairwise(bounds)]
    windows = list(accumulate(counts, initial=0))
    starts = np.array(bounds)
    text = np.repeat(np.arange(len(counts)), counts)
    firsts = np.arange(windows[-1]) + (starts[:-1] - windows[:-1])[text]
    pasts = np.minimum(firsts + 2, starts[1:][text])
    return Runs(windows, np.concatenate([firsts, starts[:-1]]), np.concatenate([pasts, starts[1:]]))


def factors_of(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The value of each of so many features: 1 / sqrt(count); 1 for none."""
    factors: NDArray[np.float64] = 1 / np.sqrt(np.maximum(counts, 1))
    return factors


_BLOCK_OF_KIND = [GRAMS] * _N_SIZES + [WORDS] * len(_GAPS)


def rows_of(pieces: Pieces, occurrences: Occurrences) -> NDArray[np.int64]:
    """(n,) the rows of ONE text, kind by kind."""
    kinds = zip(pieces.firsts[:, 0].tolist(), pieces.pasts[:, -1].tolist(), strict=True)
    return np.concatenate([occurrences.rows[first:past] for first, past in kinds])


def values_of(
    pieces: Pieces, window: int, shares: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,) what each row that `rows_of` gives counts for in a logit, by one step of its weight.

    window: the place of the worst window of this ONE text; shares: (2,) of all the text and of the worst window;
    scales: (N_BLOCKS,) the value of a step
    """
    counts = pieces.counts()
    in_window = slice(window, window + 2)
    all_values = (shares[0] * scales * factors_of(counts.sum(axis=1))).tolist()
    more = (shares[1] * scales * factors_of(counts[:, in_window].sum(axis=1))).tolist()
    parts = []
    for block, firsts, pasts in zip(_BLOCK_OF_KIND, pieces.firsts.tolist(), pieces.pasts.tolist(), strict=True):
        values = np.full(pasts[-1] - firsts[0], all_values[block])
        values[firsts[in_window][0] - firsts[0] : pasts[in_window][-1] - firsts[0]] += more[block]
        parts.append(values)
    return np.concatenate(parts)
