"""Comments that wait, as the machine may have judged them."""

from collections.abc import Iterable, Mapping

from service.domain.assessed import Span
from service.domain.comment import Comment
from service.domain.reason import Reason
from service.domain.routing import Verdict
from service.domain.state import State

UNSURE = Reason("risk_between")


def high(attribute: str, score: float) -> Reason:
    return Reason("score_high", {"attribute": attribute, "score": score})


def ruled(rule: str, *matched: str) -> Reason:
    return Reason("rule", {"rule": rule, "matched": list(matched)})


def span(body: str, words: str, attribute: str, contribution: float = 1.0) -> Span:
    start = body.index(words)
    return Span(start, start + len(words), start, start + len(words), attribute, contribution)


def waiting(
    body: str,
    reasons: Iterable[Reason] = (UNSURE,),
    spans: Iterable[Span] = (),
    *,
    name: str = "Karin B.",
    scores: Mapping[str, float] | None = None,
    risk: float | None = 0.87,
) -> Comment:
    return Comment(
        comment_id="c1",
        thread="tunnel",
        parent_id=None,
        name=name,
        website=None,
        body=body,
        state=State.HELD,
        scores=scores,
        risk=risk,
        verdict=Verdict.HOLD,
        reasons=list(reasons),
        spans=list(spans),
        submitted_ms=0,
        published_ms=None,
        revision=1,
        claim=None,
    )
