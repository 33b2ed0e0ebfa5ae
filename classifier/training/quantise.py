"""Rounds fitted weights to the steps that scoring stores."""

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.features.hashing import BLOCK_ROWS, N_BLOCKS, N_ROWS
from classifier.model_file import Weights
from classifier.training.fit import Fitted, shares_of

_MAX_STEP = 127
"""The largest step that eight bits with a sign hold on both sides of 0."""

_CLIPPED_SHARE = 1e-4
"""This share of each block's weights, the largest, is cut, so that the steps of all others are finer."""


def quantise(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """(n,) int8 steps and the value of one step; steps * value are the weights, rounded to the nearest."""
    largest = float(np.quantile(np.abs(weights), 1 - _CLIPPED_SHARE))
    value = largest / _MAX_STEP or 1.0
    return np.clip(np.rint(weights / value), -_MAX_STEP, _MAX_STEP).astype(np.int8), value


def packed(fitted: list[Fitted], name: str, *, keys: NDArray[np.uint32], marks: NDArray[np.uint16]) -> Weights:
    """The weights as the model file holds them.

    fitted: one for each attribute, in the order of ATTRIBUTES; name: the version; keys, marks: (n_entries,) the lexicon
    """
    hashed = np.zeros((N_ROWS, len(ATTRIBUTES)), dtype=np.int8)
    scales = np.zeros((N_BLOCKS, len(ATTRIBUTES)))
    for column, weights in enumerate(fitted):
        for block in range(N_BLOCKS):
            rows = slice(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS)
            hashed[rows, column], scales[block, column] = quantise(weights.hashed[rows])
    return Weights(
        version=name,
        hashed=hashed,
        scales=scales,
        shares=np.stack([shares_of(attribute) for attribute in ATTRIBUTES], axis=1),
        structure=np.stack([weights.structure for weights in fitted], axis=1),
        bias=np.array([weights.bias for weights in fitted]),
        lexicon_keys=keys,
        lexicon_marks=marks,
    )
