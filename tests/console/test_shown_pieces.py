"""A text in pieces: nothing of it is lost, nothing in it is invisible, and no heap of accents is drawn."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.visibility import has_hidden
from service.html.shown.comment import shown_body
from service.html.shown.composition import MAX_CHARS, MAX_SPECIAL, shown
from service.html.shown.piece import Accents, Chip, Foreign, Piece, Plain, source_of
from service.html.shown.special import MAX_DRAWN_MARKS, look_through
from tests.hostile_texts import HOSTILE_TEXTS

ANY_TEXT = st.text(
    st.characters(exclude_categories=[]) | st.sampled_from("\u0301\u0489\u200b\u200d\u202e\n\u0456ai\ufe0f")
)
MOST_RATIO = 8
"""Four for linear work, a square is 16; the rest is noise."""
NOISE_SECONDS = 0.002
KINDS = (
    "a",
    "і",
    "aі",
    "a\u0301",
    "\u0301",
    "\u200b",
    "a\u200b",
    "\u202e",
    "k\u0456ll ",
    "𝐤",
    "ab ",
    "\n",
    "\ufe0f",
    "漢",
    "ב\u05b8",
    "\U000e0061",
)


def drawn(pieces: tuple[Piece, ...]) -> list[str]:
    """What is drawn of each piece as letters, "" for a chip."""
    return [{"plain": getattr(each, "text", ""), "foreign": each.source}.get(each.kind, "") for each in pieces]


def marks_in_rows(text: str) -> int:
    """The longest row of marks; characters that join others do not end it."""
    longest = row = 0
    for character in text:
        category = unicodedata.category(character)
        row = row + 1 if category[0] == "M" else row if category == "Cf" else 0
        longest = max(longest, row)
    return longest


@given(ANY_TEXT)
@example("Z" + "\u0301" * 60 + "algo")
@example("ب" + "\u0651" * 4 + "\u200d" + "\u0651" * 4 + "\u200dب")
@example("\u0301at the start")
def test_pieces_are_the_text_and_nothing_unseen_or_heaped_is_drawn(text: str) -> None:
    pieces = shown(text).pieces
    assert source_of(pieces) == text
    for letters in drawn(pieces):
        assert marks_in_rows(letters) <= MAX_DRAWN_MARKS
        assert not any(
            unicodedata.category(each) in ("Cc", "Cs", "Co", "Zl", "Zp") for each in letters if each not in "\n\t"
        )


@given(ANY_TEXT)
def test_a_chip_stands_for_every_hidden_character(text: str) -> None:
    unseen = [piece for piece in shown(text).pieces if isinstance(piece, Chip)]
    assert bool(unseen) >= has_hidden(text)
    assert all(len(set(chip.source)) == 1 and chip.label.isprintable() for chip in unseen)


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_a_hostile_text_is_whole_when_unfolded(text: str) -> None:
    assert source_of(shown_body(text).pieces) == text


def test_there_are_two_hundred_hostile_texts() -> None:
    assert len(set(HOSTILE_TEXTS)) == 200


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("a\u200bb", "ZWSP", "zero width space"),
        ("\u202eb", "RLO", "right-to-left override"),
        ("a\x00", "NUL", "null"),
        ("a\x1b", "ESC", "escape"),
        ("a\ue000", "U+E000", ""),
        ("a\ufe0f", "VS16", "variation selector-16"),
        ("\U000e0061", "TAG a", "tag latin small letter a"),
        ("a\ud800", "U+D800", ""),
    ],
)
def test_a_chip_has_the_usual_label_and_a_name_to_be_read_aloud(text: str, label: str, name: str) -> None:
    (chip,) = (piece for piece in shown(text).pieces if isinstance(piece, Chip))
    assert (chip.label, chip.name) == (label, name)


def test_the_same_character_in_a_row_is_one_chip() -> None:
    assert shown("a" + "\u200b" * 12 + "\u200c").pieces[1:] == (
        Chip("\u200b" * 12, "ZWSP", "zero width space"),
        Chip("\u200c", "ZWNJ", "zero width non-joiner"),
    )


@pytest.mark.parametrize(
    "text",
    ["👨‍👩‍👧 and 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "می‌خواهم", "☎️ 1️⃣", "Việt ế", "क्‍ष"],
)
def test_joiners_and_selectors_that_a_script_needs_are_no_chips(text: str) -> None:
    assert shown(text).pieces == (Plain(text, text),)


def test_accents_beyond_the_fourth_become_a_chip() -> None:
    first, heap, last = shown("Z" + "\u0301" * 60 + "algo").pieces
    assert (first.source, last.source) == ("Z" + "\u0301" * 4, "algo")
    assert isinstance(heap, Accents)
    assert heap.count == 56


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I will kіll it", [("і", "i")]),
        ("k\u200bі\u200bll", [("і", "i")]),
        ("КІ and kill and more of Latin kІll", [("І", "I")]),
        ("раураl", [("раура", "paypa")]),
        ("𝐤𝐢𝐥𝐥 ⓚⓘⓛⓛ", [("𝐤𝐢𝐥𝐥", "kill"), ("ⓚⓘⓛⓛ", "kill")]),
        ("ᴋɪʟʟ", [("ᴋɪʟʟ", "kill")]),
        ("Это мaма", [("a", "а")]),
        ("ki\u0456\u0301ll", [("\u0456\u0301", "i")]),
    ],
)
def test_letters_that_pass_for_others_are_told_with_what_they_read_as(text: str, found: list[tuple[str, str]]) -> None:
    pieces = shown(text).pieces
    assert [(piece.source, piece.reads_as) for piece in pieces if isinstance(piece, Foreign)] == found


@pytest.mark.parametrize(
    "text",
    [
        "Привет из порта",
        "Καλημέρα",
        "straße café œuvre đặt",
        "iPhone的 Tシャツ ＡＢＣ",
        "Δt = 5 µm, x²",
        "1ª vez",
        "она said",
        "שלום abc",
        "🅰 is good",
    ],
)
def test_honest_letters_are_left_alone(text: str) -> None:
    assert shown(text).pieces == (Plain(text, text),)


def test_more_chips_than_are_drawn_are_counted() -> None:
    text = "a\u200b" * (MAX_SPECIAL + 7)
    drawn_text = shown(text)
    assert drawn_text.left_out == 7
    assert sum(isinstance(piece, Chip) for piece in drawn_text.pieces) == MAX_SPECIAL
    assert drawn_text.pieces[-1] == Plain("a" * 7, "a\u200b" * 7)


def test_a_text_beyond_all_bounds_is_cut_and_says_so() -> None:
    long = shown("a" * (MAX_CHARS + 1))
    assert (long.size_chars, long.is_cut) == (MAX_CHARS, True)
    assert not shown("a" * MAX_CHARS).is_cut


@pytest.mark.parametrize("unit", KINDS, ids=ascii)
def test_time_grows_as_the_text_does(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        tries = []
        for _ in range(3):
            begun = time.process_time()
            shown_body(text)
            tries.append(time.process_time() - begun)
        return min(tries)

    short, long = seconds(MAX_CHARS // 4), seconds(MAX_CHARS)
    assert long <= MOST_RATIO * (short + NOISE_SECONDS)


def test_places_are_in_order_and_none_is_within_another() -> None:
    for text in HOSTILE_TEXTS:
        for before, after in pairwise(look_through(text).places):
            assert before.end <= after.start
