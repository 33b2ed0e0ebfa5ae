"""What the classifier said of a text."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

SCORE_DECIMALS = 5
"""Of scores and risk, stored and shown."""
UNKNOWN_RISK = 0.5
"""Where an unscored or unassessed comment stands in the queue's risk order: undecided."""


class Span(NamedTuple):
    """A part of a body that raised an attribute's score; the end is exclusive. `start` and `end` count code points,
    the others UTF-16 units. `contribution` is its share of the attribute's logit."""

    start: int
    end: int
    start_utf16: int
    end_utf16: int
    attribute: str
    contribution: float


class Assessed(NamedTuple):
    """What the classifier said of a submission. `scores` and `risk`, which is rounded, are None when it could not be
    scored; `assessed` is False when it could, but in a language that the model does not know."""

    scores: Mapping[str, float] | None
    risk: float | None
    spans: Sequence[Span]
    assessed: bool
    model: str
    findings: tuple[str, ...] = ()
    """What hides how it is read, as codes of reasons."""

    @property
    def queue_risk(self) -> float:
        """Its place in the queue's risk order."""
        return UNKNOWN_RISK if self.risk is None or not self.assessed else self.risk

    @property
    def rounded_scores(self) -> Mapping[str, float] | None:
        """The scores as they are stored and shown."""
        return self.scores and {name: round(score, SCORE_DECIMALS) for name, score in self.scores.items()}
