"""The features of a batch of texts: the one place that both training and scoring get them from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Text
from classifier.budget import UNLIMITED, Budget
from classifier.features.hashing import Occurrences
from classifier.features.lexicon import Lexicon
from classifier.features.structure import structure_of
from classifier.features.window import Pieces, pieces_of
from classifier.text.view import View, view_of


class Features(NamedTuple):
    """What a batch of texts is scored by.

    occurrences: the hashed features, each as often as it occurs
    pieces: which of them belong to which piece of which text
    structure: (n_texts, n_structure) float64
    view: what they were made from, for spans
    """

    occurrences: Occurrences
    pieces: Pieces
    structure: NDArray[np.float64]
    view: View


def features_of(texts: Sequence[Text], lexicon: Lexicon, budget: Budget = UNLIMITED) -> Features:
    """The features of a batch of texts, 65,000 code points in all. TimeUsedError."""
    view = view_of([text.body for text in texts], lexicon, budget)
    budget.check()
    occurrences = Occurrences(view)
    budget.check()
    structure = structure_of(texts, view, occurrences, lexicon)
    budget.check()
    return Features(occurrences, pieces_of(view), structure, view)
