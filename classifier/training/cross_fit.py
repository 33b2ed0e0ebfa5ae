"""Fits an attribute without each fold in turn, so that it is calibrated on rows that its weights did not see."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from classifier.training.calibration import BASE_RATES, calibrate
from classifier.training.fit import Fitted, fit_attribute, shares_of
from classifier.training.training_set import TrainingSet

SEED = 7
N_FOLDS = 2

_CALIBRATED_ON = frozenset(("jigsaw_wiki",))
_SPAM_CALIBRATED_ON = frozenset(("jigsaw_wiki", "civil_balanced", "youtube_spam", "sms_spam", "pitches"))

_SHARED_PARTS: dict[str, dict[str, float]] = {
    "toxicity": {"insult": 0.2},
    "severe_toxicity": {"toxicity": 0.1},
    "identity_attack": {"toxicity": 0.2},
    "threat": {"toxicity": 0.05},
}
"""Which part of another attribute's logit, as fitted by itself, an attribute adds to its own; chosen on the dev sets.

Rare attributes lean on toxicity: their own labels are too few to tell harmless texts from one another.
"""


def folds_of(training: TrainingSet) -> NDArray[np.int64]:
    """(n,) the fold of each row, in [0, N_FOLDS); a text and its windows are in one fold."""
    return np.random.default_rng(SEED).integers(N_FOLDS, size=len(training.origins))[training.origins]


def fit_rows(attribute: str, training: TrainingSet, rows: NDArray[np.int64]) -> Fitted:
    """The weights of one attribute, fitted to some rows as whole texts and not yet calibrated."""
    return fit_attribute(
        attribute,
        training.pieces.texts(rows),
        training.pieces.structure[rows],
        labels=training.labels_of(attribute, rows),
        corpora=training.corpora[rows],
    )


def fit_folds(attribute: str, training: TrainingSet, folds: NDArray[np.int64]) -> list[Fitted]:
    """The attribute's own weights, N_FOLDS + 1 of them: without each fold in turn, then from all rows."""
    rows = training.known_rows(attribute)
    return [fit_rows(attribute, training, rows[folds[rows] != left_out]) for left_out in range(N_FOLDS + 1)]


def blended(attribute: str, own: dict[str, Fitted]) -> Fitted:
    """An attribute's weights together with the parts of other attributes' weights that it adds."""
    parts = [(1.0, own[attribute])]
    parts += [(part, own[other]) for other, part in _SHARED_PARTS.get(attribute, {}).items()]
    return Fitted(
        np.sum([part * fitted.hashed for part, fitted in parts], axis=0),
        np.sum([part * fitted.structure for part, fitted in parts], axis=0),
        sum(part * fitted.bias for part, fitted in parts),
    )


def logits_of(attribute: str, fitted: Fitted, training: TrainingSet, *, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(len(rows),) float64, the logits that scoring would compute with these weights."""
    whole, worst = training.pieces.pooled(fitted.hashed)
    in_all, in_window = shares_of(attribute)
    logits: NDArray[np.float64] = (
        in_all * whole[rows]
        + in_window * worst[rows]
        + training.pieces.structure[rows] @ fitted.structure
        + fitted.bias
    )
    return logits


def calibrated(
    attribute: str, training: TrainingSet, folds: NDArray[np.int64], *, fitted: list[Fitted]
) -> tuple[Fitted, float]:
    """The weights of one attribute with calibrated logits, and the area under the ROC curve on unseen folds.

    fitted: N_FOLDS + 1 weights in the order of `fit_folds`
    """
    logits, labels = _unseen(attribute, training, folds, fitted=fitted)
    slope, intercept = calibrate(logits, labels, BASE_RATES[attribute])
    weights = fitted[N_FOLDS]
    scaled = Fitted(weights.hashed * slope, weights.structure * slope, weights.bias * slope + intercept)
    return scaled, float(roc_auc_score(labels, logits))


def _unseen(
    attribute: str, training: TrainingSet, folds: NDArray[np.int64], *, fitted: list[Fitted]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) logits and (n,) labels of the rows that each fold's weights did not see."""
    domain = list(_SPAM_CALIBRATED_ON if attribute == "spam" else _CALIBRATED_ON)
    rows = training.known_rows(attribute)
    rows = rows[np.isin(training.corpora[rows], domain)]
    logits, labels = [], []
    for fold, weights in enumerate(fitted[:N_FOLDS]):
        unseen = rows[folds[rows] == fold]
        logits.append(logits_of(attribute, weights, training, rows=unseen))
        labels.append(training.labels_of(attribute, unseen))
    return np.concatenate(logits), np.concatenate(labels)
