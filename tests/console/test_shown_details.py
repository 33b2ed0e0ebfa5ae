"""Times, emails and records as moderators see them."""

import pytest

from service.domain.author import AuthorRecord, Ban, Trust
from service.domain.state import State
from service.html.shown.author import masked_email, record_of
from service.html.shown.moment import moment
from service.html.shown.piece import source_of
from service.texts.catalogue import CATALOGUE

ENGLISH, GERMAN, FRENCH = (CATALOGUE.of(language) for language in ("en", "de", "fr"))
NOW_MS = 1_795_875_900_000
MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("anton@mail.example", "a…n@mail.example"),
        ("anna@mail.example", "a…a@mail.example"),
        ("bob@mail.example", "b…@mail.example"),
        ("x@mail.example", "…@mail.example"),
        ('"a@b"@mail.example', '"…"@mail.example'),
        ("", "…"),
        ("nonsense", "…"),
    ],
)
def test_a_masked_email_tells_nobody_who_is_not_known(email: str, masked: str) -> None:
    assert source_of(masked_email(email).pieces) == masked


def test_a_moment_is_told_by_how_long_ago_it_was_and_exactly() -> None:
    told = moment(NOW_MS - 18 * MINUTE_MS, NOW_MS, ENGLISH)
    assert (told.at, told.ago, told.exactly) == (
        "2026-11-28T14:07:00.000Z",
        "18 minutes ago",
        "28 November 2026, 14:07 UTC",
    )
    assert moment(NOW_MS - 18 * MINUTE_MS, NOW_MS, GERMAN).ago == "vor 18 Minuten"
    assert moment(NOW_MS - 18 * MINUTE_MS, NOW_MS, FRENCH).ago == "il y a 18 minutes"


def test_a_moment_that_another_clock_has_in_the_future_was_just_now() -> None:
    assert moment(NOW_MS + MINUTE_MS, NOW_MS, ENGLISH).ago == "just now"


def record(counts: dict[State, int], ban: Ban | None = None, trust: Trust | None = None) -> AuthorRecord:
    return AuthorRecord("a1", NOW_MS, NOW_MS, sum(counts.values()), counts, ban=ban, trust=trust)


def test_a_record_is_told_in_words_and_drawn_as_a_whole() -> None:
    told = record_of(record({State.PUBLISHED: 12, State.REJECTED: 3, State.HELD: 1}), ENGLISH)
    assert told.words == "12 published, 3 rejected, 1 waiting, first seen 28 November 2026"
    assert [bar.state for bar in told.bars] == [State.PUBLISHED, State.REJECTED, State.HELD]
    assert sum(bar.width for bar in told.bars) == pytest.approx(100, abs=0.1)


def test_of_a_newcomer_it_is_told_that_nothing_was_decided() -> None:
    assert record_of(record({State.HELD: 1}), ENGLISH).words.startswith("No decided comment yet, 1 waiting")
    nobody = AuthorRecord("a1", None, None, 0, {})
    assert record_of(nobody, GERMAN).words == "Noch kein entschiedener Kommentar"
    assert record_of(nobody, ENGLISH).bars == ()


def test_a_ban_and_trust_are_told() -> None:
    def standing(ban: Ban | None = None, trust: Trust | None = None) -> str:
        return record_of(record({}, ban, trust), ENGLISH).standing

    assert standing(Ban(None, NOW_MS, "Ada")) == "Banned"
    assert standing(Ban(NOW_MS, NOW_MS, "Ada")) == "Banned until 28 November 2026"
    assert standing(trust=Trust(NOW_MS, "Ada")) == "Trusted"
    assert standing() == ""
