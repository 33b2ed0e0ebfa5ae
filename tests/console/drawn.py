"""The macros of shown text on a page of their own, with the console's stylesheet."""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader

from service.domain.author import AuthorRecord
from service.domain.state import State
from service.html.page_texts import page_texts
from service.html.render import _ENVIRONMENT
from service.html.shown.author import masked_email, record_of
from service.html.shown.comment import ShownComment
from service.html.shown.moment import moment
from service.texts.texts import Texts

FOLDER = Path(__file__).parent
STYLE = (FOLDER.parents[1] / "service" / "html" / "console.css").read_text()
TEMPLATE = _ENVIRONMENT.overlay(
    loader=ChoiceLoader([_ENVIRONMENT.loader, FileSystemLoader(FOLDER)])  # type: ignore[list-item]
).get_template("shown.html")
NOW_MS = 1_795_875_900_000
COUNTS = {State.PUBLISHED: 12, State.REJECTED: 3, State.SPAM: 1}


def html_of(comments: Iterable[ShownComment], texts: Texts, theme: str = "light") -> str:
    """A page with these comments, each with its reasons and an author's record beside."""
    return TEMPLATE.render(
        comments=list(comments),
        moment=moment(NOW_MS - 60_000, NOW_MS, texts),
        email=masked_email("anton@mail.example"),
        record=record_of(AuthorRecord("a1", NOW_MS, NOW_MS, 16, COUNTS), texts),
        style=STYLE,
        theme=theme,
        texts=texts,
        **page_texts(texts),
    )
