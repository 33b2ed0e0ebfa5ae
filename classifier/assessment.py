"""What goes into the classifier and what comes out of it."""

from typing import NamedTuple

DIRECTION_OVERRIDDEN = "direction_overridden"
"""Letters are shown in another order than they were sent in."""
FILLER_CHARACTERS = "filler_characters"
"""Letters that show as a gap, or not at all, stand among the others."""


class Text(NamedTuple):
    """One text to assess: a comment's body with its author's name and website, each "" when unknown."""

    body: str
    name: str = ""
    website: str = ""


class Span(NamedTuple):
    """A stretch of the body that raised or lowered one attribute.

    start, end: half-open, in code points of the body as given
    start_utf16, end_utf16: the same in UTF-16 code units
    contribution: its share of the attribute's logit; positive raises the score
    """

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    attribute: str
    contribution: float


class Assessment(NamedTuple):
    """The scores of one text.

    scores: attribute -> calibrated probability in [0, 1], every attribute present
    reject: probability in [0, 1] that a moderator would not publish it, combined from the scores
    spans: at most 8, in order of position, those that raised most the likeliest attribute besides toxicity (or toxicity
        itself, where no other is likely) and spam, where likely; () when no attribute reaches one half
    language: ISO 639-1 code when recognised, else None
    assessed: False when the text is in a language or script the model was not trained on
    findings: what hides how the text is read, of the codes above; it was scored as it is seen
    """

    scores: dict[str, float]
    reject: float
    spans: tuple[Span, ...]
    language: str | None
    assessed: bool
    findings: tuple[str, ...] = ()


class AttributeExplanation(NamedTuple):
    """Why one attribute got its logit: bias + sum of span and feature contributions == logit (to 1e-6)."""

    attribute: str
    logit: float
    bias: float
    spans: tuple[Span, ...]
    features: dict[str, float]


class Explanation(NamedTuple):
    """The full account of one text, one entry an attribute, and the assessment it accounts for."""

    assessment: Assessment
    attributes: tuple[AttributeExplanation, ...]
