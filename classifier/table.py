"""The table of hashed weights, laid out so that sums over thousands of short runs of rows cost little."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.features.hashing import N_BLOCKS, Occurrences
from classifier.features.window import Pieces, factors_of, windows_within

_N = len(ATTRIBUTES)
_LANES, _LANE_BITS = 4, 16
_NUMBERS = _N // _LANES
_SIGNS = np.array(0x8000800080008000, dtype=np.uint64)


class Sums(NamedTuple):
    """What the hashed features of a batch add up to, weight times value.

    windows: (n_attributes, n_pieces), of each piece and the next, also where that is of another text
    within: half-open places of each text's windows, one pair a text
    texts: (n_attributes, n_texts)
    factors: (N_BLOCKS, n_pieces + n_texts), the value of each feature in each window, and in each text
    """

    windows: NDArray[np.float64]
    within: list[int]
    texts: NDArray[np.float64]
    factors: NDArray[np.float64]

    def worst(self) -> NDArray[np.float64]:
        """(n_attributes, n_texts): the largest sum of any window of each text."""
        largest: NDArray[np.float64] = np.maximum.reduceat(self.windows, self.within, axis=1)[:, ::2]
        return largest

    def worst_windows(self, text: int, columns: list[int]) -> list[int]:
        """Which window of a text has the largest sum, for some attributes; the text's first is 0."""
        first, past = self.within[2 * text : 2 * text + 2]
        return [int(self.windows[column, first:past].argmax()) for column in columns]

    def values(self, block: int, text: int, windows: list[int]) -> list[float]:
        """The value of each feature of a block in all of a text, and in some of its windows."""
        factors, first = self.factors[block], self.within[2 * text]
        return [factors.item(self.windows.shape[1] + text), *(factors.item(first + window) for window in windows)]


class Table:
    """The weights of hashed features: (N_ROWS, n_attributes) int8, and the value of one step by block and attribute.

    A row is two 64-bit numbers, each the sum of four weights times powers of 2**16. Such sums add up like numbers, so
    that a run of rows is the difference of two prefix sums, whatever overflowed before it; and as long as no weight's
    own sum leaves 16 bits (258 rows, while a piece has at most 32 * 3), all four can be read from it again. A last row
    of nothing is that of NO_ROW.
    """

    def __init__(self, hashed: NDArray[np.int8], scales: NDArray[np.float64]) -> None:
        """hashed: (N_ROWS, n_attributes); scales: (N_BLOCKS, n_attributes)"""
        self._scales = np.ascontiguousarray(scales.T)[:, :, None]
        self._rows = np.zeros((len(hashed) + 1, _NUMBERS), dtype=np.uint64)
        for lane in range(_LANES):
            weights = hashed.reshape(-1, _NUMBERS, _LANES)[:, :, lane].astype(np.int64)
            self._rows[:-1] += weights.view(np.uint64) << np.uint64(_LANE_BITS * lane)

    def steps(self, rows: NDArray[np.uint32], columns: list[int]) -> NDArray[np.float64]:
        """(n_columns, *rows.shape) the quantised weights of some rows for some attributes."""
        weights = _read(self._rows.take(rows, axis=0, mode="clip"))
        steps = np.empty((len(columns), *rows.shape))
        for step, column in zip(steps, columns, strict=True):
            step[:] = weights[..., column]
        return steps

    def sums(self, occurrences: Occurrences, pieces: Pieces) -> Sums:
        """Of every window and every text of a batch."""
        by_piece = self._piece_sums(occurrences, pieces)
        n_pieces, n_texts = pieces.bounds[-1], len(pieces.bounds) - 1
        runs = np.empty((_N + 1, N_BLOCKS, n_pieces + n_texts))
        np.add(by_piece[:, :, :-1], by_piece[:, :, 1:], out=runs[:, :, : n_pieces - 1])
        runs[:, :, n_pieces - 1].fill(0)
        np.add.reduceat(by_piece, pieces.bounds[:-1], axis=2, out=runs[:, :, n_pieces:])
        factors = factors_of(runs[_N])
        weighted = runs[:_N]
        weighted *= factors
        weighted *= self._scales
        both = weighted[:, 0]
        both += weighted[:, 1]
        return Sums(both[:, :n_pieces], windows_within(pieces.bounds), both[:, n_pieces:], factors)

    def _piece_sums(self, occurrences: Occurrences, pieces: Pieces) -> NDArray[np.float64]:
        """(n_attributes + 1, N_BLOCKS, n_pieces): the quantised weights of each block, and how many features it has."""
        at_edges = self._prefix_sums(occurrences).take(pieces.edges, axis=1)
        sums = at_edges[:, :, 1:] - at_edges[:, :, :-1]
        shape = (_NUMBERS, N_BLOCKS, -1, _LANES)
        by_piece = np.empty((_N + 1, *sums.shape[1:]))
        by_lane = by_piece[:_N].reshape(_NUMBERS, _LANES, *sums.shape[1:])
        by_lane[:] = _read(sums[:_NUMBERS]).reshape(shape).transpose(0, 3, 1, 2)
        by_piece[_N] = sums[_NUMBERS]
        return by_piece

    def _prefix_sums(self, occurrences: Occurrences) -> NDArray[np.uint64]:
        """(_NUMBERS + 1, 1 + n_places): both numbers of all that begins before each place, and how many features do."""
        total, *others = self._rows.take(occurrences.rows, axis=0, mode="clip")  # no check: they are all rows
        for values in others:
            total += values
        prefix = np.empty((_NUMBERS + 1, 1 + len(occurrences.begins)), dtype=np.uint64)
        prefix[:, 0].fill(0)
        prefix[:_NUMBERS, 1:] = total.T
        prefix[_NUMBERS, 1:] = occurrences.begins
        np.add.accumulate(prefix, axis=1, out=prefix)
        return prefix


def _read(sums: NDArray[np.uint64]) -> NDArray[np.int16]:
    """Four for each, in its place: what borrowed from the lane above is given back, then each is signed again."""
    sums += _SIGNS
    sums ^= _SIGNS
    signed: NDArray[np.int16] = sums.view("<i2")
    return signed
