"""The features of a batch of texts: the one place that both training and scoring get them from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Text
from classifier.hashing import GRAM_BITS, Occurrences
from classifier.lexicon import Lexicon
from classifier.structure import structure_of
from classifier.view import View, view_of

_ROW_BITS = GRAM_BITS + 1


@dataclass(frozen=True, slots=True)
class Features:
    """What a batch of texts is scored by.

    rows: (n,) int64, rows of the weight table, for each text its n-grams and then its words, each row once, ascending
    bounds: (2 * n_texts + 1,) int64, block b of text k is rows[bounds[2 * k + b]:bounds[2 * k + b + 1]]
    factors: (n_texts, 2) float64, the value of every hashed feature of a block: 1 / sqrt(features in the block)
    structure: (n_texts, n_structure) float64
    view, occurrences: what they were made from, for spans
    """

    rows: NDArray[np.int64]
    bounds: NDArray[np.int64]
    factors: NDArray[np.float64]
    structure: NDArray[np.float64]
    view: View
    occurrences: Occurrences


def _unique_rows(occurrences: Occurrences, n_texts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row of each text once, and the bounds of its blocks."""
    keys = occurrences.row
    if occurrences.text is not None:
        keys = keys | (occurrences.text << np.uint32(_ROW_BITS))
    keys = np.sort(keys)
    fresh = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    keys = keys[fresh]
    marks = np.arange(2 * n_texts, dtype=np.uint32) << np.uint32(GRAM_BITS)
    bounds = np.append(keys.searchsorted(marks), len(keys))
    return (keys & np.uint32((1 << _ROW_BITS) - 1)).astype(np.int64), bounds


def features_of(texts: Sequence[Text], lexicon: Lexicon) -> Features:
    """The features of at most 4,096 texts, 100,000 code points in all."""
    view = view_of([text.body for text in texts], lexicon)
    occurrences = Occurrences(view)
    rows, bounds = _unique_rows(occurrences, len(texts))
    counts = np.diff(bounds).reshape(-1, 2)
    factors = 1 / np.sqrt(np.maximum(counts, 1))
    structure = structure_of(texts, view, occurrences, lexicon)
    return Features(rows, bounds, factors, structure, view, occurrences)
