"""A browser at the console, without its scripts: it keeps its cookie, and sends the forms that it was shown."""

import http.client
import re
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import click

OVERLOADED = 503
OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
_LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon|modulepreload)" href|script [^>]*src)="([^"]+)"')
_IMPORTED = re.compile(r'from "([^"]+)"')


class Page(NamedTuple):
    """What came back: its status, where it leads, and its text."""

    status: int
    location: str
    text: str

    @property
    def size_bytes(self) -> int:
        return len(self.text.encode())

    def fields_of(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form with that action."""
        (form, *_) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', self.text, re.DOTALL)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))

    def link(self, pattern: str) -> str:
        """The first address of a link that begins with this pattern."""
        found = re.search(rf'href="({pattern}[^"#]*)"', self.text)
        if found is None:
            raise click.ClickException(f"No link to {pattern}")
        return found.group(1)


class Browser:
    """One connection and one cookie."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port)
        self.cookie = ""

    def sign_in(self, token: str) -> None:
        self.post("/console/_/sign-in", {"token": token, "next": ""})

    def get(self, path: str) -> Page:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Page:
        return self._ask("POST", path, urlencode(fields), OWN | (headers or {}))

    def assets(self, page: Page) -> Iterator[tuple[str, Page]]:
        """What a page has loaded with it, by its address: its style, its icon, its scripts and what these import."""
        waiting, seen = _LOADED.findall(page.text), set[str]()
        while waiting:
            address = waiting.pop(0)
            if address not in seen:
                seen.add(address)
                asset = self.get(address)
                yield address, asset
                if address.endswith(".js"):
                    waiting += [urljoin(address, name) for name in _IMPORTED.findall(asset.text)]

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        """Once more where the service still has to do with what came before."""
        page = self._ask_once(method, path, body, headers)
        while page.status == OVERLOADED:
            time.sleep(1)
            page = self._ask_once(method, path, body, headers)
        if page.status not in {200, 303}:
            raise click.ClickException(f"{method} {path}: {page.status} {page.text[:500]}")
        return page

    def _ask_once(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        self._connection.request(method, path, body, headers | ({"Cookie": self.cookie} if self.cookie else {}))
        answer = self._connection.getresponse()
        self.cookie = answer.getheader("Set-Cookie", self.cookie).partition(";")[0]
        return Page(answer.status, answer.getheader("Location", ""), answer.read().decode())
