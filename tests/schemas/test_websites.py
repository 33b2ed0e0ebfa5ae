"""The website that a reader gives of himself: what becomes of what he typed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.fields import is_web_address
from schemas.websites import Website, typed_address

KEPT = [
    "http://example.org",
    "https://www.example.org/",
    "HTTPS://Example.org/A?b=c#d",
    "https://example.org:8443/a",
    "http://127.0.0.1/",
    "http://[2001:db8::1]:8080/",
    "http://localhost:3000/",
    "https://bücher.example/ü",
    "https://xn--bcher-kva.example/",
    "https://例え.テスト/",
    "https://example.org./",
    "https://social.example/@ann",
    "https://a_b.example.org/",
]
MENDED = {
    "example.org": "http://example.org",
    "www.example.org": "http://www.example.org",
    "//example.org/a": "http://example.org/a",
    "  example.org\n": "http://example.org",
    "example.org:8080/a": "http://example.org:8080/a",
    "localhost:3000": "http://localhost:3000",
    "192.0.2.7": "http://192.0.2.7",
    "[2001:db8::1]": "http://[2001:db8::1]",
    "social.example/@ann": "http://social.example/@ann",
    "bücher.example": "http://bücher.example",
    "http:/example.org": "http://example.org",
    "http:example.org": "http://example.org",
    "https:\\\\example.org": "https://example.org",
    "http:///example.org": "http://example.org",
    "https://example.org/a b": "https://example.org/a%20b",
    'https://example.org/"onclick=alert(1)': "https://example.org/%22onclick=alert(1)",
    "https://example.org/<script>": "https://example.org/%3Cscript%3E",
    "https://example.org/\u202egpj.exe": "https://example.org/gpj.exe",
    "https://exam\u200bple.org\x00/": "https://example.org/",
    "https://example.org/\na": "https://example.org/a",
}
LEFT_OUT = [
    "",
    "   ",
    "http://",
    "https://",
    "http:",
    "//",
    "/",
    "n/a",
    "N.A.",
    "-",
    "--",
    ".",
    "...",
    "none",
    "http://none",
    "no website",
    "my own site.example",
    "Berlin, Germany",
    "ann@mail.example",
    "mailto:ann@mail.example",
    "@ann@social.example",
    "http://ann@mail.example",
    "http://user:secret@example.org/",
    "https://bank.example@evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt://example.org/%0aalert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,hi",
    "ftp://files.example/",
    "file:///etc/passwd",
    "tel:+49 30 1234",
    "http://example.org:99999/",
    "http://example.org:0",
    "http://example.org:b",
    "http://[::1",
    "http://[zz]/",
    "http://-.example/",
    "http://example..org/",
    "http://exa mple.org/",
    "http://exa<b>mple.org/",
    "http://\u2100.example",
    "24.12.2026",
    "3.14",
    "1",
    "a" * 64 + ".example",
    "http://example.org/" + "a" * 2048,
    "http://example.org/" + " " * 1000 + "a" * 1000,
    "http://example.org/a" + "\u0301" * 31,
    "\u200b",
]


@pytest.mark.parametrize("text", KEPT)
def test_an_address_is_kept_as_it_is(text: str) -> None:
    assert Website().deserialize(text) == text


@pytest.mark.parametrize("text", MENDED)
def test_what_is_missing_of_an_address_is_added(text: str) -> None:
    assert Website().deserialize(text) == MENDED[text]


@pytest.mark.parametrize("text", LEFT_OUT)
def test_what_is_no_address_is_left_out(text: str) -> None:
    assert Website().deserialize(text) == ""


def test_the_longest_address_is_kept_whole() -> None:
    longest = "https://w.example/".ljust(2048, "p")
    assert Website().deserialize(longest) == longest
    assert Website().deserialize(longest.removeprefix("https:")) == "http:" + longest.removeprefix("https:")
    assert Website().deserialize(longest + "p") == ""


@pytest.mark.parametrize("value", [5, 0.5, True, [], {}, ["https://example.org"]])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        Website().deserialize(value)


def test_null_is_none() -> None:
    assert Website().deserialize(None) is None


@given(st.text(st.characters(exclude_categories=()), max_size=60), st.sampled_from(["", "http://", "//", "a.example/"]))
def test_whatever_is_typed_is_an_address_or_nothing(text: str, beginning: str) -> None:
    address = typed_address(beginning + text)
    assert address == "" or (is_web_address(address) and typed_address(address) == address)
