"""The quick way through a schema gives what the schema gives."""

import importlib
import pkgutil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, post_load

import schemas
from schemas.fields import Closed, PlainText
from schemas.loader import Loader
from schemas.submissions import SubmissionSchema

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    [
        "Ada",
        " Ada",
        "Ada\n",
        "two\nlines",
        "tab\there",
        "a\r\nb",
        "\x00",
        "\ud800",
        "e\u0301",
        "\u00e9",
        "\u2028",
        "\u200b",
        "Ad\u200da",
        "\u2764\ufe0f",
        "\u3164@b",
        "a" + "\u0315\u0334" * 16,
        "\u0f73" * 20,
        "\U00010000" * 40,
        "\x85",
        "a@b",
        "a@b@c",
        "a b@c",
        "a@b\u00a0",
        "https://news.example",
        "https://news.example:443/",
        "http://a b",
        "javascript:x",
        "10.0.0.1",
        "::1",
        "0123456789abcdef",
        "approve",
        "oldest",
        "2030-01-01T00:00:00Z",
        "7",
        "0200",
        "201",
        "\u0663",
        "1_0",
        "x" * 10_001,
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**54) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["title", "ip", "x"]), inner),
    max_leaves=4,
)
PLAIN = {"name": "Ada", "email": "ada@mail.example", "body": "Two lines,\nand an \u00e9."}


def _bodies() -> list[type[Schema]]:
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"schemas.{module.name}")
    return sorted(Closed.__subclasses__(), key=lambda each: each.__name__)


def outcome(load: Any, body: dict[str, Any]) -> Any:
    try:
        return load(body)
    except ValidationError as error:
        return error.normalized_messages()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("kind", _bodies())
@settings(max_examples=40)
@given(data=st.data())
def test_both_ways_agree(kind: type[Schema], data: st.DataObject) -> None:
    schema = kind()
    names = st.sampled_from([*schema.fields, "unknown"])
    body = data.draw(st.dictionaries(names, VALUES, max_size=5))
    assert outcome(Loader(schema).load, body) == outcome(schema.load, body)


@settings(max_examples=150)
@given(changes=st.dictionaries(st.sampled_from(list(SubmissionSchema().fields)), VALUES, max_size=2))
def test_both_ways_agree_on_nearly_right_submissions(changes: dict[str, Any]) -> None:
    schema = SubmissionSchema()
    assert outcome(Loader(schema).load, PLAIN | changes) == outcome(schema.load, PLAIN | changes)


def test_a_right_submission_never_meets_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = SubmissionSchema()
    expected = schema.load(PLAIN)
    monkeypatch.setattr(SubmissionSchema, "load", None)
    assert Loader(schema).load(PLAIN) == expected


def test_a_schema_with_hooks_is_asked_itself() -> None:
    class Hooked(Closed):
        name = PlainText(max_chars=5)

        @post_load
        def shout(self, loaded: dict[str, Any], **_: Any) -> dict[str, Any]:
            return {"name": loaded["name"].upper()}

    class Renamed(Closed):
        name = fields.String(data_key="Name")

    assert Loader(Hooked()).load({"name": "ada"}) == {"name": "ADA"}
    assert Loader(Renamed()).load({"Name": "ada"}) == {"name": "ada"}
