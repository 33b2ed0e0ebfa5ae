"""The feature vector: its product with the weights is the logit, and its version follows the features only."""

from dataclasses import replace

import numpy as np
import pytest

from classifier import ATTRIBUTES, N_FEATURES, Classifier, Text
from classifier.features.hashing import N_ROWS
from classifier.model_file import read_weights

TEXTS = (
    Text("you are an id10t and everyone knows"),
    Text("Thank you, a fine article.", "Anna", "https://annas-garden.example"),
    Text(""),
    Text("🤡"),
)


def test_product_with_the_weights_is_what_all_the_text_says(classifier: Classifier) -> None:
    """And for texts of one window, as these are, the whole logit."""
    weights = read_weights()
    steps = np.repeat(weights.scales, N_ROWS // 2, axis=0)
    dense = np.concatenate([weights.hashed * steps, weights.structure])
    assert dense.shape == (N_FEATURES, len(ATTRIBUTES))
    logits = classifier.logits(classifier.features(TEXTS))
    for row, (assessment, vector) in enumerate(classifier.assess_with_vectors(TEXTS)):
        assert assessment == classifier.assess([TEXTS[row]])[0]
        assert np.all(np.diff(vector.indices) > 0)
        product = vector.values.astype(np.float64) @ dense[vector.indices] + weights.bias
        assert product == pytest.approx(logits[row], abs=1e-5)


def test_version_names_the_features_not_the_weights() -> None:
    weights = read_weights()
    retrained = replace(weights, bias=weights.bias + 1, version="another")
    other_lists = replace(weights, lexicon_marks=np.flip(weights.lexicon_marks))
    assert retrained.features_version == weights.features_version
    assert other_lists.features_version != weights.features_version
