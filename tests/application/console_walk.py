"""Pages of the console as a program reads them: what elements they have, where they lead, and what their forms send."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from service.routes import CONSOLE
from service.web.route import Route
from tests.application.console import Browser, Page

_TYPED = frozenset({"text", "search", "email", "password", "number", "date"})
_CHOSEN = frozenset({"checkbox", "radio"})
_STREAM = "/live"
Attributes = dict[str, str]


@dataclass(slots=True)
class Form:
    """A form as a browser sends it when its first button is pressed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Elements(HTMLParser):
    """All elements of a page with their attributes, its links, its forms, and the text that is seen or read out."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[tuple[str, Attributes]] = []
        self.forms: list[Form] = []
        self.text = ""
        self._form: Form | None = None
        self._select = self._area = ""
        self.feed(page)
        self.close()

    @property
    def links(self) -> list[str]:
        """Addresses of this service that the page leads to."""
        found = [given["href"].partition("#")[0] for tag, given in self.all if tag == "a" and "href" in given]
        return [each for each in dict.fromkeys(found) if each.startswith("/console")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.all.append((tag, given))
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "textarea":
            self._area = given.get("name", "")
            self._put(self._area, "")
        elif tag == "option" and ("selected" in given or self._is_new(self._select)):
            self._put(self._select, given.get("value", ""))
        elif tag == "button" and self._is_new(given.get("name", "")):
            self._put(given.get("name", ""), given.get("value", ""))
        elif tag == "input":
            self._input(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._area and self._form:
            self._form.fields[self._area] += data.removeprefix("\n")

    def handle_comment(self, data: str) -> None:
        self.all.append(("<!--", {}))

    def _input(self, given: Attributes) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if kind in _CHOSEN and "checked" not in given:
            return
        self._put(name, given.get("value", "on" if kind in _CHOSEN else ""))

    def _put(self, name: str, value: str) -> None:
        if self._form is not None and name:
            self._form.fields[name] = value

    def _is_new(self, name: str) -> bool:
        return self._form is not None and name not in self._form.fields


def is_stream(route: Route) -> bool:
    return route.path.endswith(_STREAM)


def names(routes: list[Route]) -> list[str]:
    return [f"{route.method} {route.path}" for route in routes]


GETS = [route for route in CONSOLE if route.method == "GET" and not is_stream(route)]
POSTS = [route for route in CONSOLE if route.method == "POST"]
_PATTERNS = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path)), route) for route in POSTS]


def route_of(form: Form) -> Route | None:
    """The line of the route table that takes a form; the one without placeholders first. None for what is no act."""
    if form.method != "post":
        return None
    path = urlsplit(form.action).path
    found = [route for pattern, route in _PATTERNS if pattern.fullmatch(path)]
    return min(found, key=lambda route: route.path.count("{"), default=None)


def paths(routes: list[Route], ids: dict[str, str]) -> Iterator[str]:
    """The addresses of routes, with ids in their places. KeyError for a placeholder without one."""
    for route in routes:
        yield route.path.format(**ids)


async def walk(browser: Browser, *starts: str, most: int = 200) -> dict[str, Page]:
    """All pages that a browser comes to by links, by their addresses, from where it starts."""
    seen, waiting = dict[str, Page](), list(starts)
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen or urlsplit(path).path.endswith(_STREAM):
            continue
        seen[path] = page = await browser.get(path)
        waiting += [page.location] if page.location else Elements(page.text).links
    return seen
