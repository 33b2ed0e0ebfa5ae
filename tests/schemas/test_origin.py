"""Origins and hosts, as browsers write them."""

import pytest
from marshmallow import ValidationError

from schemas.fields import Origin
from schemas.origin import OriginError, PublicAddress, canonical_host, origin_of, parse_public_address

WRITTEN = {
    "https://news.example": "https://news.example",
    "HTTPS://News.Example": "https://news.example",
    "https://news.example/": "https://news.example",
    "https://news.example:443": "https://news.example",
    "https://news.example:0443/": "https://news.example",
    "https://news.example:": "https://news.example",
    "https://news.example:8443": "https://news.example:8443",
    "http://news.example:443": "http://news.example:443",
    "http://news.example:80": "http://news.example",
    "https://b\u00fccher.example": "https://xn--bcher-kva.example",
    "https://BU\u0308CHER.example": "https://xn--bcher-kva.example",
    "https://XN--BCHER-KVA.example": "https://xn--bcher-kva.example",
    "https://stra\u00dfe.example": "https://xn--strae-oqa.example",
    "https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0438\u0441\u043f\u044b\u0442\u0430\u043d\u0438\u0435": (
        "https://xn--e1afmkfd.xn--80akhbyknj4f"
    ),
    "https://\u4f8b\u3048\u3002\u30c6\u30b9\u30c8": "https://xn--r8jz45g.xn--zckzah",
    "https://\U0001f4a9.example": "https://xn--ls8h.example",
    "http://[2001:DB8:0:0::1]:8080": "http://[2001:db8::1]:8080",
    "http://127.0.0.1:8000": "http://127.0.0.1:8000",
    "http://localhost:8000": "http://localhost:8000",
    "https://my_site.example": "https://my_site.example",
}
REFUSED = {
    "https://*.news.example": "a wildcard is not taken, list each host by itself.",
    "*": "a wildcard is not taken, list each host by itself.",
    "https://news.*": "a wildcard is not taken, list each host by itself.",
    "null": "null is sent by pages without an address, which are anyone's.",
    "NULL": "null is sent by pages without an address, which are anyone's.",
    "news.example": "begin with https:// or http://.",
    "ftp://news.example": "begin with https:// or http://.",
    "//news.example": "begin with https:// or http://.",
    "https:/news.example": "begin with https:// or http://.",
    "https://": "begin with https:// or http://.",
    "https:///article": "the host is not valid.",
    "https://News.example/article": "without a path it is https://news.example.",
    "https://news.example/?a=b": "without a path it is https://news.example.",
    "https://news.example?": "without a path it is https://news.example.",
    "https://news.example#a": "without a path it is https://news.example.",
    "https://ada@news.example": "leave out the user name.",
    "https://news example": "holds a character that no address has.",
    "https://a.example,https://b.example": "the host or its port is not valid.",
    "https://news.example:0": "the host or its port is not valid.",
    "https://news.example:99999": "the host or its port is not valid.",
    "https://news..example": "the host or its port is not valid.",
    "https://1.2.3": "the host or its port is not valid.",
    "https://0x7f.1": "the host or its port is not valid.",
    "https://%6eews.example": "the host or its port is not valid.",
    "https://[::1": "the host is not valid.",
    "https://" + "\u00e9" * 64 + ".example": "the host or its port is not valid.",
    "https://" + "a" * 290: "the host is not valid.",
}


@pytest.mark.parametrize(("written", "sent"), WRITTEN.items())
def test_an_origin_is_kept_as_browsers_send_it(written: str, sent: str) -> None:
    assert Origin().deserialize(written) == sent
    assert Origin().deserialize(sent) == sent
    assert origin_of(written) == sent
    assert origin_of(written.rstrip("/") + "/article?a=b#c") == sent


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_is_none_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Origin().deserialize(text)
    [message] = caught.value.messages
    assert str(message).startswith("Not an origin such as https://news.example: ")
    assert said in str(message)


@pytest.mark.parametrize("text", ["", "nowhere", "javascript:alert(1)", "https://", "https://a b/", "https://*.a/"])
def test_what_is_no_address_has_no_origin(text: str) -> None:
    assert origin_of(text) == ""


def test_a_public_address_has_a_host_and_perhaps_a_path() -> None:
    assert parse_public_address("https://Desk.Example") == PublicAddress("https", "desk.example", "")
    under = parse_public_address("http://[2001:DB8::1]:8080/a/f\u00fcr/")
    assert under == PublicAddress("http", "[2001:db8::1]:8080", "/a/f%C3%BCr")
    assert (under.name, under.url) == ("2001:db8::1", "http://[2001:db8::1]:8080/a/f%C3%BCr")
    for text in ("https://a.example/?b", "https://a.example#b", "https://a.example//b", "https://a.example/./b"):
        with pytest.raises(OriginError):
            parse_public_address(text)


def test_a_host_that_is_too_long_is_none() -> None:
    assert canonical_host("a" * 63 + ".example")
    for long in ("a" * 254, "\u00e9" * 254, "\u00e9" * 64, "\ufdfa" * 30):
        with pytest.raises(ValueError, match=r"too long|not a host"):
            canonical_host(long)
