"""The features of a batch of texts: the one place that both training and scoring get them from."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Text
from classifier.hashing import Occurrences, unique_rows
from classifier.lexicon import Lexicon
from classifier.structure import STRUCTURE, structure_of
from classifier.view import View, view_of

N_STRUCTURE = len(STRUCTURE)
ADDED = 128
"""What makes a weight of 8 bits positive."""


class Features(NamedTuple):
    """What a batch of texts is scored by.

    rows: (n,) int64, rows of the weight table, for each text its n-grams and then its words, each row once
    bounds: 2 * n_texts + 1 places, block b of text k is rows[bounds[2 * k + b]:bounds[2 * k + b + 1]]
    named: (n_texts, n_structure + 4) float64: structure, factors and added in one array, for to make an array of
        Python's numbers costs as much as to add up the weights of all features
    view, occurrences: what they were made from, for spans
    """

    rows: NDArray[np.int64]
    bounds: list[int]
    named: NDArray[np.float64]
    view: View
    occurrences: Occurrences

    @property
    def structure(self) -> NDArray[np.float64]:
        """(n_texts, n_structure) float64."""
        return self.named[:, :N_STRUCTURE]

    @property
    def factors(self) -> NDArray[np.float64]:
        """(n_texts, 2) float64, the value of every hashed feature of a block: 1 / sqrt(features in the block)."""
        return self.named[:, N_STRUCTURE : N_STRUCTURE + 2]

    @property
    def added(self) -> NDArray[np.float64]:
        """(n_texts, 2) float64: ADDED times factor times features, for a block whose weights are all ADDED more."""
        return self.named[:, N_STRUCTURE + 2 :]


def features_of(texts: Sequence[Text], lexicon: Lexicon) -> Features:
    """The features of a batch of texts, 60,000 code points in all."""
    view = view_of([text.body for text in texts], lexicon)
    occurrences = Occurrences(view)
    rows, bounds = unique_rows(occurrences)
    roots = [sqrt(past - first) for first, past in pairwise(bounds)]
    named = structure_of(texts, view, occurrences, bounds, lexicon)
    for structure, grams, words in zip(named, roots[::2], roots[1::2], strict=True):
        structure += (1 / grams if grams else 1.0, 1 / words if words else 1.0, ADDED * grams, ADDED * words)
    return Features(rows, bounds, np.array(named), view, occurrences)
