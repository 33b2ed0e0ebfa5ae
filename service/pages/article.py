"""The demo's article, read once when the service starts."""

import json
from dataclasses import dataclass
from importlib.resources import files

DEMO = files("service.pages").joinpath("sample")


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a newspaper that does not exist. `parts` each have `text`, or `heading`, or `quote` and `by`."""

    thread: str
    language: str
    paper: str
    motto: str
    title: str
    section: str
    standfirst: str
    author: str
    published_at: str
    picture: str
    caption: str
    parts: tuple[dict[str, str], ...]


def _read() -> Article:
    fields = json.loads(DEMO.joinpath("article.json").read_text("utf-8"))
    return Article(**fields | {"parts": tuple(fields["parts"])})


ARTICLE = _read()
