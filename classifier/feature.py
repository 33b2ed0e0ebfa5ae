"""The features of a batch of texts: the one place that both training and scoring get them from."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Text
from classifier.hashing import GRAM_BITS, Occurrences
from classifier.lexicon import Lexicon
from classifier.structure import structure_of
from classifier.view import View, view_of

_ROW_BITS = GRAM_BITS + 1
_ROW_MASK = np.uint32((1 << _ROW_BITS) - 1)
MAX_TEXTS = 4096
_BLOCK_MARKS = np.arange(2 * MAX_TEXTS, dtype=np.uint32) << np.uint32(GRAM_BITS)
"""The least key of each block of each text."""


class Features(NamedTuple):
    """What a batch of texts is scored by.

    rows: (n,) int64, rows of the weight table, for each text its n-grams and then its words, each row once, ascending
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


def _unique_rows(occurrences: Occurrences, n_texts: int) -> tuple[NDArray[np.int64], list[int]]:
    """Each row of each text once, and the bounds of its blocks."""
    if occurrences.text is None:
        keys = np.sort(occurrences.row)
    else:
        keys = occurrences.row | (occurrences.text << np.uint32(_ROW_BITS))
        keys.sort()
    fresh = np.empty(len(keys), dtype=np.bool_)
    fresh[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    keys = keys[fresh]
    bounds = keys.searchsorted(_BLOCK_MARKS[: 2 * n_texts]).tolist()
    bounds.append(len(keys))
    if n_texts > 1:
        keys &= _ROW_MASK
    return keys.astype(np.int64), bounds


def features_of(texts: Sequence[Text], lexicon: Lexicon) -> Features:
    """The features of at most MAX_TEXTS texts, 60,000 code points in all."""
    view = view_of([text.body for text in texts], lexicon)
    occurrences = Occurrences(view)
    rows, bounds = _unique_rows(occurrences, len(texts))
    sizes = [past - first for first, past in pairwise(bounds)]
    factors = np.array([1 / sqrt(size) if size else 1.0 for size in sizes]).reshape(-1, 2)
    structure = structure_of(texts, view, occurrences, sizes[1::2], lexicon)
    return Features(rows, bounds, factors, structure, view, occurrences)


def features_of_one(features: Features, text: int) -> Features:
    """The features of one text of a batch, its view and occurrences cut out, for spans."""
    if len(features.structure) == 1:
        return features
    view = features.view.cut(text)
    factors, structure = features.factors[text : text + 1], features.structure[text : text + 1]
    bounds = features.bounds[2 * text : 2 * text + 3]
    rows = features.rows[bounds[0] : bounds[2]]
    return Features(rows, [bound - bounds[0] for bound in bounds], factors, structure, view, Occurrences(view))
