"""Rounds fitted weights to the steps that scoring stores."""

import numpy as np
from numpy.typing import NDArray

_STEPS = 127
_CLIPPED_SHARE = 1e-4
"""The largest weights of each block are cut, so that the steps of all others are finer."""


def quantise(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """(n,) int8 and the value of one step: weights ~ steps * value, rounded to the nearest."""
    largest = float(np.quantile(np.abs(weights), 1 - _CLIPPED_SHARE))
    value = largest / _STEPS or 1.0
    return np.clip(np.rint(weights / value), -_STEPS, _STEPS).astype(np.int8), value
