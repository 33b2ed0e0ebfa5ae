"""Why a comment waits, and the marks in its text: which, how many, and what they say."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.assessed import Span
from service.domain.comment import Comment
from service.domain.reason import Reason
from service.html.shown.comment import shown_blindly, shown_comment
from service.html.shown.piece import Family, Marked, source_of
from service.html.shown.why import MAX_LINES, MAX_MARKS
from service.texts.catalogue import CATALOGUE
from tests.console.waiting import UNSURE, high, ruled, span, waiting

ENGLISH, GERMAN, FRENCH = (CATALOGUE.of(language) for language in ("en", "de", "fr"))
BODY = "You complete muppet, go and kill the toll. Links: harbour-truth.example and a paid clown."


def marks_of(comment: Comment) -> list[tuple[str, str, int]]:
    pieces = shown_comment(comment, ENGLISH).body.pieces
    return [(piece.source, piece.family, piece.number) for piece in pieces if isinstance(piece, Marked)]


def labels_of(comment: Comment) -> list[str]:
    why = shown_comment(comment, ENGLISH).why
    return [line.label for line in (*why.lines, *why.more)]


def test_marks_have_the_family_of_their_attribute_and_the_number_of_their_reason() -> None:
    spans = [span(BODY, "complete", "insult"), span(BODY, "muppet", "insult"), span(BODY, "kill", "threat")]
    comment = waiting(BODY, [ruled("Links", "harbour-truth.example"), high("insult", 0.91), high("threat", 0.6)], spans)
    assert marks_of(comment) == [
        ("complete muppet", Family.ATTACK, 2),
        ("kill", Family.THREAT, 3),
        ("harbour-truth.example", Family.RULE, 1),
    ]
    assert labels_of(comment) == ["Rule “Links”", "Insult", "Threat"]


def test_a_reason_has_its_score_as_the_language_writes_it_and_quotes() -> None:
    comment = waiting(
        BODY, [high("insult", 0.912)], [span(BODY, "muppet", "insult"), span(BODY, "paid clown", "insult")]
    )
    for texts, label, share in (
        (ENGLISH, "Insult", "0.91"),
        (GERMAN, "Beleidigung", "0,91"),
        (FRENCH, "Insulte", "0,91"),
    ):
        (line,) = shown_comment(comment, texts).why.lines
        assert (line.label, line.share) == (label, share)
        assert [source_of(quote.said.pieces) for quote in line.quotes] == ["muppet", "paid clown"]


def test_where_two_reasons_speak_of_the_same_words_the_stronger_marks_them() -> None:
    spans = [span(BODY, "complete muppet", "toxicity", 3.0), span(BODY, "muppet", "insult", 1.0)]
    comment = waiting(BODY, [high("insult", 0.9), high("toxicity", 0.7)], spans)
    assert marks_of(comment) == [("muppet", Family.ATTACK, 1)]


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40), st.sampled_from(["insult", "spam", "new"]))), st.text()
)
def test_marks_never_overlap_and_lose_nothing(spans: list[tuple[int, int, str]], body: str) -> None:
    found = [Span(start, start + size, start, start + size, attribute, 1.0) for start, size, attribute in spans]
    shown = shown_comment(waiting(body, [high("insult", 0.9)], found), ENGLISH)
    assert source_of(shown.body.pieces) == body
    assert sum(isinstance(piece, Marked) for piece in shown.body.pieces) <= MAX_MARKS


def test_there_are_at_most_eight_marks_the_weightiest() -> None:
    body = " and ".join(f"word{at:02}" for at in range(20))
    spans = [span(body, f"word{at:02}", "insult", at) for at in range(20)]
    assert [said for said, _, _ in marks_of(waiting(body, [high("insult", 0.9)], spans))] == [
        f"word{at}" for at in range(12, 20)
    ]


def test_a_mark_takes_chips_in_and_parts_no_letter_from_its_accents() -> None:
    body = "I will k\u200bi\u0301ll\u0301 you"
    comment = waiting(
        body, [high("threat", 0.8)], [span(body, "i\u0301ll", "threat"), span(body, "\u0301 you", "threat")]
    )
    marked = [piece for piece in shown_comment(comment, ENGLISH).body.pieces if isinstance(piece, Marked)]
    assert [piece.source for piece in marked] == ["i\u0301ll\u0301 you"]


def test_what_a_rule_matched_is_found_through_disguise_and_told_how_it_reads() -> None:
    for said in ("kіll", "k\u200bi\u200bll", "K1LL", "KILL!"):
        body = f"He has skill, he may {said} them"
        (line, *_) = shown_comment(waiting(body, [ruled("Never", "kill")]), ENGLISH).why.lines
        ((mark, _, _),) = marks_of(waiting(body, [ruled("Never", "kill")]))
        assert mark.rstrip("!") == said.rstrip("!")
        reads_as = line.quotes[0].reads_as
        assert (reads_as is None) == (said == "KILL!")
        assert reads_as is None or source_of(reads_as.pieces).rstrip("!") == "kill"


def test_a_phrase_within_a_word_is_no_match_unless_the_rule_leaves_the_end_open() -> None:
    assert marks_of(waiting("a class of its own", [ruled("Never", "ass")])) == []
    assert marks_of(waiting("assessors came", [ruled("Never", "assess*")])) == [("assess", Family.RULE, 1)]


def test_what_a_rule_matched_elsewhere_is_quoted_all_the_same() -> None:
    (line,) = shown_comment(waiting("hello", [ruled("Thrown away", "trash.example")]), ENGLISH).why.lines
    assert [source_of(quote.said.pieces) for quote in line.quotes] == ["trash.example"]


def test_six_reasons_stand_there_and_the_others_are_behind_more() -> None:
    why = shown_comment(waiting("x", [ruled(f"Rule {at}") for at in range(9)]), ENGLISH).why
    assert [line.number for line in why.lines] == list(range(1, MAX_LINES + 1))
    assert [line.number for line in why.more] == [7, 8, 9]


def test_how_it_was_routed_is_told_and_is_nothing_that_stood_out() -> None:
    why = shown_comment(waiting("hello", [UNSURE, Reason("risk_above", {"threshold": 0.9})]), ENGLISH).why
    assert why.lines == ()
    assert why.routes[0].startswith("The machine is not sure")
    assert "0.90" in why.routes[1]


def test_invisible_and_foreign_letters_are_told_among_the_reasons() -> None:
    comment = waiting("k\u200bіll \u202eme Z" + "\u0301" * 60, name="аdmin")
    assert labels_of(comment) == [
        "Invisible characters",
        "Heaps of accents",
        "Letters that pass for others",
        "The name has invisible characters or letters that pass for others",
    ]
    assert shown_comment(comment, ENGLISH).why.lines[0].detail == "1 × ZWSP, 1 × RLO"


def test_a_blind_comment_has_no_mark_reason_or_risk() -> None:
    comment = waiting(BODY, [high("insult", 0.91)], [span(BODY, "muppet", "insult")])
    shown = shown_blindly(comment)
    assert not any(isinstance(piece, Marked) for piece in shown.body.pieces)
    assert (shown.why.lines, shown.why.routes, shown.why.risk, shown.why.is_blind) == ((), (), "", True)


def test_a_reason_that_is_newer_than_this_page_is_told_by_its_code() -> None:
    assert labels_of(waiting("x", [Reason("moon_phase")])) == ["moon_phase"]


def test_spans_without_a_score_among_the_reasons_have_a_number_too() -> None:
    comment = waiting(BODY, [UNSURE], [span(BODY, "muppet", "insult")], scores={"insult": 0.55})
    assert marks_of(comment) == [("muppet", Family.ATTACK, 1)]
    assert shown_comment(comment, ENGLISH).why.lines[0].share == "0.55"
