"""The parts that pages are made of, drawn in a browser: axe finds nothing, nothing is wider than the page, and the
page's policy is kept, in both schemes, on a telephone, on a desk, and with text of twice the size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser

from service.domain.look import Look
from service.html.page_texts import page_texts
from service.html.render import _ENVIRONMENT
from service.texts.catalogue import ENGLISH
from service.web.own_address import OWN_PATH
from tests.browser import started_browser
from tests.console.drawing import NAMES_OF_VIEWS, VIEWS, frame_with, look_through

TEMPLATES = ("parts.html", "desk.html", "listed.html")
WORDS = "The ferry would have cost a tenth of it. " * 8 + "W" * 300
HTML = _ENVIRONMENT.overlay(
    loader=ChoiceLoader([_ENVIRONMENT.loader, FileSystemLoader(Path(__file__).parent)])  # type: ignore[list-item]
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def drawn(template: str, look: Look) -> str:
    values = {"frame": frame_with(look), "name": "Karin B. " + "W" * 60, "words": WORDS, "texts": ENGLISH}
    return HTML.get_template(template).render(values, **page_texts(ENGLISH)).replace(OWN_PATH, "")


@pytest.mark.parametrize(("scheme", "width", "text_px", "look"), VIEWS, ids=NAMES_OF_VIEWS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_parts_can_be_read_by_everyone(
    browser: Browser, template: str, scheme: str, width: int, text_px: int, look: Look
) -> None:
    look_through(browser, drawn(template, look), scheme=scheme, width=width, text_px=text_px)
