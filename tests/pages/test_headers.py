"""What every page has in common: strict headers, nothing from elsewhere, files that are there."""

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from tests.pages.reader import FORM, Reader

PAGES = ("/demo", "/docs")


@pytest.mark.parametrize("path", PAGES)
def test_headers_are_strict(reader: Reader, path: str) -> None:
    headers = reader.get(path).headers
    policy = dict(each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in headers
    refused = reader.post("/demo", {}).headers
    assert refused["Content-Security-Policy"] == headers["Content-Security-Policy"]
    assert refused["Cache-Control"] == "no-store", "it holds an email"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_comes_from_elsewhere(reader: Reader, path: str) -> None:
    page = reader.get(path).page
    for element in page.all():
        assert element.tag not in {"script", "iframe", "object", "embed", "base", "style"}
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)
        for name in ("src", "href", "action", "srcset", "data"):
            assert element.attributes.get(name, "/").startswith(("/", "#")), element
            assert not element.attributes.get(name, "/").startswith("//"), element


def test_the_files_of_a_page_are_there(reader: Reader) -> None:
    page = reader.get("/demo").page
    addresses = [each.attributes["href"] for each in page.all("link")] + [page.one("img").attributes["src"]]
    kinds = []
    for address in addresses:
        reply = reader.get(address)
        assert reply.status == 200
        assert "max-age" in reply.headers["Cache-Control"]
        kinds.append(reply.headers["Content-Type"])
        if kinds[-1] == "image/svg+xml":
            ElementTree.fromstring(reply.text)  # noqa: S314 our own file
        else:
            assert "url(" not in reply.text
            assert "@import" not in reply.text
    assert kinds == ["text/css; charset=utf-8", "image/svg+xml", "image/svg+xml"]


@pytest.mark.parametrize("path", PAGES)
def test_landmarks_and_headings(reader: Reader, path: str) -> None:
    page = reader.get(path).page
    assert page.one("html").attributes["lang"] == "en"
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    skip = page.all("a", _class="skip")[0].attributes["href"][1:]
    page.one(id=skip)
    levels = [int(each.tag[1]) for each in page.all() if each.tag in {"h1", "h2", "h3", "h4"}]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def test_every_field_has_a_label(reader: Reader) -> None:
    for page in (reader.get("/demo").page, reader.post("/demo", FORM | {"email": ""}).page):
        labels = {each.attributes["for"] for each in page.all("label")}
        fields = [each for each in page.all() if each.tag in {"input", "textarea"}]
        assert {each.attributes["id"] for each in fields if each.attributes.get("type") != "hidden"} == labels
