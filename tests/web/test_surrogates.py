"""Half a character in JSON, as a program leaves it that cuts a text by UTF-16 units, is read as U+FFFD."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import MalformedBodyError
from service.web.body import parse_json

HALVES = st.sampled_from(["\ud83d", "\ude00", "\\", '"', "u", "a", "\ud83d\ude00", "\n", "\u00e9"])


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (rb'"\ud83d"', "\ufffd"),
        (rb'"a\uD83D\ude00b"', "a\U0001f600b"),
        (rb'"\ud83d\ud83d\ude00\ude00"', "\ufffd\U0001f600\ufffd"),
        (rb'"\udc00\ud800"', "\ufffd\ufffd"),
        (rb'"\\ud83d"', r"\ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (rb'"\\\\ud83d \ud83d\n"', "\\\\ud83d \ufffd\n"),
        (rb'{"\ud800": 1}', {"\ufffd": 1}),
    ],
)
def test_half_a_character_is_a_replacement(raw: bytes, read: object) -> None:
    assert parse_json(raw) == read


@pytest.mark.parametrize("raw", [rb'"\ud83d', rb'"\ud8', rb'"\ud8zz"', b'"\xed\xa0\xbd"', rb"\ud83d", rb'"\ud83d" "'])
def test_what_is_broken_besides_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        parse_json(raw)


@given(st.lists(HALVES, max_size=12).map("".join))
def test_all_else_is_read_as_it_was_meant(text: str) -> None:
    meant = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert parse_json(json.dumps([text]).encode()) == [meant]
