"""The table of hashed weights, laid out so that the sums over thousands of short runs of rows cost little."""

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.hashing import Occurrences
from classifier.window import N_BLOCKS, Pieces, Runs, by_block, factors_of

_N = len(ATTRIBUTES)
_MIDDLE = 128
_LANES = [place for pair in zip(range(_N // 2), range(_N // 2, _N), strict=True) for place in pair]
_EVEN_BYTES = np.uint64(0x00FF00FF00FF00FF)
_BYTE_BITS = np.uint64(8)


class Table:
    """The weights of hashed features: (N_ROWS, n_attributes) int8, and the value of one step by block and attribute.

    A row is one 64-bit number of eight bytes, each a weight + 128. Its even and its odd bytes are each four lanes of
    16 bits, and the difference of two prefix sums holds the sums of what is between, lane by lane: exact up to 257
    rows, while a piece has at most 32 * 3. The prefix sums themselves overflow, which subtraction undoes.
    """

    def __init__(self, hashed: NDArray[np.int8], scales: NDArray[np.float64]) -> None:
        """hashed: (N_ROWS, n_attributes); scales: (N_BLOCKS, n_attributes)"""
        self._scales = scales
        shifted = (hashed.view(np.uint8) ^ np.uint8(_MIDDLE))[:, _LANES]
        self._rows: NDArray[np.uint64] = np.ascontiguousarray(shifted).view("<u8").ravel()

    def steps(self, rows: NDArray[np.int64]) -> NDArray[np.int16]:
        """(n, n_attributes) the quantised weights of some rows."""
        steps = np.empty((len(rows), _N), dtype=np.int16)
        steps[:, _LANES] = self._rows.take(rows).view(np.uint8).reshape(-1, _N)
        steps -= _MIDDLE
        return steps

    def run_sums(self, occurrences: Occurrences, pieces: Pieces, runs: Runs) -> NDArray[np.float64]:
        """(n_runs, n_attributes): the sum of weight times value over the hashed features of each run of pieces."""
        counts = pieces.counts()
        sums = np.zeros((N_BLOCKS, counts.shape[1] + 1, _N + 1), dtype=np.int64)
        sums[:, :-1, _N] = counts
        np.subtract(self._piece_sums(occurrences, pieces), counts[:, :, None] * _MIDDLE, out=sums[:, :-1, :_N])
        in_runs = np.add.reduceat(sums, np.stack([runs.firsts, runs.pasts], axis=1).ravel(), axis=1)[:, ::2]
        weighted = in_runs[:, :, :_N] * factors_of(in_runs[:, :, _N:]) * self._scales[:, None]
        both: NDArray[np.float64] = weighted[0] + weighted[1]
        return both

    def _piece_sums(self, occurrences: Occurrences, pieces: Pieces) -> NDArray[np.uint16]:
        """(N_BLOCKS, n_pieces, n_attributes): the sum of all bytes, 128 too much for each row."""
        rows = self._rows.take(occurrences.rows)
        prefix = np.empty((len(rows) + 1, 2), dtype=np.uint64)
        prefix[0] = 0
        np.cumsum(rows & _EVEN_BYTES, out=prefix[1:, 0])
        rows >>= _BYTE_BITS
        rows &= _EVEN_BYTES
        np.cumsum(rows, out=prefix[1:, 1])
        kinds = prefix.take(pieces.pasts, axis=0) - prefix.take(pieces.firsts, axis=0)
        return by_block(kinds).view("<u2")
