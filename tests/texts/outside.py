"""What of a page is in no brackets: English that no translator was given."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from tests.texts.translations import CLOSE, OPEN

_READ = ("alt", "aria-label", "content", "placeholder", "title")
"""Attributes that browsers and their voices read to people."""
_NO_WORDS = {"viewport", "color-scheme", "robots"}
"""Names of `meta` elements that speak to programs."""
_BRACKETED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD = re.compile(r"[A-Za-z]{2,}")


class _Reading(HTMLParser):
    """All that people read of a page, in its order, so that brackets around several elements hold what is in them."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("name") not in _NO_WORDS or tag != "meta":
            self.read += [given[name] or "" for name in _READ if name in given]
        if tag == "input" and given.get("type") == "submit":
            self.read.append(given.get("value") or "")

    def handle_data(self, data: str) -> None:
        self.read.append(data)


def read_of(html: str) -> str:
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return "".join(reading.read)


def words_outside(text: str, known: Iterable[str] = ()) -> list[str]:
    """The words in no brackets, but for texts that are known: an article's, a reader's."""
    while _BRACKETED.search(text):
        text = _BRACKETED.sub("", text)
    for each in sorted(known, key=len, reverse=True):
        text = text.replace(each, "")
    return _WORD.findall(text)
