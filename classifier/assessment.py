"""What goes into the classifier and what comes out of it."""

from typing import NamedTuple

DIRECTION_OVERRIDDEN = "direction_overridden"
"""The letters are shown in another order than they were sent in."""

FILLER_CHARACTERS = "filler_characters"
"""Letters that show as a gap, or not at all, stand among the other letters."""


LAST_SINGLE_UNIT = "\uffff"
"""A character beyond this one takes two code units in UTF-16."""


class Text(NamedTuple):
    """One text to assess: the body of a comment, and its author's name and website, "" where they are not known."""

    body: str
    name: str = ""
    website: str = ""


class Span(NamedTuple):
    """A stretch of the body that raised or lowered the score of one attribute.

    start, end: its half-open bounds, in code points of the body as it was given
    start_utf16, end_utf16: the same bounds in UTF-16 code units
    contribution: its part of the attribute's logit; a positive one raises the score
    """

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    attribute: str
    contribution: float


class Assessment(NamedTuple):
    """The scores of one text.

    scores: attribute -> calibrated probability in [0, 1]; every attribute is there
    reject: the probability in [0, 1] that a moderator would not publish the text, combined from the scores
    spans: at most 8, in order of position: those that most raised the likeliest attribute besides toxicity, or toxicity
        where no other is likely, and those that most raised spam where that is likely; () when no attribute reaches one
        half
    language: the ISO 639-1 code of its language, or None when it is not recognised
    assessed: False when the text is in a language or a script that the model was not trained on
    findings: codes of what hides how the text is read: DIRECTION_OVERRIDDEN, FILLER_CHARACTERS; a text with any is
        scored as it is seen
    """

    scores: dict[str, float]
    reject: float
    spans: tuple[Span, ...]
    language: str | None
    assessed: bool
    findings: tuple[str, ...] = ()


class AttributeExplanation(NamedTuple):
    """Why one attribute got its logit: the bias and all contributions of spans and features add up to it, to 1e-6.

    spans: one for each word of the body, in order
    features: name of a structural feature -> what it added, where that is not 0
    """

    attribute: str
    logit: float
    bias: float
    spans: tuple[Span, ...]
    features: dict[str, float]


class Explanation(NamedTuple):
    """An assessment, and why each attribute got its score, in the order of ATTRIBUTES."""

    assessment: Assessment
    attributes: tuple[AttributeExplanation, ...]
