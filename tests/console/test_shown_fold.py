"""A long text is folded so that what is decided about stands beside the decision."""

import pytest

from service.html.shown.comment import shown_body, shown_comment
from service.html.shown.fold import CHARS_A_LINE, MAX_LINES, SHOWN_LINES
from service.html.shown.piece import source_of
from service.texts.catalogue import CATALOGUE
from tests.console.waiting import high, span, waiting
from tests.hostile_texts import HOSTILE_TEXTS


@pytest.mark.parametrize("text", ["", "short", "a\n" * MAX_LINES, "x" * MAX_LINES * CHARS_A_LINE])
def test_a_text_of_few_lines_is_not_folded(text: str) -> None:
    assert shown_body(text).rest == ()


@pytest.mark.parametrize(
    "text",
    ["a\n" * MAX_LINES + "a", "x" * 10_000, "word " * 2_000, "漢" * 1_500, "\n" * 500 + "far below", "a\u0301" * 5_000],
    ids=ascii,
)
def test_a_text_of_more_lines_is_folded(text: str) -> None:
    shown = shown_body(text)
    head = source_of(shown.head)
    assert shown.rest
    assert 0 < len(head) <= SHOWN_LINES * CHARS_A_LINE
    assert head.count("\n") <= SHOWN_LINES
    assert head + source_of(shown.rest) == text


def test_it_is_folded_between_words() -> None:
    assert source_of(shown_body("word " * 2_000).head).endswith("word")


def test_a_text_is_not_folded_within_a_mark_a_chip_or_a_letter() -> None:
    edge = SHOWN_LINES * CHARS_A_LINE
    for text in ("x" * (edge - 1) + "\u200b" * 5 + "x" * 5_000, "x" * edge + "\u0301" * 3 + "x" * 5_000):
        assert source_of(shown_body(text).rest)[0] != "\u0301"
    body = "x" * (edge - 40) + " " + "m" * 60 + " x" * 4_000 + " end"
    comment = waiting(body, [high("spam", 0.9)], [span(body, "m" * 60, "spam"), span(body, "end", "spam")])
    shown = shown_comment(comment, CATALOGUE.of("en")).body
    assert shown.marks_below == 2


def test_no_hostile_text_stands_there_with_more_lines_than_a_folded_one_has() -> None:
    for text in HOSTILE_TEXTS:
        head = source_of(shown_body(text).head)
        assert head.count("\n") <= MAX_LINES
        assert len(head) <= MAX_LINES * CHARS_A_LINE
