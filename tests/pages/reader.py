"""A reader's browser as the tests of pages need it: no scripts, no redirects followed, pages as trees."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

THREAD = "/v1/sites/demo/threads/harbour-footbridge"
FORM = {"name": "Ada", "email": "ada@reader.example", "website": "", "body": "Count the walkers first."}
_VOID = {"meta", "link", "input", "br", "img", "wbr", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.children)

    @property
    def words(self) -> str:
        """The text with its white space as one space."""
        return " ".join(self.text.split())

    def all(self, tag: str = "", **attributes: str) -> "list[Element]":
        """All below with this tag and these attributes; `_` in a name stands for `-`."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and wanted.items() <= child.attributes.items():
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> "Element":
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]


class _Tree(HTMLParser):
    """Fails on what a browser would have to mend."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.open = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in _VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"</{tag}> closes <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)


def parse(html: str) -> Element:
    tree = _Tree()
    tree.feed(html)
    tree.close()
    assert tree.open is tree.root, f"<{tree.open.tag}> is not closed"
    ids = [each.attributes["id"] for each in tree.root.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids)), "an id twice"
    return tree.root


@dataclass
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def page(self) -> Element:
        assert self.headers["Content-Type"] == "text/html; charset=utf-8", self.text
        return parse(self.text)

    @property
    def location(self) -> str:
        assert self.status == 303, self.text
        return self.headers["Location"]


class Reader:
    """Requests of a browser, and with `api` those of an administrator."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._address = urlsplit(url).netloc
        self.token = token

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection(self._address, timeout=30)
        try:
            connection.request(method, path.partition("#")[0], body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, dict(response.headers), response.read().decode())
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.request("GET", path)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Reply:
        """A form as browsers send it by themselves."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*;q=0.8"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", path, urlencode(fields).encode(), sent)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        reply = self.request(method, path, None if body is None else json.dumps(body).encode(), headers)
        assert reply.status < 300, reply.text
        return json.loads(reply.text or "{}")

    def comment(self, body: str, *, parent_id: str | None = None, name: str = "Ada") -> str:
        """Leaves a comment through the API and publishes it."""
        sent = {"name": name, "email": "ada@reader.example", "body": body, "parent_id": parent_id}
        comment_id: str = self.api("POST", f"{THREAD}/comments", sent)["comment_id"]
        self.decide(comment_id, "approve")
        return comment_id

    def decide(self, comment_id: str, decision: str) -> None:
        self.api("POST", f"/v1/sites/demo/comments/{comment_id}/decisions", {"decision": decision})
