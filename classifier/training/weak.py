"""Labels that no human gave: drawn from the word lists where the sets have none, and named so in the model card."""

import numpy as np
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.features.structure import STRUCTURE

_SEXUAL_FROM_WORDS = 2
_PROFANE = ("words_strong", "words_severe")
_ANY_PROFANE = ("words_mild", "words_strong", "words_severe", "words_sexual", "words_excrement")
_SEXUAL_PROFANE = ("words_sexual", "words_erotic")


def _counts(structure: NDArray[np.float32], names: tuple[str, ...]) -> NDArray[np.float64]:
    """(n,) how many listed words a text has, over several lists."""
    columns = [STRUCTURE.index(name) for name in names]
    counts: NDArray[np.float64] = np.rint(np.expm1(structure[:, columns].astype(np.float64))).sum(axis=1)
    return counts


def add_weak_labels(labels: NDArray[np.float64], structure: NDArray[np.float32]) -> None:
    """Fills in, where unknown, profanity and sexually_explicit; (n, n_attributes) labels are changed in place.

    sexually_explicit: 1 with two erotic words or more, 0 without any sexual word, else unknown.
    profanity: 1 with a strong or severe word of the profanity list, 0 without any listed word, else unknown.
    """
    sexual = labels[:, ATTRIBUTES.index("sexually_explicit")]
    unknown = np.isnan(sexual)
    sexual[unknown & (_counts(structure, _SEXUAL_PROFANE) == 0)] = 0
    sexual[unknown & (_counts(structure, ("words_erotic",)) >= _SEXUAL_FROM_WORDS)] = 1
    profanity = labels[:, ATTRIBUTES.index("profanity")]
    unknown = np.isnan(profanity)
    profanity[unknown & (_counts(structure, _ANY_PROFANE) == 0)] = 0
    profanity[unknown & (_counts(structure, _PROFANE) > 0)] = 1
