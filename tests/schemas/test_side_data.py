"""What a website passes on beside a comment: what is kept of it, and what is told to have been mended."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.loader import Loader
from schemas.side_data import SideValues
from schemas.submissions import SIDE_DATA, SubmissionSchema

COMMENT = {"name": "Ann", "email": "ann@mail.example", "body": "A fair point."}
LOADER = Loader(SubmissionSchema())
NO_ARTICLE, NO_CLIENT = {"title": "", "url": ""}, {"ip": "", "user_agent": "", "referrer": ""}
URL = "https://news.example/"


def passed_on(**side_data: Any) -> SideValues:
    """The one object of a submission, as it was loaded."""
    (name,) = side_data
    quick, whole = LOADER.load(COMMENT | side_data)[name], SubmissionSchema().load(COMMENT | side_data)[name]
    assert quick == whole
    assert isinstance(quick, SideValues)
    assert quick.mended == whole.mended
    return quick


@pytest.mark.parametrize("name", ["article", "client"])
def test_none_of_it_is_none(name: str) -> None:
    assert LOADER.load(COMMENT)[name] is None
    assert LOADER.load(COMMENT | {name: None})[name] is None


@pytest.mark.parametrize("value", ["127.0.0.1", "", 5, True, [], [{"ip": "192.0.2.1"}]])
def test_what_is_no_object_is_dropped(value: Any) -> None:
    for name, nothing in (("client", NO_CLIENT), ("article", NO_ARTICLE)):
        found = passed_on(**{name: value})
        assert (dict(found), set(found.mended)) == (nothing, {name})


def test_unknown_fields_are_dropped() -> None:
    found = passed_on(client={"ip": "192.0.2.1", "country": "de", "": 1})
    assert (dict(found), set(found.mended)) == (NO_CLIENT | {"ip": "192.0.2.1"}, {"client"})


@pytest.mark.parametrize(
    ("sent", "kept", "is_mended"),
    [
        (None, "", False),
        ("", "", False),
        ("192.0.2.1", "192.0.2.1", False),
        (" 2001:DB8:0::1 ", "2001:db8::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", False),
        ("203.0.113.5:4711", "203.0.113.5", True),
        ("[2001:db8::1]", "2001:db8::1", True),
        ("[2001:db8::1]:443", "2001:db8::1", True),
        ('"[2001:db8::1]:443"', "2001:db8::1", True),
        ('"203.0.113.9"', "203.0.113.9", True),
        ("203.0.113.5, 10.0.0.1, 10.0.0.2", "203.0.113.5", True),
        ("203.0.113.5:80,10.0.0.1:80", "203.0.113.5", True),
        ("unknown, 203.0.113.5", "203.0.113.5", True),
        ("for=192.0.2.60", "192.0.2.60", True),
        ('For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17", True),
        ("203.0.113.5\x00", "203.0.113.5", True),
        ("203.0.113.5" + ", 10.0.0.1" * 5000, "203.0.113.5", True),
        ("unknown," * 5000 + "203.0.113.5", "", True),
        ("300.1.2.3", "", True),
        ("192.0.02.1", "", True),
        ("192.0.2.1/24", "", True),
        ("localhost", "", True),
        ("unknown", "", True),
        (3232235777, "", True),
        (["192.0.2.1"], "", True),
        ({}, "", True),
        (False, "", True),
    ],
)
def test_an_address_is_read_however_it_is_written(sent: Any, kept: str, *, is_mended: bool) -> None:
    found = passed_on(client={"ip": sent})
    assert found["ip"] == kept
    assert found.mended == ({"client.ip"} if is_mended else set())


@pytest.mark.parametrize(
    ("name", "most"), [("client.user_agent", 1000), ("client.referrer", 2048), ("article.title", 300)]
)
class TestTexts:
    def read(self, name: str, value: Any) -> tuple[str, bool]:
        own, _, field = name.partition(".")
        found = passed_on(**{own: {field: value}})
        assert found.mended <= {name}
        return found[field], bool(found.mended)

    def test_a_right_one_is_kept(self, name: str, most: int) -> None:
        for text in ("", "a", "u" * most, "é" * most, "👨‍👩‍👧 می‌خواهم"):
            assert self.read(name, text) == (text, False)
        assert self.read(name, None) == ("", False)
        assert self.read(name, " e\u0301\n") == ("é", False)
        assert self.read(name, "e\u0301" * most) == ("é" * most, False)

    def test_a_long_one_is_cut(self, name: str, most: int) -> None:
        for letter in ("u", "é", "e\u0301", "🎉"):
            kept, is_mended = self.read(name, letter * (most + 1))
            assert (len(kept), is_mended) == (most, True)
        assert self.read(name, "u" * 60_000) == ("u" * most, True)

    def test_what_cannot_be_seen_is_left_out(self, name: str, most: int) -> None:
        del most
        sent = "Donau\u00addampf\u202eschiff\x00 🏴‍☠️ e\u200b\u0301\tx\r\ny\u2028z \u2060"
        assert self.read(name, sent) == ("Donaudampfschiff 🏴‍☠️ \u00e9 x y z", True)
        assert self.read(name, "\u3164\u200b") == ("", True)
        assert self.read(name, "a" + "\u0301" * 31 + "b") == ("ab", True)
        assert self.read(name, "a\ud800b") == ("ab", True)

    @pytest.mark.parametrize("value", [5, 0.5, True, [], ["a"], {}, {"a": "b"}])
    def test_what_is_no_text_is_dropped(self, name: str, most: int, value: Any) -> None:
        del most
        assert self.read(name, value) == ("", True)


@pytest.mark.parametrize(
    ("sent", "kept", "is_mended"),
    [
        (None, "", False),
        ("", "", False),
        (URL, URL, False),
        (f" {URL}статья?ключ=1\n", f"{URL}статья?ключ=1", False),
        (f"{URL}e\u0301", f"{URL}é", False),
        (f"{URL}a b|c", f"{URL}a%20b%7Cc", True),
        (f"{URL}\u200ba\x00", f"{URL}a", True),
        ("news.example/a", "", True),
        ("//news.example/a", "", True),
        ("/a", "", True),
        ("javascript:alert(1)", "", True),
        ("https://user@news.example/", "", True),
        ("n/a", "", True),
        (URL.ljust(2049, "a"), "", True),
        (5, "", True),
        ([URL], "", True),
    ],
)
def test_an_article_has_a_whole_address_or_none(sent: Any, kept: str, *, is_mended: bool) -> None:
    found = passed_on(article={"title": "T", "url": sent})
    assert (dict(found), set(found.mended)) == ({"title": "T", "url": kept}, {"article.url"} if is_mended else set())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "url", "ip", "user_agent", "referrer", "x"]), inner)
    ),
    max_leaves=6,
)


@given(st.sampled_from(["article", "client"]), JSON)
def test_nothing_in_it_refuses_a_comment(name: str, value: Any) -> None:
    loaded = LOADER.load(COMMENT | {name: value})[name]
    if loaded is None:
        assert value is None
    else:
        assert loaded.mended <= set(SIDE_DATA)
        assert all(text.encode() is not None for text in loaded.values())
