"""The console's settings with mistakes, and its guide, drawn in a browser in two languages."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from service.console.settings import fields_of
from service.domain.look import Look
from service.html import render
from service.texts.catalogue import CATALOGUE
from service.web.own_address import OWN_PATH
from tests.browser import started_browser
from tests.console.drawing import NAMES_OF_VIEWS, VIEWS, frame_with, look_through

MISTAKES = {"theme": "Choose one of these.", "letters[approve]": "Each act needs one letter of its own."}
Draw = Callable[[Look, str], str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def refused_settings(look: Look, language: str) -> str:
    chosen, languages = fields_of(look), CATALOGUE.names
    return drawn("settings", look, language, chosen=chosen, mistakes=MISTAKES, is_saved=False, languages=languages)


def guide(look: Look, language: str) -> str:
    return drawn("guide", look, language)


def drawn(name: str, look: Look, language: str, **values: object) -> str:
    html = render.text(f"console/{name}.html", CATALOGUE.of(language), frame=frame_with(look), **values)
    return html.replace(OWN_PATH, "")


@pytest.mark.parametrize(("scheme", "width", "text_px", "look"), VIEWS[::2], ids=NAMES_OF_VIEWS[::2])
@pytest.mark.parametrize(("page", "language"), [(refused_settings, "de"), (guide, "fr")])
def test_a_page_can_be_read_by_everyone(
    browser: Browser, page: Draw, language: str, scheme: str, width: int, text_px: int, look: Look
) -> None:
    look_through(browser, page(look, language), scheme=scheme, width=width, text_px=text_px)
