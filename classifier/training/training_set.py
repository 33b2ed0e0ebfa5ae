"""The rows that training fits on: their features, their labels and the set that each comes from."""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.features.lexicon import Lexicon
from classifier.training.examples.author import with_authors
from classifier.training.examples.corpus import Example, read_examples
from classifier.training.examples.listed import listed_examples
from classifier.training.examples.pitch import pitch_examples
from classifier.training.examples.template import template_examples
from classifier.training.examples.threat import threat_examples
from classifier.training.matrix import PieceMatrix, matrix_of
from classifier.training.taught.label import read_taught, taught_examples
from classifier.training.weak import add_weak_labels
from classifier.training.wordlist import build_lexicon, profanities, spam_hosts, spam_terms

_WORD_CORPORA = frozenset(("jigsaw_wiki", "civil_balanced", "civil_toxic_spans", "paradetox"))
"""The comments of these sets make words known."""

_SILENT_ON_TOXICITY = "edos_sexism"
"""This set says nothing of toxicity: its harmless rows are only not sexist."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The rows to fit on.

    pieces: the features of the rows
    labels: (n, n_attributes) float64 in [0, 1], nan where unknown
    corpora: (n,) the name of the set that a row comes from
    origins: (n,) the index of the text that a row is or is a window of, so that no fold sees a part of what judges it
    """

    pieces: PieceMatrix
    labels: NDArray[np.float64]
    corpora: NDArray[np.str_]
    origins: NDArray[np.int64]

    def labels_of(self, attribute: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(len(rows),) the labels that some rows have for one attribute."""
        labels: NDArray[np.float64] = self.labels[rows, ATTRIBUTES.index(attribute)]
        return labels

    def known_rows(self, attribute: str) -> NDArray[np.int64]:
        """The rows whose label of one attribute is known, ascending."""
        known = ~np.isnan(self.labels[:, ATTRIBUTES.index(attribute)])
        if attribute == "toxicity":
            known &= self.corpora != _SILENT_ON_TOXICITY
        return np.flatnonzero(known)


def training_examples(data: Path) -> list[Example]:
    """Every example of the data folder, then the sentences of this project, in a fixed order."""
    own = (template_examples(), pitch_examples(), threat_examples(), listed_examples(profanities(data)))
    return [*read_examples(data), *chain(*own)]


def word_lists(data: Path, examples: list[Example]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """(n_entries,) keys and (n_entries,) marks of the lexicon, from the lists and the comments among the examples."""
    return build_lexicon(data, (example.text for example in examples if example.corpus in _WORD_CORPORA))


def read_all(data: Path) -> tuple[list[Example], Lexicon]:
    """Every training example, and the word lists that the features need."""
    examples = training_examples(data)
    return examples, Lexicon.of_entries(*word_lists(data, examples))


def read_training_set(data: Path, lexicon: Lexicon) -> TrainingSet:
    """The whole training set of a data folder, with the features that a given lexicon makes."""
    return training_set_of(data, lexicon, training_examples(data))


def training_set_of(data: Path, lexicon: Lexicon, examples: list[Example]) -> TrainingSet:
    """The training set of some examples, with the windows that the teacher labelled as further rows.

    It raises ValueError when the teacher labelled other examples.
    """
    taught = read_taught()
    rows = [*examples, *taught_examples(examples, lexicon, taught)]
    pieces = matrix_of(with_authors(rows, spam_terms(data), spam_hosts(data)), lexicon)
    labels = _labels_of(rows)
    add_weak_labels(labels, pieces.structure)
    origins = np.concatenate([np.arange(len(examples)), taught.texts.astype(np.int64)])
    return TrainingSet(pieces, labels, np.array([row.corpus for row in rows]), origins)


def _labels_of(examples: list[Example]) -> NDArray[np.float64]:
    """(n_examples, n_attributes) float64, nan where an example has no label."""
    labels = np.full((len(examples), len(ATTRIBUTES)), np.nan)
    for row, example in enumerate(examples):
        for attribute, label in example.labels.items():
            labels[row, ATTRIBUTES.index(attribute)] = label
    return labels
