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
from classifier.structure import structure_of
from classifier.view import View, view_of


class Features(NamedTuple):
    """What a batch of texts is scored by.

    rows: (n,) int64, rows of the weight table, for each text its n-grams and then its words, each row once
    bounds: 2 * n_texts + 1 places, block b of text k is rows[bounds[2 * k + b]:bounds[2 * k + b + 1]]
    factors: (n_texts, 2) float64, the value of every hashed feature of a block: 1 / sqrt(features in the block)
    structure: (n_texts, n_structure) float64
    view, occurrences: what they were made from, for spans
    """

    rows: NDArray[np.int64]
    bounds: list[int]
    factors: NDArray[np.float64]
    structure: NDArray[np.float64]
    view: View
    occurrences: Occurrences


def features_of(texts: Sequence[Text], lexicon: Lexicon) -> Features:
    """The features of a batch of texts, 60,000 code points in all."""
    view = view_of([text.body for text in texts], lexicon)
    occurrences = Occurrences(view)
    rows, bounds = unique_rows(occurrences)
    sizes = [past - first for first, past in pairwise(bounds)]
    factors = np.array([1 / sqrt(size) if size else 1.0 for size in sizes]).reshape(-1, 2)
    structure = structure_of(texts, view, occurrences, sizes[1::2], lexicon)
    return Features(rows, bounds, factors, structure, view, occurrences)
