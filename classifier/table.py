"""The table of hashed weights, laid out so that sums over thousands of short runs of rows cost little."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.hashing import Occurrences
from classifier.window import N_BLOCKS, Pieces, factors_of, windows_within

_N = len(ATTRIBUTES)
_LANES, _LANE_BITS = 4, 16
_SIGNS = np.uint64(0x8000800080008000)


class Sums(NamedTuple):
    """What the hashed features of a batch add up to, weight times value.

    windows: (n_pieces, n_attributes), of each piece and the next, also where that is of another text
    within: half-open places of each text's windows, one pair a text
    texts: (n_texts, n_attributes)
    """

    windows: NDArray[np.float64]
    within: list[int]
    texts: NDArray[np.float64]

    def worst(self) -> NDArray[np.float64]:
        """(n_texts, n_attributes): the largest sum of any window of each text."""
        largest: NDArray[np.float64] = np.maximum.reduceat(self.windows, self.within)[::2]
        return largest

    def worst_windows(self, text: int, columns: list[int]) -> list[int]:
        """Which window of a text has the largest sum, for some attributes; the text's first is 0."""
        first, past = self.within[2 * text : 2 * text + 2]
        places: list[int] = self.windows[first:past, columns].argmax(axis=0).tolist()
        return places


class Table:
    """The weights of hashed features: (N_ROWS, n_attributes) int8, and the value of one step by block and attribute.

    A row is two 64-bit numbers, each the sum of four weights times powers of 2**16. Such sums add up like numbers, so
    that a run of rows is the difference of two prefix sums, whatever overflowed before it; and as long as no weight's
    own sum leaves 16 bits (258 rows, while a piece has at most 32 * 3), all four can be read from it again.
    """

    def __init__(self, hashed: NDArray[np.int8], scales: NDArray[np.float64]) -> None:
        """hashed: (N_ROWS, n_attributes); scales: (N_BLOCKS, n_attributes)"""
        self._scales = scales[:, None]
        self._rows = np.zeros((len(hashed), _N // _LANES), dtype=np.uint64)
        for lane in range(_LANES):
            weights = hashed.reshape(-1, _N // _LANES, _LANES)[:, :, lane].astype(np.int64)
            self._rows += weights.view(np.uint64) << np.uint64(_LANE_BITS * lane)

    def steps(self, rows: NDArray[np.int64]) -> NDArray[np.int16]:
        """(n, n_attributes) the quantised weights of some rows."""
        return _read(self._rows.take(rows, axis=0)).reshape(-1, _N)

    def sums(self, occurrences: Occurrences, pieces: Pieces) -> Sums:
        """Of every window and every text of a batch."""
        n_pieces, n_texts = pieces.bounds[-1], len(pieces.bounds) - 1
        by_piece = np.empty((N_BLOCKS, n_pieces, _N + 1))
        by_piece[:, :, :_N] = self._piece_sums(occurrences, pieces)
        by_piece[:, :, _N] = pieces.counts()
        runs = np.empty((N_BLOCKS, n_pieces + n_texts, _N + 1))
        np.add(by_piece[:, :-1], by_piece[:, 1:], out=runs[:, : n_pieces - 1])
        runs[:, n_pieces - 1] = 0
        np.add.reduceat(by_piece, pieces.bounds[:-1], axis=1, out=runs[:, n_pieces:])
        weighted = runs[:, :, :_N] * factors_of(runs[:, :, _N:])
        weighted *= self._scales
        both = weighted[0] + weighted[1]
        return Sums(both[:n_pieces], windows_within(pieces.bounds), both[n_pieces:])

    def _piece_sums(self, occurrences: Occurrences, pieces: Pieces) -> NDArray[np.int16]:
        """(N_BLOCKS, n_pieces, n_attributes): the sum of the quantised weights of each block."""
        prefix = np.empty((len(occurrences.rows) + 1, _N // _LANES), dtype=np.uint64)
        prefix[0] = 0
        np.add.accumulate(self._rows.take(occurrences.rows, axis=0), axis=0, out=prefix[1:])
        kinds = prefix.take(pieces.pasts, axis=0)
        kinds -= prefix.take(pieces.firsts, axis=0)
        return _read(kinds.reshape(N_BLOCKS, -1, *kinds.shape[1:]).sum(axis=1))


def _read(sums: NDArray[np.uint64]) -> NDArray[np.int16]:
    """(..., n_attributes) from (..., 2): what borrowed from the lane above is given back, then each is signed again."""
    signed: NDArray[np.int16] = ((sums + _SIGNS) ^ _SIGNS).view("<i2")
    return signed
