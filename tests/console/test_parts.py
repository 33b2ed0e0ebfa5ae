"""The parts that pages are made of, drawn in a browser: axe finds nothing, nothing is wider than the page, and the
page's policy is kept, in both schemes, on a telephone, on a desk, and with text of twice the size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser, Page, Route

from service.console.frame import HEADERS, Frame
from service.console.navigation import Link
from service.domain.look import Density, Keys, Look
from service.domain.site import Site
from service.html import assets
from service.html.page_texts import page_texts
from service.html.render import _ENVIRONMENT
from service.texts.catalogue import CATALOGUE
from service.web.own_address import OWN_PATH
from tests.browser import started_browser, watched
from tests.pages.test_accessibility import OPTIONS, SCHEMES

HOST = "http://localhost"
TEMPLATES = ("parts.html", "desk.html", "listed.html")
SIZES = {
    "telephone": (360, 16, Look()),
    "telephone, compact, without keys": (360, 16, Look(density=Density.COMPACT, keys=Keys.OFF)),
    "desk": (1440, 16, Look()),
    "large text": (360, 32, Look()),
    "large text on a desk": (1280, 32, Look()),
}
"""Widths in px, the size of the browser's text, and the look."""
NAMES = ("queue", "comments", "threads", "rules", "numbers", "audit", "setup")
LINKS = tuple(Link(name, f"/console/harbour/{name}", name.capitalize()) for name in NAMES)
FRAME = Frame(
    Look(), "Ada Lindqvist", Site("harbour", title="Harbour Gazette"), LINKS, "queue", csrf="c", waiting=42, version="1"
)
WORDS = "The ferry would have cost a tenth of it. " * 8 + "W" * 300
HTML = _ENVIRONMENT.overlay(
    loader=ChoiceLoader([_ENVIRONMENT.loader, FileSystemLoader(Path(__file__).parent)])  # type: ignore[list-item]
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def drawn(template: str, look: Look, language: str = "en") -> str:
    texts = CATALOGUE.of(language)
    frame = Frame(look, *(getattr(FRAME, name) for name in FRAME.__slots__[1:]))
    values = {"frame": frame, "name": "Karin B. " + "W" * 60, "words": WORDS, "texts": texts, **page_texts(texts)}
    return HTML.get_template(template).render(values).replace(OWN_PATH, "")


def serve(page: Page, html: str) -> None:
    """Opens a page as the service sends it, with its policy and its files."""

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in assets.CONSOLE:
            route.fulfill(body=assets.CONSOLE[name].content, content_type=assets.CONSOLE[name].content_type)
        elif name.startswith("favicon"):
            route.fulfill(body=assets.FAVICON.content, content_type=assets.FAVICON.content_type)
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=HEADERS)

    page.route(f"{HOST}/**", answer)
    page.goto(f"{HOST}/console/harbour")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_parts_can_be_read_by_everyone(
    browser: Browser, template: str, scheme: str, size: tuple[int, int, Look]
) -> None:
    width, text_px, look = size
    page, complaints = watched(browser, width=width)
    try:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": text_px}})
        serve(page, drawn(template, look))
        assert complaints == []
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{text_px}px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, found.generate_report()
    finally:
        page.close()
