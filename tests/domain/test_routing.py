"""The rule that routes a comment, for all scores and all policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.assessed import Assessed
from service.domain.network import reader_network
from service.domain.policy import Mode, Policy, RateLimit
from service.domain.reason import Reason
from service.domain.routing import Verdict, route_each

PROBABILITY = st.floats(0, 1)
MODES = st.sampled_from(Mode)


def assessed(risk: float | None, *, is_known_language: bool = True) -> Assessed:
    scores = None if risk is None else {"toxicity": risk, "spam": 0.1}
    return Assessed(scores, risk, [], assessed=is_known_language, model="test")


@given(MODES, PROBABILITY, PROBABILITY)
def test_what_is_not_scored_is_never_published(mode: Mode, below: float, above: float) -> None:
    routing = route_each(Policy(mode, below, above), assessed(None))[mode]
    assert routing.verdict is Verdict.HOLD
    assert routing.is_listed


@given(PROBABILITY)
def test_premoderation_holds_all(risk: float) -> None:
    assert route_each(Policy(), assessed(risk))[Mode.PREMODERATE].verdict is Verdict.HOLD


@given(PROBABILITY)
def test_postmoderation_publishes_all_and_lists_all(risk: float) -> None:
    routing = route_each(Policy(), assessed(risk))[Mode.POSTMODERATE]
    assert routing.verdict is Verdict.PUBLISH
    assert routing.is_listed


@given(PROBABILITY, PROBABILITY, PROBABILITY)
def test_auto_keeps_to_its_thresholds(risk: float, one: float, other: float) -> None:
    below, above = sorted((one, other))
    verdict = route_each(Policy(Mode.AUTO, below, above), assessed(risk))[Mode.AUTO].verdict
    expected = Verdict.PUBLISH if risk < below else Verdict.REJECT if risk > above else Verdict.HOLD
    assert verdict is expected


@given(PROBABILITY)
def test_auto_holds_a_language_that_the_model_does_not_know(risk: float) -> None:
    routing = route_each(Policy(Mode.AUTO, 1, 1), assessed(risk, is_known_language=False))[Mode.AUTO]
    assert routing.verdict is Verdict.HOLD
    assert routing.reasons == [Reason("language_not_assessed")]


@given(MODES, PROBABILITY)
def test_every_routing_has_a_reason(mode: Mode, risk: float) -> None:
    assert route_each(Policy(mode), assessed(risk))[mode].reasons


@given(st.none() | PROBABILITY, PROBABILITY, PROBABILITY)
def test_what_is_held_for_a_reason_of_its_own_is_held_in_every_mode(
    risk: float | None, below: float, above: float
) -> None:
    for routing in route_each(Policy(Mode.AUTO, below, above), assessed(risk), [Reason("name_of_staff")]).values():
        assert routing.verdict is Verdict.HOLD
        assert routing.is_listed
        assert Reason("name_of_staff") in routing.reasons


def test_reasons_name_high_scores_highest_first() -> None:
    scores = {"toxicity": 0.6, "insult": 0.9, "spam": 0.2}
    reasons = route_each(Policy(), Assessed(scores, 0.9, [], assessed=True, model="test"))[Mode.PREMODERATE].reasons
    assert [reason.values.get("attribute") for reason in reasons] == [None, "insult", "toxicity"]


def test_a_rate_limit_in_ms() -> None:
    assert RateLimit(30, 10).interval_ms == 2000
    assert RateLimit(30, 10).tolerance_ms == 18_000
    assert RateLimit().interval_ms == 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("unknown", "other", False),
    ],
)
def test_one_reader_to_a_rate_limit(one: str, other: str, *, is_same: bool) -> None:
    assert (reader_network(one) == reader_network(other)) is is_same


@pytest.mark.parametrize("finding", ["direction_overridden", "filler_characters"])
@pytest.mark.parametrize("mode", Mode)
def test_what_hides_how_it_is_read_is_never_published_by_itself(mode: Mode, finding: str) -> None:
    assessed = Assessed({"spam": 0.01}, 0.01, [], assessed=True, model="m", findings=(finding,))
    routing = route_each(Policy(publish_below=0.5), assessed)[mode]
    assert routing.verdict is Verdict.HOLD
    assert finding in {reason.code for reason in routing.reasons}
