"""Scores texts for moderation: calibrated probabilities, and the spans of the text that raised them."""

from classifier.assessment import Assessment, AttributeExplanation, Explanation, Span, Text
from classifier.attribute import ATTRIBUTES
from classifier.budget import Budget
from classifier.error import ModelError, TimeUsedError
from classifier.scorer import Classifier
from classifier.signature import ALIKE_PLACES, SIGNATURE_BYTES, agreements
from classifier.text.folded import Folded
from classifier.vector import N_FEATURES, Vector

__all__ = [
    "ALIKE_PLACES",
    "ATTRIBUTES",
    "N_FEATURES",
    "SIGNATURE_BYTES",
    "Assessment",
    "AttributeExplanation",
    "Budget",
    "Classifier",
    "Explanation",
    "Folded",
    "ModelError",
    "Span",
    "Text",
    "TimeUsedError",
    "Vector",
    "agreements",
]
