"""Trains the model: reads, fits, calibrates, rounds, writes."""

from collections.abc import Iterator
from pathlib import Path

from classifier.attribute import ATTRIBUTES
from classifier.features.lexicon import Lexicon
from classifier.model_file import write_weights
from classifier.training.cross_fit import N_FOLDS, SEED, blended, calibrated, fit_folds, folds_of
from classifier.training.fit import Fitted
from classifier.training.provenance import details_of
from classifier.training.quantise import packed
from classifier.training.training_set import training_examples, training_set_of, word_lists

STEPS = 5 + len(ATTRIBUTES)
"""How many steps `train` names: reading, word lists, features, each attribute, calibrating and writing."""


def train(data: Path, output: Path, name: str) -> Iterator[str]:
    """Trains on a data folder and writes the model to `output`; yields what comes next, for a progress bar.

    name: what the manifest calls these weights
    """
    yield "reading"
    examples = training_examples(data)
    yield "word lists"
    keys, marks = word_lists(data, examples)
    yield "features"
    training = training_set_of(data, Lexicon.of_entries(keys, marks), examples)
    folds = folds_of(training)
    own: dict[str, list[Fitted]] = {}
    for attribute in ATTRIBUTES:
        yield attribute
        own[attribute] = fit_folds(attribute, training, folds)
    yield "calibrating"
    fitted, areas = {}, {}
    for attribute in ATTRIBUTES:
        blends = _blended_folds(attribute, own)
        fitted[attribute], areas[attribute] = calibrated(attribute, training, folds, fitted=blends)
    yield "writing"
    weights = packed(list(fitted.values()), name, keys=keys, marks=marks)
    write_weights(output, weights, details_of(data, areas, seed=SEED))


def _blended_folds(attribute: str, own: dict[str, list[Fitted]]) -> list[Fitted]:
    """An attribute's weights with what it adds of other attributes' weights: by fold, then from all rows."""
    return [blended(attribute, {other: fits[part] for other, fits in own.items()}) for part in range(N_FOLDS + 1)]
