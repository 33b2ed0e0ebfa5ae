"""Labels that no human gave: where the sets have none, the word lists give them. The model card names them so."""

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.features.structure import STRUCTURE

_SEXUAL_FROM_WORDS = 2
_PROFANE = ("words_strong", "words_severe")
_ANY_PROFANE = ("words_mild", "words_strong", "words_severe", "words_sexual", "words_excrement")
_SEXUAL_PROFANE = ("words_sexual", "words_erotic")


def _counts(structure: NDArray[np.float32], names: tuple[str, ...]) -> NDArray[np.float64]:
    """(n,) how many words of some lists each text has."""
    columns = [STRUCTURE.index(name) for name in names]
    counts: NDArray[np.float64] = np.rint(np.expm1(structure[:, columns].astype(np.float64))).sum(axis=1)
    return counts


def add_weak_labels(labels: NDArray[np.float64], structure: NDArray[np.float32]) -> None:
    """Fills in the labels of profanity and sexually_explicit where they are unknown.

    labels: (n, n_attributes), changed in place; structure: (n, n_structure)
    sexually_explicit becomes 1 with two erotic words or more, and 0 without any sexual word; else it stays unknown.
    profanity becomes 1 with a strong or severe word of the list, and 0 without any listed word; else it stays unknown.
    """
    sexual = labels[:, ATTRIBUTES.index("sexually_explicit")]
    unknown = np.isnan(sexual)
    sexual[unknown & (_counts(structure, _SEXUAL_PROFANE) == 0)] = 0
    sexual[unknown & (_counts(structure, ("words_erotic",)) >= _SEXUAL_FROM_WORDS)] = 1
    profanity = labels[:, ATTRIBUTES.index("profanity")]
    unknown = np.isnan(profanity)
    profanity[unknown & (_counts(structure, _ANY_PROFANE) == 0)] = 0
    profanity[unknown & (_counts(structure, _PROFANE) > 0)] = 1
