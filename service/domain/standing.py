"""What people decided against what the machine said: decisions that stand, by its verdict and by its risk."""

from math import sqrt
from typing import NamedTuple

from service.domain.decision import Decision
from service.domain.routing import Verdict
from service.domain.series import Series

RISK_BANDS = 10
"""The first is of risks from 0 to below 0.1, the last from 0.9 to 1."""
_NOT_ASSESSED = "none"
_BANDS = (*map(str, range(RISK_BANDS)), _NOT_ASSESSED)
_NORMAL_95 = 1.959964
"""Within so many deviations of its mean lies 95% of a normal distribution."""


class Standing(NamedTuple):
    """On how many comments each decision stands."""

    approve: int
    reject: int
    spam: int

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def rejected(self) -> int:
        """As spam or otherwise."""
        return self.reject + self.spam


class Agreement(NamedTuple):
    """How many comments both the machine and a person decided, and on how many of these they agree."""

    agreed: int
    total: int


def standing_by_verdict(series: Series) -> dict[Verdict, Standing]:
    """What people decided in the span, by what the machine had said. A decision that was taken back, or that another
    one replaced, is not among them."""
    return {verdict: _together(series, [f"{verdict}:{band}" for band in _BANDS]) for verdict in Verdict}


def standing_by_risk(series: Series) -> list[Standing]:
    """The same by bands of risk, without comments that the model could not assess."""
    bands = map(str, range(RISK_BANDS))
    return [_together(series, [f"{verdict}:{band}" for verdict in Verdict]) for band in bands]


def agreement(series: Series) -> Agreement:
    """Of comments that the machine had published or rejected: what it held, it left to people. People look at these
    mostly where something drew their eyes, so that of all comments they agree on more."""
    by_verdict = standing_by_verdict(series)
    published, rejected = by_verdict[Verdict.PUBLISH], by_verdict[Verdict.REJECT]
    return Agreement(published.approve + rejected.rejected, published.total + rejected.total)


def likely_share(hits: int, total: int) -> tuple[float, float]:
    """Between which bounds, in [0, 1], the share behind `hits` of `total` lies with 95% confidence: the score interval
    of E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927). Where
    `total` is 0 nothing is known."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _NORMAL_95**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    width = _NORMAL_95 * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return max(0.0, middle - width), min(1.0, middle + width)


def _together(series: Series, places: list[str]) -> Standing:
    return Standing(*(sum(_of(series, f"{place}:{decision}") for place in places) for decision in Decision))


def _of(series: Series, place: str) -> int:
    """Where more fell than came to stand, they stood since before the span, or since before they were counted."""
    return max(0, sum(series.of(f"stands:{place}")) - sum(series.of(f"fell:{place}")))
