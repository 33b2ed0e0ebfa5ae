"""A line takes any event, and holds none of its texts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit.line import entry_of, line_of
from service.audit.told import CODE_FIELDS, MOST_DETAIL_BYTES, detail_told, digest_of, value_told
from service.domain.event import Event

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.dictionaries(TEXTS | st.sampled_from(sorted(CODE_FIELDS)), VALUES, max_size=6)
SECRET = "A sentence that somebody wrote, ann@mail.example"


def event(**fields: Any) -> Event:
    return Event("1-0", ("decided", "published"), "mann", 1_770_000_000_000, **fields)


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.none() | st.integers(0, 2**40))
def test_a_line_gives_back_what_an_event_told(
    subject: str, thread: str, before: str, after: str, detail: str, revision: int | None
) -> None:
    told = event(subject=subject, thread=thread, before=before, after=after, detail=detail, revision=revision)
    line = line_of(told)
    assert b"\n" not in line
    entry = entry_of(7, line)
    assert (entry.number, entry.kinds, entry.actor, entry.at_ms) == (7, told.kinds, told.actor, told.at_ms)
    assert (entry.subject, entry.thread, entry.revision) == (subject, thread, revision)
    assert (entry.before, entry.after, entry.detail) == (value_told(before), value_told(after), detail_told(detail))


@given(RECORDS)
def test_a_text_of_a_record_is_told_by_its_digest(record: dict[str, Any]) -> None:
    with_text = record | {"title": SECRET, "policy": {"rules": [{"name": SECRET}], "mode": "auto"}, "mode": SECRET}
    told = value_told(json.dumps(with_text))
    assert isinstance(told, dict)
    assert told.keys() == with_text.keys()
    assert told["title"] == told["mode"] == digest_of(SECRET)
    assert told["policy"]["mode"] == "auto"
    assert SECRET not in json.dumps(told)
    detail = detail_told(json.dumps({"reason": "spam", "bulk": "b1", "note": SECRET, "rules": ["of the river"]}))
    assert detail == {"reason": "spam", "bulk": "b1", "note": digest_of(SECRET), "rules": ["of the river"]}


@pytest.mark.parametrize("text", ["", "held", "begun", "queue claim", "mann-1", "a" * 256])
def test_codes_stay_as_they_are(text: str) -> None:
    assert value_told(text) == text


@pytest.mark.parametrize("text", [SECRET, "{", "[1]", "a" * 257, "ann@mail.example", "two\nlines"])
def test_what_is_no_code_is_told_by_its_digest(text: str) -> None:
    assert value_told(text) == digest_of(text)


@pytest.mark.parametrize("text", ["no JSON", "[]", json.dumps({"ids": ["c1"] * MOST_DETAIL_BYTES})])
def test_a_detail_that_is_none_is_told_by_its_digest(text: str) -> None:
    assert detail_told(text) == {"digest": digest_of(text)}


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b"[1]", b'["now","decided"]', b"[1,2]", b'[1,"decided",3]', b"[1,2,3,4,5,6,7,8,9,10]", b"x"],
)
def test_what_is_no_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        entry_of(1, line)
