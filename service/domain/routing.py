"""The rule that routes an assessed submission: the machine's verdict with its reasons."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from service.domain.assessed import SCORE_DECIMALS, Assessed
from service.domain.policy import MODES, Mode, Policy
from service.domain.reason import Reason
from service.domain.rule import Action, Fired


class Verdict(StrEnum):
    PUBLISH = "publish"
    HOLD = "hold"
    REJECT = "reject"


NAME_OF_STAFF = "name_of_staff"
"""The reason for holding a comment whose sender's name looks like that of who moderates."""

NOTABLE_SCORE = 0.5
"""A score from here up is named among the reasons: more likely so than not."""

_NOT_SCORED = Reason("not_scored")
_NOT_ASSESSED = Reason("language_not_assessed")
_PREMODERATED = Reason("premoderated")
_POSTMODERATED = Reason("postmoderated")
_RISK_BETWEEN = Reason("risk_between")


class Routing(NamedTuple):
    """The machine's verdict under one mode; listed comments wait in the queue for a moderator."""

    verdict: Verdict
    reasons: Sequence[Reason]
    is_listed: bool = True


_ALONE = {
    Mode.PREMODERATE: Routing(Verdict.HOLD, (_PREMODERATED,)),
    Mode.POSTMODERATE: Routing(Verdict.PUBLISH, (_POSTMODERATED,)),
}
"""What these modes make of a comment in which nothing stood out."""


def route_each(
    policy: Policy, assessed: Assessed, held_for: Sequence[Reason] = (), fired: Sequence[Fired] = ()
) -> dict[Mode, Routing]:
    """What every mode makes of an assessed submission: which one its thread has, only the store knows. Each holds it
    for `held_for`, reasons that are not the classifier's, and does what the rules that fired say: what one
    rejects is rejected, whatever another says."""
    noted, held = _notable(assessed), [*held_for, *(Reason(code) for code in assessed.findings)]
    if assessed.risk is not None and assessed.assessed and not (noted or held or fired):  # as of most comments
        return {**_ALONE, Mode.AUTO: _by_risk(policy, assessed.risk, noted)}
    routed = {mode: _route(mode, policy, assessed, noted, held) for mode in MODES}
    return {mode: _ruled(routing, fired) for mode, routing in routed.items()} if fired else routed


def may_be_trusted(
    policy: Policy, assessed: Assessed, held_for: Sequence[Reason] = (), fired: Sequence[Fired] = ()
) -> bool:
    """Whether a submission is published where its author is trusted: it could be scored, its risk is not above the
    policy's threshold in any mode, and nothing holds it but its mode, its risk or its language. A rule that fired may
    note it."""
    if assessed.risk is None or held_for or assessed.findings:
        return False
    is_risky = assessed.assessed and assessed.risk > policy.reject_above
    return not is_risky and all(each.rule.action is Action.NOTE for each in fired)


def _ruled(routing: Routing, fired: Sequence[Fired]) -> Routing:
    """A routing as the rules that fired change it; they are named first, in their order."""
    reasons = [*(each.reason for each in fired), *routing.reasons]
    actions = {each.rule.action for each in fired}
    if Action.REJECT in actions:
        return Routing(Verdict.REJECT, reasons, is_listed=False)
    if Action.HOLD in actions and routing.verdict is Verdict.PUBLISH:
        return Routing(Verdict.HOLD, reasons)
    return routing._replace(reasons=reasons)


def _route(mode: Mode, policy: Policy, assessed: Assessed, noted: list[Reason], held: list[Reason]) -> Routing:
    if assessed.risk is None:
        return Routing(Verdict.HOLD, [_NOT_SCORED, *held])
    unknown: list[Reason] = [] if assessed.assessed else [_NOT_ASSESSED]
    if mode is Mode.PREMODERATE:
        return Routing(Verdict.HOLD, [_PREMODERATED, *held, *unknown, *noted])
    if held:
        return Routing(Verdict.HOLD, [*held, *unknown, *noted])
    if mode is Mode.POSTMODERATE:
        return Routing(Verdict.PUBLISH, [_POSTMODERATED, *unknown, *noted])
    if unknown:
        return Routing(Verdict.HOLD, unknown)
    return _by_risk(policy, assessed.risk, noted)


def _by_risk(policy: Policy, risk: float, noted: list[Reason]) -> Routing:
    if risk < policy.publish_below:
        return Routing(Verdict.PUBLISH, [Reason("risk_below", {"threshold": policy.publish_below})], is_listed=False)
    if risk > policy.reject_above:
        return Routing(
            Verdict.REJECT, [Reason("risk_above", {"threshold": policy.reject_above}), *noted], is_listed=False
        )
    return Routing(Verdict.HOLD, [_RISK_BETWEEN, *noted])


def _notable(assessed: Assessed) -> list[Reason]:
    scores = assessed.scores or {}
    if max(scores.values(), default=0) < NOTABLE_SCORE:  # most comments: this is asked for every one
        return []
    high = [(round(score, SCORE_DECIMALS), name) for name, score in scores.items() if score >= NOTABLE_SCORE]
    high.sort(reverse=True)
    return [Reason("score_high", {"attribute": name, "score": score}) for score, name in high]
