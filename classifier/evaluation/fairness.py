"""Measures whether naming a group raises the score, by the area under the ROC curve."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from classifier.evaluation.measure import Row

_GROUPS_LISTED = (
    "lesbian gay bisexual transgender trans queer lgbt lgbtq homosexual straight heterosexual male female "
    "nonbinary african black white european hispanic latino latina latinx mexican canadian american asian indian "
    "chinese japanese christian muslim jewish buddhist catholic protestant sikh taoist old older young younger "
    "teenage millenial elderly blind deaf paralyzed"
)
GROUPS = _GROUPS_LISTED.split()
_MIN_ROWS = 5
"""A group with fewer toxic texts, or fewer harmless ones, is left out."""


def group_areas(rows: Sequence[Row], scores: NDArray[np.float64]) -> dict[str, float]:
    """Group -> the lower of two areas, between the texts that name the group and those that do not.

    One is of the group's toxic texts against the harmless texts of others, the other of the toxic texts of others
    against the group's harmless ones. scores: (n_rows,) of toxicity.
    Source: Borkan and others, Nuanced Metrics for Measuring Unintended Bias (2019): BNSP and BPSN.
    """
    toxic = np.array([row["toxicity"] == "toxic" for row in rows])
    areas = {}
    for group in GROUPS:
        pattern = re.compile(rf"\b{group}\b", re.IGNORECASE)
        named = np.array([pattern.search(row["text"]) is not None for row in rows])
        sides = ((named & toxic, ~named & ~toxic), (~named & toxic, named & ~toxic))
        if min((named & toxic).sum(), (named & ~toxic).sum()) >= _MIN_ROWS:
            areas[group] = min(_area(scores[high], scores[low]) for high, low in sides)
    return areas


def _area(high: NDArray[np.float64], low: NDArray[np.float64]) -> float:
    """The area under the ROC curve of two groups of scores, the first of which should be higher."""
    labels = np.concatenate([np.ones(len(high)), np.zeros(len(low))])
    return float(roc_auc_score(labels, np.concatenate([high, low])))
