"""Text in, calibrated moderation scores out, with the spans that drove them."""

from classifier.assessment import Assessment, AttributeExplanation, Explanation, Span, Text
from classifier.attribute import ATTRIBUTES
from classifier.error import ModelError
from classifier.scorer import Classifier
from classifier.vector import N_FEATURES, Vector

__all__ = [
    "ATTRIBUTES",
    "N_FEATURES",
    "Assessment",
    "AttributeExplanation",
    "Classifier",
    "Explanation",
    "ModelError",
    "Span",
    "Text",
    "Vector",
]
