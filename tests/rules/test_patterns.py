"""Patterns that operators write: taken only when they are small and quick."""

import pytest

from service.rules import patterns
from service.rules.patterns import MAX_PATTERNS, PatternError, Patterns, check


def test_ordinary_patterns_are_taken() -> None:
    check({"a": r"(?i)buy\s+now", "b": r"\b\d{4}-\d{4}\b"})
    check({})


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing \\)"),
        ("a*", "nothing"),
        (r"\p{L}{100}", "instructions"),
        (r"(a)\1", "invalid escape"),
    ],
)
def test_a_pattern_that_is_not_taken_says_why(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match=why) as refused:
        check({"good": "x", "bad": pattern})
    assert refused.value.rule == "bad"


def test_a_site_has_so_many_at_most() -> None:
    with pytest.raises(PatternError, match=str(MAX_PATTERNS)):
        check({str(number): f"x{number}" for number in range(MAX_PATTERNS + 1)})


def test_the_slowest_of_a_slow_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MAX_TRIAL_SECONDS", 0.0)
    wide = r"(?i)(?:[a-z0-9]|[[:punct:]]){20,60}[a-z]\d[a-z]"
    with pytest.raises(PatternError) as refused:
        check({"quick": "zzz", "slow": wide})
    assert refused.value.rule == "slow"


def test_a_pattern_that_this_version_cannot_read_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Patterns({"good": "river", "lost": "(", "other": "bridge"})
    assert found.unreadable == ["lost"]
    assert found.find("A bridge over the river.") == {"good": ["river"], "other": ["bridge"]}
    monkeypatch.setattr(patterns, "_SET_BYTES", 1)
    assert Patterns({"good": "river"}).unreadable == ["good"]
