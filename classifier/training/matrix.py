"""Turns texts into the sparse matrices that scikit-learn fits on, from the same features that scoring computes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.assessment import Text
from classifier.features.batch import features_of
from classifier.features.hashing import BLOCK_ROWS, N_ROWS, NO_ROW, Occurrences
from classifier.features.lexicon import Lexicon
from classifier.features.window import Pieces, windows_within
from classifier.table import factors_of
from classifier.text.view import view_of

_BATCH = 32
_BLOCKS = (slice(None, BLOCK_ROWS), slice(BLOCK_ROWS, None))


class PieceMatrix:
    """The features of many texts, the hashed ones by piece, for sums over whole texts and over windows.

    structure: (n_texts, n_structure) float32
    """

    def __init__(self, counts: csr_matrix, bounds: list[int], structure: NDArray[np.float32]) -> None:
        """Takes in the features of all texts.

        counts: (n_pieces, N_ROWS) float32 CSR, a 1 for each occurrence of a feature in a piece, repetitions apart
        bounds: n_texts + 1 indices; text k has the pieces from bounds[k] up to bounds[k + 1], its empty one included
        """
        self._counts, self.structure = counts, structure
        self._bounds = np.array(bounds)
        self._within = windows_within(bounds)
        in_words = np.concatenate([[0], np.cumsum(counts.indices >= BLOCK_ROWS)])[counts.indptr]
        self._done = np.stack([counts.indptr - in_words, in_words])

    def _factors(self, firsts: NDArray[np.int64], pasts: NDArray[np.int64]) -> NDArray[np.float64]:
        """(N_BLOCKS, n): the value of a feature in each run of pieces, from firsts[i] up to pasts[i]."""
        return factors_of(self._done[:, pasts] - self._done[:, firsts])

    def texts(self, rows: NDArray[np.int64]) -> csr_matrix:
        """(len(rows), N_ROWS) float32 CSR: the features of whole texts, each once, with the values of scoring."""
        firsts, pasts = self._bounds[rows], self._bounds[rows + 1]
        starts = self._counts.indptr[firsts].astype(np.int64)
        lengths = self._counts.indptr[pasts] - starts
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        indices = self._counts.indices[np.repeat(starts - pointers[:-1], lengths) + np.arange(pointers[-1])]
        grams, words = (np.repeat(factors, lengths) for factors in self._factors(firsts, pasts))
        values = np.where(indices < BLOCK_ROWS, grams, words).astype(np.float32)
        matrix = csr_matrix((values, indices, pointers), shape=(len(rows), N_ROWS))
        matrix.sum_duplicates()
        return matrix

    def pooled(self, hashed: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n_texts,) the sums of whole texts and (n_texts,) those of their worst windows; hashed: (N_ROWS,) weights."""
        pieces = np.arange(self._bounds[-1])
        windows = self._sums(hashed, pieces, np.minimum(pieces + 2, len(pieces)))
        worst: NDArray[np.float64] = np.maximum.reduceat(windows, self._within)[::2]
        return self._sums(hashed, self._bounds[:-1], self._bounds[1:]), worst

    def _sums(
        self, hashed: NDArray[np.float64], firsts: NDArray[np.int64], pasts: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """(n,) weight times value, summed over each run of pieces, from firsts[i] up to pasts[i]."""
        sums = np.zeros(len(firsts))
        for part, factors in zip(_BLOCKS, self._factors(firsts, pasts), strict=True):
            weights = np.zeros(N_ROWS)
            weights[part] = hashed[part]
            prefix = np.concatenate([[0.0], np.cumsum(self._counts @ weights)])
            sums += (prefix[pasts] - prefix[firsts]) * factors
        return sums


def _piece_rows(occurrences: Occurrences, pieces: Pieces) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(n,) the rows of a batch, piece by piece, and (n_pieces,) how many each piece has."""
    n_pieces = pieces.bounds[-1]
    rows, owners = [], []
    for edges in pieces.edges:
        owner = np.repeat(np.arange(n_pieces), np.diff(edges))
        for kind in occurrences.rows[:, edges[0] : edges[-1]]:
            kept = kind != NO_ROW
            rows.append(kind[kept])
            owners.append(owner[kept])
    owner = np.concatenate(owners)
    in_order = np.concatenate(rows)[owner.argsort(kind="stable")]
    return in_order.astype(np.int32), np.bincount(owner, minlength=n_pieces)


def matrix_of(texts: Sequence[Text], lexicon: Lexicon) -> PieceMatrix:
    """The features of many texts, computed in small batches."""
    columns, sizes, structure, bounds = [], [], [], [0]
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        features = features_of(batch, view_of([text.body for text in batch], lexicon), lexicon)
        rows, lengths = _piece_rows(features.occurrences, features.pieces)
        columns.append(rows)
        sizes.append(lengths)
        structure.append(features.structure.astype(np.float32))
        bounds += [bounds[-1] + past for past in features.pieces.bounds[1:]]
    pointers = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate(sizes))])
    indices = np.concatenate(columns)
    counts = csr_matrix((np.ones(len(indices), np.float32), indices, pointers), shape=(len(pointers) - 1, N_ROWS))
    return PieceMatrix(counts, bounds, np.concatenate(structure))
