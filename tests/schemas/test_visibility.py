"""What can be seen: names of people, in all the scripts they use, and names that show nothing or something else."""

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.administration import NewSiteSchema, SiteChangeSchema
from schemas.fields import Email, Line, Paragraphs, PlainText, WebAddress
from schemas.loader import Loader
from schemas.moderation import DecisionSchema
from schemas.submissions import SubmissionSchema
from schemas.threads import ThreadChangeSchema
from schemas.tokens import NewTokenSchema
from schemas.visibility import MAX_MARKS, has_hidden, has_too_many_marks, has_visible, hidden_places, without_hidden

NAME = Line(min_chars=1, max_chars=100)
BODY = Paragraphs(max_chars=10_000)
NOTHING = ["Holds nothing that can be seen."]
MARKS = [f"Holds more than {MAX_MARKS} combining marks in a row."]

SEEN = {
    "accents": "Zoë Müller-Šimkūnaitė",
    "Vietnamese": "Nguyễn Thị Ánh Tuyết",
    "an emoji alone": "🎉",
    "a heart with its selector": "Ann ❤️",
    "a heart as text": "Ann ❤︎",
    "a family": "👨‍👩‍👧‍👦",
    "an astronaut with a skin": "👩🏽‍🚀",
    "a black cat": "🐈‍⬛",
    "the pirates' flag": "🏴‍☠️",
    "the rainbow flag": "🏳️‍🌈",
    "the flag of a country": "🇩🇪",
    "the flag of England": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "the flag of Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "the flag of Wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "a keycap": "1️⃣",
    "an emoji of Unicode 15": "\U0001fae8",
    "an emoji of Unicode 16": "\U0001fae9",
    "an emoji that nobody knows yet": "\U0001f6d9",
    "a phoenix of Unicode 15.1": "🐦‍🔥",
    "Persian": "می‌خواهم",
    "Arabic": "مُحَمَّد",
    "a Kurdish town": "هه‌ڵه‌بجه‌",
    "a Kurdish town and more": "هه‌ڵه‌بجه‌ ١",
    "Hindi": "क्‍ष",
    "Sinhala": "ශ්‍රී ලංකා",
    "Malayalam": "ന്‍",
    "Mongolian with its selector": "ᠮᠣᠩᠭᠣᠯ᠋ᠠ",
    "Chinese with a space of its own": "王　小明",
    "a Japanese name with its selector": "葛\U000e0100城",
    "an ideograph of extension H": "\U00031350",
    "an ideograph of extension J": "\U000323b0",
    "Korean": "홍길동",
    "Hebrew with points": "שָׁלוֹם",
    "Thai": "สมชาย",
    "an apostrophe": "O’Neill",
    "a no-break space": "Ada\u00a0Lovelace",
    "a letter of Unicode 16": "\ua7cb",
    "a script of Unicode 15": "\U00011f04",
    "dots": "...",
}
UNSEEN = {
    "a space of no width": "\u200b",
    "a word joiner": "\u2060",
    "a Hangul filler": "\u3164",
    "a narrow Hangul filler": "\uffa0",
    "Hangul jamo fillers": "\u115f\u1160",
    "a blank of Braille": "\u2800",
    "a soft hyphen": "\u00ad",
    "a byte order mark": "\ufeff",
    "an override": "\u202e",
    "a Mongolian separator": "\u180e",
    "a grapheme joiner": "\u034f",
    "a tag": "\U000e0041",
    "Khmer vowels that show nothing": "\u17b4\u17b5",
    "an object that is not there": "\ufffc",
    "a Khitan filler": "\U00016fe4",
    "a null note": "\U0001d159",
    "selectors alone": "\ufe0f\ufe0f",
    "a joiner alone": "\u200d",
    "a blank of hieroglyphs": "\U00013441",
}
AROUND = {
    "admin and a joiner": "admin\u200d",
    "admin with a space of no width": "ad\u200bmin",
    "a line separator": "a\u2028b",
    "a paragraph separator": "a\u2029b",
    "text turned around": "\u202enimda",
    "an isolate": "Ann\u2066nimda\u2069",
    "a mark of direction": "Ann\u200f",
    "private use": "Ann \uf8ff",
    "private use of a plane": "Ann \U000f0000",
    "unassigned": "Ann \u0378",
    "no character": "Ann \uffff",
    "no character of a plane": "Ann \U0010ffff",
    "no character among ideographs": "Ann \U0002ffff",
    "tags after a letter": "a\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "tags without their end": "🏴\U000e0067\U000e0062",
    "a message in tags": "🏴" + "\U000e0068" * 40 + "\U000e007f",
    "a joiner between Latin letters": "a\u200db",
    "a joiner after an emoji": "🎉\u200d",
    "two joiners between emoji": "👨\u200d\u200d👩",
    "two joiners between Arabic letters": "م\u200c\u200cخ",
    "a selector after a letter": "a\ufe0f",
    "two selectors": "❤\ufe0f\ufe0f",
    "a selector after a digit": "1\ufe0f",
    "a supplement's selector after a letter": "a\U000e0100",
    "a Mongolian selector after a letter": "a\u180b",
    "a filler within": "a\u3164b",
}


def refusal(field: PlainText, text: str) -> list[str]:
    assert field.plainly(text) is None
    with pytest.raises(ValidationError) as caught:
        field.deserialize(text)
    return [str(message) for message in caught.value.messages]


@pytest.mark.parametrize("what", SEEN)
def test_a_name_that_can_be_seen_is_taken(what: str) -> None:
    name = unicodedata.normalize("NFC", SEEN[what])
    assert NAME.deserialize(name) == NAME.plainly(name) == name
    assert BODY.deserialize(name) == BODY.plainly(name) == name
    assert without_hidden(name) == name


@pytest.mark.parametrize("what", UNSEEN)
def test_a_name_of_nothing_that_is_seen_is_refused(what: str) -> None:
    assert refusal(NAME, UNSEEN[what]) == refusal(NAME, f" {UNSEEN[what]} {UNSEEN[what]}") == NOTHING
    assert refusal(Line(max_chars=100), UNSEEN[what]) == NOTHING, "also where an empty one is taken"


@pytest.mark.parametrize("what", [*UNSEEN, *AROUND])
def test_a_line_loses_what_is_not_seen_in_it(what: str) -> None:
    line = (UNSEEN | AROUND)[what]
    kept = NAME.deserialize(f"{line} Ann")
    assert NAME.plainly(f"{line} Ann") is None
    assert not has_hidden(kept)
    assert has_visible(kept)
    assert NAME.plainly(kept) == kept
    for field, written in ((Email(), "{}x@mail.example"), (WebAddress(), "https://mail.example/{}x")):
        assert not has_hidden(field.deserialize(written.format(line.replace(" ", ""))))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("ad\u200dmin", "admin"),
        ("\u202eevil rtl", "evil rtl"),
        ("Ann\u2066nimda\u2069", "Annnimda"),
        ("Ann \uf8ff", "Ann"),
        ("a\u2028b", "a b"),
        ("a\ufe0f\u200d🎉", "a🎉"),
        ("e\u200b\u0301", "\u00e9"),
        ("\u200fشبنم\u200f", "شبنم"),
    ],
)
def test_what_is_left_is_what_is_seen(sent: str, kept: str) -> None:
    assert NAME.deserialize(sent) == kept


@pytest.mark.parametrize("what", UNSEEN)
def test_a_body_of_nothing_that_is_seen_is_refused(what: str) -> None:
    assert refusal(BODY, UNSEEN[what]) == NOTHING
    assert refusal(BODY, f"{UNSEEN[what]}\n{UNSEEN[what]}") == NOTHING
    assert BODY.deserialize(UNSEEN[what] + "a").endswith("a")


@pytest.mark.parametrize("what", AROUND)
def test_a_body_keeps_what_is_not_seen_beside_what_is(what: str) -> None:
    kept = AROUND[what].strip("\uffff\U0010ffff\U0002ffff ").replace("\u2028", "\n").replace("\u2029", "\n")
    assert BODY.deserialize(AROUND[what]) == kept


@pytest.mark.parametrize("text", ["\u0301", "\u20dd\u20dd", "\u0301\u00a0\u0302", "\u093f"])
def test_marks_that_stand_on_nothing_are_nothing(text: str) -> None:
    assert refusal(NAME, text) == refusal(BODY, text) == NOTHING


@pytest.mark.parametrize(
    "code", [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"]
)
def test_no_character_of_format_stands_in_a_name(code: int) -> None:
    assert NAME.deserialize(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize(
    ("schema", "field", "others"),
    [
        (SubmissionSchema, "name", {"email": "a@b.example", "body": "a"}),
        (SubmissionSchema, "email", {"name": "a", "body": "a"}),
        (ThreadChangeSchema, "title", {}),
        (DecisionSchema, "reason", {"decision": "approve"}),
        (NewTokenSchema, "name", {"role": "admin"}),
        (NewSiteSchema, "title", {"site": "s"}),
        (SiteChangeSchema, "title", {}),
    ],
)
def test_each_line_that_people_read_loses_them(schema: Any, field: str, others: dict[str, str]) -> None:
    for load in (schema().load, Loader(schema()).load):
        assert load(others | {field: "a\u202e@\u0000b"})[field] == "a@b"
        with pytest.raises(ValidationError) as caught:
            load(others | {field: "\u200b\u0000"})
        assert caught.value.normalized_messages() == {field: NOTHING}  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("mark", ["\u0301", "\u0315", "\u0334", "\u0489", "\U0001d165", "\U0001e000", "\u093f"])
def test_thirty_marks_in_a_row_are_the_most(mark: str) -> None:
    for field in (PlainText(max_chars=100), NAME, BODY):
        assert field.deserialize("a" + mark * MAX_MARKS + "b" + mark * MAX_MARKS)
        assert refusal(field, "a" + mark * (MAX_MARKS + 1)) == MARKS
        assert refusal(field, "a" + (mark + "\u0327") * MAX_MARKS) == MARKS


def test_every_mark_counts() -> None:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] == "M":
            assert has_too_many_marks(chr(code) * (MAX_MARKS + 1)), hex(code)


@pytest.mark.parametrize("letter", ["\U00010000", "\U0001d400", "\U00011f04", "\U00020000"])
def test_high_letters_are_told_apart_from_marks(letter: str) -> None:
    assert not has_too_many_marks(letter * 100 + "\u0301" * MAX_MARKS + letter)
    assert has_too_many_marks(letter * 100 + "\u0301\U0001d165" * MAX_MARKS + letter)


def test_marks_are_counted_as_they_are_stored() -> None:
    assert BODY.deserialize("a" + "\u0f73" * 15) == "a" + "\u0f71" * 15 + "\u0f72" * 15
    assert refusal(BODY, "a" + "\u0f73" * 16) == MARKS


def test_marks_are_counted_before_a_text_is_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        for name in ("normalize", "is_normalized"):
            without.setattr(unicodedata, name, None)
        assert refusal(BODY, "a" + "\u0315\u0334" * 16) == MARKS
        assert "10000" in refusal(BODY, "\u00e9" * 40_001)[0]


def test_emoji_are_no_marks() -> None:
    assert not has_too_many_marks("🎉" * 1000)
    assert BODY.deserialize("🎉" * 10_000) == "🎉" * 10_000


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_left_out_is_what_is_hidden(text: str) -> None:
    rest = without_hidden(text)
    assert has_hidden(text) is (rest != text)
    assert has_visible(rest) is has_visible(text)


@given(
    st.text(st.characters(exclude_categories=[]) | st.sampled_from("\u200d\ufe0f\u200b\u0645\U0001f468"), max_size=40)
)
def test_the_places_of_what_is_hidden_are_told(text: str) -> None:
    places = hidden_places(text)
    assert places == sorted(set(places))
    assert bool(places) == has_hidden(text)


def test_a_joiner_that_a_script_needs_has_no_place_among_them() -> None:
    assert hidden_places("می\u200cخواهم a\u200cb") == [10]
