"""Turns texts into the sparse matrix that scikit-learn fits on, from the very features that scoring computes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.assessment import Text
from classifier.feature import features_of
from classifier.hashing import N_ROWS
from classifier.lexicon import Lexicon

_BATCH = 32


def _hashed_values(bounds: list[int], factors: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n,) the value of each row: its block's factor."""
    values: NDArray[np.float32] = np.repeat(factors.ravel(), np.diff(bounds)).astype(np.float32)
    return values


def matrix_of(texts: Sequence[Text], lexicon: Lexicon) -> tuple[csr_matrix, NDArray[np.float32]]:
    """(n_texts, N_ROWS) float32 CSR of the hashed features, and (n_texts, n_structure) float32."""
    columns, values, sizes, structure = [], [], [], []
    for start in range(0, len(texts), _BATCH):
        features = features_of(texts[start : start + _BATCH], lexicon)
        columns.append(features.rows.astype(np.int32))
        values.append(_hashed_values(features.bounds, features.factors))
        sizes.append(np.diff(features.bounds[::2]))
        structure.append(features.structure.astype(np.float32))
    pointers = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate(sizes))])
    hashed = csr_matrix((np.concatenate(values), np.concatenate(columns), pointers), shape=(len(texts), N_ROWS))
    hashed.sort_indices()
    return hashed, np.concatenate(structure)
