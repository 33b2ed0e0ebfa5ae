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
from classifier.text.view import View


class Features(NamedTuple):
    """What a batch of texts is scored by.

    occurrences: the hashed features, as often as each occurs
    pieces: which occurrences belong to which piece of which text
    structure: (n_texts, n_structure) float64, the structural features in the order of STRUCTURE
    view: the symbols that the hashed features were made from, for spans and for the language
    """

    occurrences: Occurrences
    pieces: Pieces
    structure: NDArray[np.float64]
    view: View


def features_of(texts: Sequence[Text], view: View, lexicon: Lexicon, *, budget: Budget = UNLIMITED) -> Features:
    """The features of a batch of texts, of at most 65,000 code points in all. It raises TimeUsedError.

    view: the view of the bodies of these texts
    """
    budget.check()
    occurrences = Occurrences(view)
    budget.check()
    structure = structure_of(texts, view, occurrences, lexicon)
    budget.check()
    return Features(occurrences, pieces_of(view), structure, view)
