"""The table of hashed weights, laid out so that sums over thousands of short runs of rows cost little."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.features.hashing import N_BLOCKS, Occurrences
from classifier.features.window import Pieces

_N_ATTRIBUTES = len(ATTRIBUTES)
_N_LANES, _LANE_BITS = 4, 16
_N_NUMBERS = _N_ATTRIBUTES // _N_LANES
_SIGNS = np.array(0x8000800080008000, dtype=np.uint64)
"""The sign bit of each lane."""

_ONE = np.ones(())
"""It has no dimension: numpy takes such an array in quicker than a Python number, which it must convert."""


class Sums(NamedTuple):
    """What the hashed features of a batch add up to, weight times value.

    windows: (n_attributes, n_pieces), the sums of each piece and the next, also where the next is of another text
    within: two positions for each text, the half-open bounds of its windows in `windows`
    texts: (n_attributes, n_texts), the sums of each whole text
    factors: (N_BLOCKS, n_pieces + n_texts), the value of each feature in each window, then in each text
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
        """The window of one text that has the largest sum, for some attributes; its first window is 0."""
        first, past = self.within[2 * text : 2 * text + 2]
        return [int(self.windows[column, first:past].argmax()) for column in columns]

    def values(self, block: int, text: int, windows: list[int]) -> list[float]:
        """The value of each feature of a block in the whole of one text, then in some of its windows."""
        factors, first = self.factors[block], self.within[2 * text]
        return [factors.item(self.windows.shape[1] + text), *(factors.item(first + window) for window in windows)]


class Table:
    """The weights of hashed features.

    A row is two 64-bit numbers, each the sum of four weights times powers of 2**16. Such numbers can be added like any
    others, so that the sum of a run of rows is the difference of two prefix sums, whatever overflowed before the run.
    As long as no weight's own sum leaves 16 bits (258 rows of 127, while a piece has at most 32 * 3), all four sums can
    be read from the difference. The last row is nothing: it is that of NO_ROW.

    worth: by block, then for the whole text and for its worst window, then by attribute: what one step adds to a logit
        when its feature has the value 1
    """

    def __init__(self, hashed: NDArray[np.int8], scales: NDArray[np.float64], shares: NDArray[np.float64]) -> None:
        """The arguments are the arrays of these names in `Weights`."""
        self.worth: list[list[list[float]]] = (scales[:, None] * shares).tolist()
        self._scales = np.ascontiguousarray(scales.T)[:, :, None]
        self._in_all, self._in_window = shares[:, :, None]
        self._rows = np.zeros((len(hashed) + 1, _N_NUMBERS), dtype=np.uint64)
        for lane in range(_N_LANES):
            weights = hashed.reshape(-1, _N_NUMBERS, _N_LANES)[:, :, lane].astype(np.int64)
            self._rows[:-1] += weights.view(np.uint64) << np.uint64(_LANE_BITS * lane)

    def steps(self, rows: NDArray[np.uint32], columns: list[int]) -> NDArray[np.float64]:
        """(n_columns, *rows.shape): the quantised weights of some rows for some attributes."""
        weights = _lanes_of(self._rows.take(rows, axis=0, mode="clip"))
        steps = np.empty((len(columns), *rows.shape))
        for step, column in zip(steps, columns, strict=True):
            step[:] = weights[..., column]
        return steps

    def logits(self, sums: Sums) -> NDArray[np.float64]:
        """(n_attributes, n_texts): what the hashed features of each text add to its logits."""
        logits: NDArray[np.float64] = self._in_all * sums.texts
        logits += self._in_window * sums.worst()
        return logits

    def sums(self, occurrences: Occurrences, pieces: Pieces) -> Sums:
        """The sums of every window and of every text of a batch."""
        by_piece = self._piece_sums(occurrences, pieces)
        n_pieces, n_texts = pieces.bounds[-1], len(pieces.bounds) - 1
        runs = np.empty((_N_ATTRIBUTES + 1, N_BLOCKS, n_pieces + n_texts))
        np.add(by_piece[:, :, :-1], by_piece[:, :, 1:], out=runs[:, :, : n_pieces - 1])
        runs[:, :, n_pieces - 1].fill(0)
        np.add.reduceat(by_piece, pieces.bounds[:-1], axis=2, out=runs[:, :, n_pieces:])
        factors = factors_of(runs[_N_ATTRIBUTES])
        weighted = runs[:_N_ATTRIBUTES]
        weighted *= factors
        weighted *= self._scales
        both = weighted[:, 0]
        both += weighted[:, 1]
        return Sums(both[:, :n_pieces], pieces.windows, both[:, n_pieces:], factors)

    def _piece_sums(self, occurrences: Occurrences, pieces: Pieces) -> NDArray[np.float64]:
        """(n_attributes + 1, N_BLOCKS, n_pieces): the sums of steps in each piece, and last the number of features."""
        at_edges = self._prefix_sums(occurrences).take(pieces.edges, axis=1)
        sums = at_edges[:, :, 1:] - at_edges[:, :, :-1]
        shape = (_N_NUMBERS, N_BLOCKS, -1, _N_LANES)
        by_piece = np.empty((_N_ATTRIBUTES + 1, *sums.shape[1:]))
        by_lane = by_piece[:_N_ATTRIBUTES].reshape(_N_NUMBERS, _N_LANES, *sums.shape[1:])
        by_lane[:] = _lanes_of(sums[:_N_NUMBERS]).reshape(shape).transpose(0, 3, 1, 2)
        by_piece[_N_ATTRIBUTES] = sums[_N_NUMBERS]
        return by_piece

    def _prefix_sums(self, occurrences: Occurrences) -> NDArray[np.uint64]:
        """(_N_NUMBERS + 1, 1 + n_places): the sums of the rows of all that begins before each place.

        The last of them is how many features begin before it.
        """
        total, *others = self._rows.take(occurrences.rows, axis=0, mode="clip")  # no check: they are all rows
        for values in others:
            total += values
        prefix = np.empty((_N_NUMBERS + 1, 1 + len(occurrences.begins)), dtype=np.uint64)
        prefix[:, 0].fill(0)
        prefix[:_N_NUMBERS, 1:] = total.T
        prefix[_N_NUMBERS, 1:] = occurrences.begins
        np.add.accumulate(prefix, axis=1, out=prefix)
        return prefix


def factors_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of a hashed feature where its block has so many features: 1 / sqrt(count), and 1 where it has none."""
    factors: NDArray[np.float64] = np.maximum(counts, _ONE)
    np.sqrt(factors, out=factors)
    np.divide(_ONE, factors, out=factors)
    return factors


def _lanes_of(sums: NDArray[np.uint64]) -> NDArray[np.int16]:
    """(..., 4 * n) int16: the four sums that each of (..., n) numbers holds, the lowest lane first; changes `sums`.

    A negative sum in one lane has borrowed 1 from the lane above it. Adding 0x8000 to every lane makes each sum
    positive and so gives back what was borrowed; flipping the same bit then takes the 0x8000 away again, lane by lane.
    With two lanes, for -1 below and 3 above, whose number is 3 * 0x10000 - 1:
        0x0002ffff + 0x80008000 = 0x80037fff
        0x80037fff ^ 0x80008000 = 0x0003ffff, which is 3 above and 0xffff = -1 below
    """
    sums += _SIGNS
    sums ^= _SIGNS
    signed: NDArray[np.int16] = sums.view("<i2")
    return signed
