"""Which reasons a site had and has no longer."""

from service.domain.decision_reason import MOST_REASONS, DecisionReason, retired


def reason(code: str, title: str = "") -> DecisionReason:
    return DecisionReason(code, title or code, is_public=True)


def test_those_that_left_stand_before_those_that_left_earlier() -> None:
    left = retired([reason("a"), reason("b"), reason("c")], [reason("d"), reason("a", "older")], [reason("b")])
    assert left == [reason("a"), reason("c"), reason("d")]


def test_what_comes_back_is_retired_no_longer() -> None:
    assert retired([reason("a")], [reason("b")], [reason("a"), reason("b")]) == []


def test_the_default_ones_stand_for_none() -> None:
    assert retired([reason("spam", "Ads"), reason("a")], [], None) == [reason("a")]


def test_no_more_are_kept_than_a_site_may_have() -> None:
    many = [reason(f"c{number}") for number in range(MOST_REASONS + 5)]
    assert retired(many[:MOST_REASONS], many[MOST_REASONS:], []) == many[:MOST_REASONS]
