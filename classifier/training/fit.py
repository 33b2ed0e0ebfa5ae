"""Fits a logistic regression for one attribute, and brings its weights into the form that scoring uses."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifier.features.hashing import BLOCK_ROWS, N_ROWS
from classifier.features.structure import STRUCTURE, STYLE

_SMOOTHING = 3.0
"""So much is added to the count of every feature in each class."""

_RATIO_POWER = 0.7
_WORD_VALUE = 0.7
"""How much a word counts beside an n-gram; chosen on the dev sets."""

_PENALTY_INVERSES = {"toxicity": 0.5, "insult": 0.5, "profanity": 0.5}
"""Attribute -> scikit-learn's C, where it is not 1; chosen on the dev sets."""

_WINDOW_SHARES = {"insult": 0.5, "profanity": 0.5, "sexually_explicit": 0.5}
"""How much the worst window counts beside the whole text, where it does not count as much; chosen on the dev sets."""

_ITERATIONS = 80

GROUPS = {"civil_toxic_spans": "civil_balanced"}
"""Corpus -> the corpus whose offset it shares, because it has labels of one kind only and belongs to that one."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights of one attribute, for the features as scoring computes them.

    hashed: (N_ROWS,) float64
    structure: (n_structure,) float64
    bias: the logit of a text without features
    """

    hashed: NDArray[np.float64]
    structure: NDArray[np.float64]
    bias: float


def shares_of(attribute: str) -> NDArray[np.float64]:
    """(2,) how much of a logit the whole text makes, and its worst window.

    They add up to 1, because the whole text and its worst window are the same for a short text.
    """
    in_window = _WINDOW_SHARES.get(attribute, 1.0)
    return np.array([1.0, in_window]) / (1 + in_window)


def _sums(hashed: csr_matrix, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N_ROWS,) float64: for each feature, the sum of the weights of the rows that have it; weights: (n,)."""
    sums = np.bincount(hashed.indices, np.repeat(weights, np.diff(hashed.indptr)), minlength=N_ROWS)
    return sums.astype(np.float64)


def _log_ratios(hashed: csr_matrix, labels: NDArray[np.float64]) -> NDArray[np.float32]:
    """(N_ROWS,) how well each feature tells the classes apart: |log of the ratio of its shares|, scaled to about 1.

    Source: Wang and Manning, Baselines and Bigrams (2012); here it scales each feature under one L2 penalty.
    """
    positive = _sums(hashed, labels) + _SMOOTHING
    negative = _sums(hashed, 1 - labels) + _SMOOTHING
    ratios = np.abs(np.log(positive / positive.sum() * negative.sum() / negative)) ** _RATIO_POWER
    seen = positive + negative > 2 * _SMOOTHING
    scaled: NDArray[np.float32] = (ratios / ratios[seen].std()).astype(np.float32)
    scaled[BLOCK_ROWS:] *= _WORD_VALUE
    return scaled


def _offsets(attribute: str, corpora: NDArray[np.str_]) -> csr_matrix:
    """(n, n_groups) float32: 1 for the set that a row comes from, so that the conventions of the sets do not fight.

    For spam all sets are one group: most hold only spam or only harmless texts, and an offset would explain that away.
    """
    groups = [GROUPS.get(corpus, corpus) if attribute != "spam" else "all" for corpus in corpora.tolist()]
    names = sorted(set(groups))
    places = [names.index(group) for group in groups]
    ones = np.ones(len(groups), dtype=np.float32)
    return csr_matrix((ones, (np.arange(len(groups)), places)), shape=(len(groups), len(names)))


def _structure_values(attribute: str) -> NDArray[np.float32]:
    """(n_structure,) float32: 0 for a feature that this attribute must not use, 1 for any other."""
    allowed = [attribute == "spam" or name not in STYLE for name in STRUCTURE]
    return np.array(allowed, dtype=np.float32)


def fit_attribute(
    attribute: str,
    hashed: csr_matrix,
    structure: NDArray[np.float32],
    labels: NDArray[np.float64],
    corpora: NDArray[np.str_],
) -> Fitted:
    """The weights of one attribute, fitted on rows whose label is known.

    hashed: (n, N_ROWS) float32 CSR, each feature once a row
    structure: (n, n_structure) float32
    labels: (n,) in [0, 1]; one between counts in parts for either class
    corpora: (n,) the set that each row comes from
    """
    ratios, allowed = _log_ratios(hashed, labels), _structure_values(attribute)
    offsets = _offsets(attribute, corpora)
    scaled = hstack([hashed @ diags(ratios), csr_matrix(structure * allowed), offsets]).tocsr().astype(np.float32)
    model = _fitted(scaled, labels, penalty_inverse=_PENALTY_INVERSES.get(attribute, 1.0))
    coefficients = model.coef_[0].astype(np.float64)
    past = N_ROWS + len(STRUCTURE)
    rates = np.asarray(offsets.sum(axis=0)).ravel()
    offset = float(coefficients[past:] @ rates / rates.sum())
    return Fitted(
        hashed=coefficients[:N_ROWS] * ratios,
        structure=coefficients[N_ROWS:past] * allowed,
        bias=float(model.intercept_[0]) + offset,
    )


def _fitted(scaled: csr_matrix, labels: NDArray[np.float64], *, penalty_inverse: float) -> LogisticRegression:
    """A logistic regression on (n, n_columns) rows; a row whose label is between counts in parts for either class."""
    positive, negative = np.flatnonzero(labels > 0), np.flatnonzero(labels < 1)
    model = LogisticRegression(C=penalty_inverse, max_iter=_ITERATIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is part of the regularisation
        model.fit(
            vstack([scaled[positive], scaled[negative]]),
            np.repeat([1, 0], (len(positive), len(negative))),
            np.concatenate([labels[positive], 1 - labels[negative]]),
        )
    return model
