"""The fields that schemas share: what each takes, as what, and what it refuses."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from schemas.fields import (
    SITE_PATTERN,
    Closed,
    Email,
    Line,
    Lines,
    Origin,
    PlainText,
    Probability,
    StrictBoolean,
    StrictInteger,
    WebAddress,
    field_errors,
    is_web_address,
)

LINE = PlainText(min_chars=1, max_chars=10)
LINES = Lines(max_chars=100)
READ = Line(min_chars=1, max_chars=10)
ANYTHING_ELSE: list[Any] = [None, True, 5, 0.5, [], {}, ["a"], {"a": "b"}, b"\xff"]


def refused(field: fields.Field[Any], value: object) -> list[str]:
    """The messages of a refusal."""
    with pytest.raises(ValidationError) as caught:
        field.deserialize(value)
    return [str(message) for message in caught.value.messages]


class TestPlainText:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("plain", "plain"),
            (" \t\r\n plain \u00a0\u3000\n", "plain"),
            ("e\u0301", "\u00e9"),
            ("\u212b", "\u00c5"),
            ("\ufb01", "\ufb01"),
            ("e\u0301" * 10, "\u00e9" * 10),
            ("\u202eabc", "\u202eabc"),
            ("\U0001f389" * 10, "\U0001f389" * 10),
        ],
    )
    def test_text_is_composed_and_trimmed(self, sent: str, kept: str) -> None:
        assert LINE.deserialize(sent) == kept

    @pytest.mark.parametrize(
        "text", ["", " \n ", "a" * 11, "\u0958" * 6, "a\nb", "a\tb", "a\rb", "a\x00b", "a\x7fb", "a\x85b"]
    )
    def test_a_line_refuses_lengths_and_controls(self, text: str) -> None:
        assert refused(LINE, text)

    def test_lines_of_every_kind_of_end_are_lines(self) -> None:
        assert LINES.deserialize("a\r\nb\n\tc\u2028d\u2029e\rf\x0bg\x0ch\x85i") == "a\nb\n\tc\nd\ne\nf\ng\nh\ni"
        assert LINES.deserialize("a\r\n\r\nb\r\rc\n\rd") == "a\n\nb\n\nc\n\nd"

    def test_a_line_of_many_becomes_one(self) -> None:
        for end in ("\n", "\r\n", "\r", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\n\n\t"):
            assert READ.deserialize(f"{end}a{end}b{end}") == "a b"

    @pytest.mark.parametrize("field", [LINES, READ])
    def test_what_is_no_character_is_left_out(self, field: PlainText) -> None:
        controls = {*range(32), *range(0x7F, 0xA0)} - {9, 10, 11, 12, 13, 0x85}
        for code in (*controls, *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF):
            assert field.plainly(f"a{chr(code)}b") is None
            assert field.deserialize(f"{chr(code)}a{chr(code)}b{chr(code)}") == "ab"
            assert field.deserialize(f"e{chr(code)}\u0301") == "\u00e9", "what it kept apart is composed"

    def test_nothing_but_them_is_nothing(self) -> None:
        assert refused(READ, "\x00\x1b") == ["Holds nothing that can be seen."]
        assert LINES.deserialize("\x00\x85\x1b") == ""

    @pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\udc00\ud800"])
    def test_a_lone_surrogate_is_refused(self, text: str) -> None:
        assert "surrogate" in refused(LINES, text)[0]

    @pytest.mark.parametrize("value", ANYTHING_ELSE)
    def test_anything_else_is_refused(self, value: object) -> None:
        assert refused(LINE, value)
        assert refused(LINES, value)
        assert refused(READ, value)

    @given(st.text(st.characters(exclude_categories=()), max_size=120))
    def test_what_is_taken_can_be_stored_and_is_taken_again_unchanged(self, text: str) -> None:
        try:
            kept = LINES.deserialize(text)
        except ValidationError:
            return
        assert kept.encode().decode() == kept
        assert len(kept) <= 100
        assert LINES.deserialize(kept) == kept


class TestEmail:
    @pytest.mark.parametrize(
        "text",
        [
            "a@b",
            "ann@news.example",
            "a+b.c@d-e.example",
            '"o\'neil"@x.example',
            "\u00e9@\u00e9.example",
            "e" * 242 + "@" + "d" * 11,
        ],
    )
    def test_an_address_is_taken(self, text: str) -> None:
        assert Email().deserialize(f" {text}\n") == text

    @pytest.mark.parametrize("unseen", ["\n", "\r\n", "\u2028", "\x00", "\x92", "\u200b", "\u202a", "\ufeff"])
    def test_what_cannot_be_seen_in_it_is_left_out(self, unseen: str) -> None:
        assert Email().deserialize(f"{unseen}ann{unseen}@news.example{unseen}") == "ann@news.example"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "ab",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a b@c",
            "a@b c",
            "a@b\u2003c",
            "a@b\nc@d",
            "a\x00@\x00",
            "\u200b",
            "e" * 253 + "@d",
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        assert refused(Email(), text)


GOOD_ADDRESSES = [
    "http://a",
    "https://news.example",
    "HTTPS://News.Example/",
    "https://news.example:8443/a/b?c=d&e=%20#f",
    "http://127.0.0.1/",
    "http://[::1]:8080/",
    "https://b\u00fccher.example/\u00fc",
    "https://xn--bcher-kva.example/",
]
BAD_ADDRESSES = [
    "news.example",
    "//news.example",
    "http:",
    "http://",
    "http:///a",
    "http://:80",
    "http://?a",
    "http:news.example",
    "ftp://a.example",
    "javascript:alert(1)",
    "JaVaScRiPt://a.example/%0aalert(1)",
    "data:text/html,a",
    "file:///etc/passwd",
    "http://a b",
    "http://a/ b",
    "http://a\u2003b/",
    "http://user@a.example",
    "http://user:secret@a.example",
    "http://a.example@b.example",
    "http://a:0",
    "http://a:-1",
    "http://a:65536",
    "http://a:b",
    "http://[::1",
    "http://[zz]/",
    "http://a/<b>",
    'http://a/"b',
    "http://a/{b}",
    "http://a\\b",
    "http://\u2100.example",
]


class TestWebAddress:
    @pytest.mark.parametrize("text", GOOD_ADDRESSES)
    def test_an_address_is_taken(self, text: str) -> None:
        assert is_web_address(text)
        assert WebAddress().deserialize(f" {text} ") == text

    @pytest.mark.parametrize("text", BAD_ADDRESSES)
    def test_anything_else_is_refused(self, text: str) -> None:
        assert not is_web_address(text)
        assert refused(WebAddress(), text)

    def test_none_is_empty_and_2048_characters_are_the_most(self) -> None:
        assert WebAddress().deserialize("  ") == ""
        longest = "http://a/".ljust(2048, "b")
        assert WebAddress().deserialize(longest) == longest
        assert refused(WebAddress(), longest + "b")

    @given(st.text(st.characters(exclude_categories=()), max_size=60))
    def test_no_text_breaks_it(self, text: str) -> None:
        assert is_web_address("http://" + text) in {True, False}
        assert is_web_address(text) is (text.lower().startswith(("http://", "https://")) and is_web_address(text))


class TestOrigin:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("https://news.example", "https://news.example"),
            ("HTTPS://News.Example/", "https://news.example"),
            ("http://localhost:8000", "http://localhost:8000"),
            ("http://[::1]:8000", "http://[::1]:8000"),
            ("https://news.example:443", "https://news.example"),
            ("http://news.example:80/", "http://news.example"),
            ("http://news.example:443", "http://news.example:443"),
            ("https://news.example:8443", "https://news.example:8443"),
        ],
    )
    def test_an_origin_is_taken_in_lower_case(self, sent: str, kept: str) -> None:
        assert Origin().deserialize(sent) == kept

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "*",
            "null",
            "news.example",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "file:///a",
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        assert refused(Origin(), text)


class TestNumbersAndBooleans:
    NUMBER = StrictInteger(lowest=1, highest=10)

    @pytest.mark.parametrize("value", [1, 10])
    def test_an_integer_in_range_is_taken(self, value: int) -> None:
        assert self.NUMBER.deserialize(value) == value

    def test_an_integer_is_one_whatever_its_spelling(self) -> None:
        assert [self.NUMBER.deserialize(value) for value in (7, 7.0)] == [7, 7]
        assert isinstance(self.NUMBER.deserialize(7.0), int)

    @pytest.mark.parametrize(
        "value",
        [0, 11, -1, 10**40, 11.0, 1.5, float("inf"), float("nan"), "1", "", True, False, None, [], {}, float("1e300")],
    )
    def test_anything_else_is_no_integer(self, value: object) -> None:
        assert refused(self.NUMBER, value)

    @pytest.mark.parametrize("value", [True, False])
    def test_a_boolean_is_taken(self, value: object) -> None:
        assert StrictBoolean().deserialize(value) is value

    @pytest.mark.parametrize("value", [0, 1, "true", "false", "yes", "", None, [], {}])
    def test_nothing_else_is_a_boolean(self, value: object) -> None:
        assert refused(StrictBoolean(), value)

    @pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, 0.5])
    def test_a_probability_is_taken(self, value: float) -> None:
        assert Probability().deserialize(value) == value

    @pytest.mark.parametrize(
        "value", [-0.001, 1.001, 10**400, float("nan"), float("inf"), float("-inf"), "0.5", True, None, [], {}]
    )
    def test_anything_else_is_no_probability(self, value: object) -> None:
        assert refused(Probability(), value)


class _Inner(Closed):
    url = WebAddress(required=True)


class _Outer(Closed):
    name = PlainText(min_chars=1, max_chars=5, required=True)
    inner = fields.Nested(_Inner)
    many = fields.List(fields.Nested(_Inner))


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, {"name"}),
        ({"name": "", "inner": {}}, {"name", "inner.url"}),
        ({"name": "a", "inner": 5}, {"inner"}),
        ({"name": "a", "inner": {"url": "x", "y": 1}, "z": 2}, {"inner.url", "inner.y", "z"}),
        ({"name": "a", "many": [{"url": "http://a"}, {"url": 1}, 5]}, {"many.1.url", "many.2"}),
        ([], {"_body"}),
        ("text", {"_body"}),
        (None, {"_body"}),
    ],
)
def test_every_mistake_is_named_by_its_path(sent: Any, named: set[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        _Outer().load(sent)
    found = field_errors(caught.value)
    assert set(found) == named
    assert all(messages and all(isinstance(message, str) for message in messages) for messages in found.values())


@pytest.mark.parametrize("name", ["a", "0", "-", "a-b-9", "a" * 64])
def test_a_site_has_such_a_name(name: str) -> None:
    assert re.match(SITE_PATTERN, name)


@pytest.mark.parametrize("name", ["", "A", "a" * 65, "a_b", "a.b", "a/b", "{a}", "a\n", "\u00e9", " a"])
def test_and_no_other(name: str) -> None:
    assert not re.match(SITE_PATTERN, name)
