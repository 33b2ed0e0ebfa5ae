"""The weights as scoring uses them: from the features of a batch to its logits."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.features.batch import Features
from classifier.model_file import Weights
from classifier.table import Sums, Table


class Scored(NamedTuple):
    """A batch of texts with its logits, and with what they were computed from.

    logits: (n_texts, n_attributes) float64
    """

    features: Features
    sums: Sums
    logits: NDArray[np.float64]


class LinearModel:
    """A logit is the bias, what the hashed features add, and what the structural features add.

    table: the weights of the hashed features
    structure: (n_structure, n_attributes) float64, the weights of the structural features
    bias: (n_attributes,) float64
    """

    def __init__(self, weights: Weights) -> None:
        self.table = Table(weights.hashed, weights.scales, weights.shares)
        self.structure, self.bias = weights.structure, weights.bias

    def score(self, features: Features) -> Scored:
        """The batch with its logits."""
        sums = self.table.sums(features.occurrences, features.pieces)
        hashed = self.table.logits(sums)
        logits: NDArray[np.float64] = features.structure.dot(self.structure)
        logits += self.bias
        logits += hashed.T
        return Scored(features, sums, logits)
