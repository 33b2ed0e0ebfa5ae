"""The feature vector of a text, for weights that others keep on the same features: a site's own learning."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.feature import Features
from classifier.hashing import N_ROWS
from classifier.structure import STRUCTURE

N_FEATURES = N_ROWS + len(STRUCTURE)
"""Length of a dense weight vector: first the hashed rows, then the structural features in the order of STRUCTURE."""


class Vector(NamedTuple):
    """A sparse vector; its product with a (N_FEATURES,) array of weights is a logit without its bias.

    indices: (n,) int64, each once, ascending, in [0, N_FEATURES)
    values: (n,) float32, hashed features 1 / sqrt(features of their block in the text), the others as they are
    """

    indices: NDArray[np.int64]
    values: NDArray[np.float32]


def vectors_of(features: Features) -> list[Vector]:
    """The vector of each text of a batch."""
    vectors = []
    for text, (structure, factors) in enumerate(zip(features.structure, features.factors, strict=True)):
        first, middle, past = features.bounds[2 * text : 2 * text + 3]
        named = np.flatnonzero(structure)
        hashed = np.repeat(factors, (middle - first, past - middle))
        indices = np.concatenate([np.sort(features.rows[first:past]), named + N_ROWS])
        vectors.append(Vector(indices, np.concatenate([hashed, structure[named]]).astype(np.float32)))
    return vectors
