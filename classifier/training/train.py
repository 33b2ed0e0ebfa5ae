"""Trains the model: reads, fits, calibrates, rounds, writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from classifier.attribute import ATTRIBUTES
from classifier.features.hashing import N_ROWS
from classifier.features.lexicon import Lexicon
from classifier.model_file import Weights, write_weights
from classifier.training.calibration import BASE_RATES, calibrate
from classifier.training.examples.author import with_authors
from classifier.training.examples.corpus import CORPORA, Example, corpus_path, read_examples, sha256_of
from classifier.training.examples.listed import listed_examples
from classifier.training.examples.pitch import pitch_examples
from classifier.training.examples.template import template_examples
from classifier.training.examples.threat import threat_examples
from classifier.training.fit import Fitted, fit_attribute
from classifier.training.matrix import PieceMatrix, matrix_of
from classifier.training.provenance import code_sha256
from classifier.training.quantise import quantise
from classifier.training.taught.label import read_taught, taught_examples
from classifier.training.weak import add_weak_labels
from classifier.training.wordlist import LISTS, build_lexicon, lexicon_path, profanities, spam_hosts, spam_terms

_WORD_CORPORA = frozenset(("jigsaw_wiki", "civil_balanced", "civil_toxic_spans", "paradetox"))
"""Comments whose words become known words."""

_CALIBRATED_ON = frozenset(("jigsaw_wiki",))
_SPAM_CALIBRATED_ON = frozenset(("jigsaw_wiki", "civil_balanced", "youtube_spam", "sms_spam", "pitches"))
_SHARED_PARTS: dict[str, dict[str, float]] = {
    "toxicity": {"insult": 0.2},
    "severe_toxicity": {"toxicity": 0.1},
    "identity_attack": {"toxicity": 0.2},
    "threat": {"toxicity": 0.05},
}
"""What part of another attribute's logit, as fitted by itself, an attribute adds to its own; chosen on the dev sets.

Rare attributes lean on toxicity: their own labels are too few to tell harmless texts from one another.
"""

_WINDOW_SHARES = {"insult": 0.5, "profanity": 0.5, "sexually_explicit": 0.5}
"""What the worst window counts beside all the text, where it is not as much; chosen on the dev sets."""

_FOLDS = 2
_SEED = 7
_BLOCK = N_ROWS // 2


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The rows to fit on.

    pieces: their features; labels: (n, n_attributes) in [0, 1], nan where unknown; corpora: (n,); origins: (n,) the
    place of the text that a row is or is a window of, so that no fold sees a part of what it is judged by
    """

    pieces: PieceMatrix
    labels: NDArray[np.float64]
    corpora: NDArray[np.str_]
    origins: NDArray[np.int64]


def _labels_of(examples: list[Example]) -> NDArray[np.float64]:
    labels = np.full((len(examples), len(ATTRIBUTES)), np.nan)
    for row, example in enumerate(examples):
        for attribute, label in example.labels.items():
            labels[row, ATTRIBUTES.index(attribute)] = label
    return labels


def _training_set(data: Path, lexicon: Lexicon, examples: list[Example]) -> TrainingSet:
    taught = read_taught()
    rows = [*examples, *taught_examples(examples, lexicon, taught)]
    pieces = matrix_of(with_authors(rows, spam_terms(data), spam_hosts(data)), lexicon)
    labels = _labels_of(rows)
    add_weak_labels(labels, pieces.structure)
    origins = np.concatenate([np.arange(len(examples)), taught.texts.astype(np.int64)])
    return TrainingSet(pieces, labels, np.array([row.corpus for row in rows]), origins)


def shares_of(attribute: str) -> NDArray[np.float64]:
    """(2,) how much of the logit is all the text, and its worst window; in sum 1, as they are one for short texts."""
    in_window = _WINDOW_SHARES.get(attribute, 1.0)
    return np.array([1.0, in_window]) / (1 + in_window)


def fit_rows(attribute: str, training: TrainingSet, rows: NDArray[np.int64]) -> Fitted:
    """The weights of one attribute from some rows, not calibrated; fitted to whole texts."""
    column = ATTRIBUTES.index(attribute)
    return fit_attribute(
        attribute,
        training.pieces.texts(rows),
        training.pieces.structure[rows],
        training.labels[rows, column],
        training.corpora[rows],
    )


def logits_of(attribute: str, fitted: Fitted, training: TrainingSet, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(len(rows),) float64, as scoring computes them."""
    whole, worst = training.pieces.pooled(fitted.hashed)
    in_all, in_window = shares_of(attribute)
    logits: NDArray[np.float64] = (
        in_all * whole[rows]
        + in_window * worst[rows]
        + training.pieces.structure[rows] @ fitted.structure
        + fitted.bias
    )
    return logits


def known_rows(attribute: str, training: TrainingSet) -> NDArray[np.int64]:
    """Rows with a label. The sexism set says nothing of toxicity: its harmless rows are only not sexist."""
    known = ~np.isnan(training.labels[:, ATTRIBUTES.index(attribute)])
    if attribute == "toxicity":
        known &= training.corpora != "edos_sexism"
    return np.flatnonzero(known)


def _folds(training: TrainingSet) -> NDArray[np.int64]:
    """(n,) the fold of each row; a text and its windows are in one."""
    return np.random.default_rng(_SEED).integers(_FOLDS, size=len(training.origins))[training.origins]


def _fits(attribute: str, training: TrainingSet, folds: NDArray[np.int64]) -> list[Fitted]:
    """An attribute's own weights: without each fold in turn, then from all rows."""
    rows = known_rows(attribute, training)
    return [fit_rows(attribute, training, rows[folds[rows] != left_out]) for left_out in range(_FOLDS + 1)]


def blended(attribute: str, own: dict[str, Fitted]) -> Fitted:
    """An attribute's weights with what it adds of others'."""
    parts = [(1.0, own[attribute])]
    parts += [(part, own[other]) for other, part in _SHARED_PARTS.get(attribute, {}).items()]
    return Fitted(
        np.sum([part * fitted.hashed for part, fitted in parts], axis=0),
        np.sum([part * fitted.structure for part, fitted in parts], axis=0),
        sum(part * fitted.bias for part, fitted in parts),
    )


def _unseen(
    attribute: str, training: TrainingSet, folds: NDArray[np.int64], fitted: list[Fitted]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logits and labels of rows that each fold's weights did not see."""
    domain = list(_SPAM_CALIBRATED_ON if attribute == "spam" else _CALIBRATED_ON)
    rows = known_rows(attribute, training)
    rows = rows[np.isin(training.corpora[rows], domain)]
    logits, labels = [], []
    for fold, weights in enumerate(fitted[:_FOLDS]):
        unseen = rows[folds[rows] == fold]
        logits.append(logits_of(attribute, weights, training, unseen))
        labels.append(training.labels[unseen, ATTRIBUTES.index(attribute)])
    return np.concatenate(logits), np.concatenate(labels)


def _calibrated(
    attribute: str, training: TrainingSet, folds: NDArray[np.int64], fitted: list[Fitted]
) -> tuple[Fitted, float]:
    """The weights of one attribute, such that their logits are calibrated, and the area under ROC on unseen folds."""
    logits, labels = _unseen(attribute, training, folds, fitted)
    slope, intercept = calibrate(logits, labels, BASE_RATES[attribute])
    weights = fitted[_FOLDS]
    calibrated = Fitted(weights.hashed * slope, weights.structure * slope, weights.bias * slope + intercept)
    return calibrated, float(roc_auc_score(labels, logits))


def _packed(fitted: list[Fitted], name: str, keys: NDArray[np.uint32], marks: NDArray[np.uint16]) -> Weights:
    hashed = np.zeros((N_ROWS, len(ATTRIBUTES)), dtype=np.int8)
    scales = np.zeros((2, len(ATTRIBUTES)))
    for column, weights in enumerate(fitted):
        for block in range(2):
            part = slice(block * _BLOCK, (block + 1) * _BLOCK)
            hashed[part, column], scales[block, column] = quantise(weights.hashed[part])
    shares = np.stack([shares_of(attribute) for attribute in ATTRIBUTES], axis=1)
    structure = np.stack([weights.structure for weights in fitted], axis=1)
    bias = np.array([weights.bias for weights in fitted])
    return Weights(name, hashed, scales, shares, structure, bias, keys, marks)


def _details(data: Path, areas: dict[str, float]) -> dict[str, Any]:
    paths = [corpus_path(data, corpus) for corpus in CORPORA] + [lexicon_path(data, name) for name in LISTS]
    return {
        "trained_on": {f"{path.parent.name}/{path.name}": sha256_of(path) for path in paths},
        "fitted_with": {package: version(package) for package in ("numpy", "scipy", "scikit-learn")},
        "base_rates": BASE_RATES,
        "seed": _SEED,
        "code_sha256": code_sha256(),
        "unseen_fold_area": {attribute: round(area, 4) for attribute, area in areas.items()},
    }


def _examples(data: Path) -> list[Example]:
    own = (template_examples(), pitch_examples(), threat_examples(), listed_examples(profanities(data)))
    return [*read_examples(data), *chain(*own)]


def _word_lists(data: Path, examples: list[Example]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    return build_lexicon(data, (example.text for example in examples if example.corpus in _WORD_CORPORA))


def read_all(data: Path) -> tuple[list[Example], Lexicon]:
    """Every training example and the word lists that the features need."""
    examples = _examples(data)
    return examples, Lexicon.of_entries(*_word_lists(data, examples))


def read_training(data: Path, lexicon: Lexicon) -> TrainingSet:
    """The whole training set as matrices."""
    return _training_set(data, lexicon, _examples(data))


def train(data: Path, output: Path, name: str) -> Iterator[str]:
    """Trains on a data folder and writes the model to `output`; yields what comes next, for a progress bar."""
    yield "reading"
    examples = _examples(data)
    yield "word lists"
    keys, marks = _word_lists(data, examples)
    yield "features"
    training = _training_set(data, Lexicon.of_entries(keys, marks), examples)
    folds = _folds(training)
    own: dict[str, list[Fitted]] = {}
    for attribute in ATTRIBUTES:
        yield attribute
        own[attribute] = _fits(attribute, training, folds)
    yield "calibrating"
    parts = [{name: fits[part] for name, fits in own.items()} for part in range(_FOLDS + 1)]
    fitted, areas = {}, {}
    for attribute in ATTRIBUTES:
        blends = [blended(attribute, part) for part in parts]
        fitted[attribute], areas[attribute] = _calibrated(attribute, training, folds, blends)
    yield "writing"
    write_weights(output, _packed(list(fitted.values()), name, keys, marks), _details(data, areas))


STEPS = 5 + len(ATTRIBUTES)
"""How often `train` yields."""
