"""The feature vector of a text, for weights on the same features that are kept elsewhere: what a site learns itself."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.batch import Features
from classifier.features.hashing import BLOCK_ROWS, N_ROWS
from classifier.features.structure import STRUCTURE
from classifier.features.window import rows_of
from classifier.table import factors_of

N_FEATURES = N_ROWS + len(STRUCTURE)
"""The length of a dense vector: first the hashed rows, then the structural features in the order of STRUCTURE."""


class Vector(NamedTuple):
    """A sparse vector; its product with a (N_FEATURES,) array of weights is a logit without its bias.

    indices: (n,) int64 in [0, N_FEATURES), ascending, each index once
    values: (n,) float32; the value of a hashed feature is how often it occurs / sqrt(features of its block in the text)
    """

    indices: NDArray[np.int64]
    values: NDArray[np.float32]


def vectors_of(features: Features) -> list[Vector]:
    """One vector for each text of a batch, in order."""
    vectors = []
    for text, structure in enumerate(features.structure):
        rows = rows_of(features.occurrences, features.pieces.of_text(text))
        hashed, counts = np.unique(rows, return_counts=True)
        middle = int(hashed.searchsorted(BLOCK_ROWS))
        factors = factors_of(np.array([counts[:middle].sum(), counts[middle:].sum()]))
        named = np.flatnonzero(structure)
        values = counts * np.repeat(factors, (middle, len(hashed) - middle))
        indices = np.concatenate([hashed, named + N_ROWS])
        vectors.append(Vector(indices, np.concatenate([values, structure[named]]).astype(np.float32)))
    return vectors
