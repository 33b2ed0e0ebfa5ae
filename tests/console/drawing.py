"""Pages of the console drawn for a browser without a service: as it sends them, with its policy and its files."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from service.console.frame import HEADERS, Frame
from service.console.navigation import Link
from service.domain.look import Density, Keys, Look
from service.domain.site import Site
from service.html import assets
from tests.browser import watched
from tests.pages.test_accessibility import OPTIONS, SCHEMES

HOST = "http://localhost"
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
VIEWS = [(scheme, *size) for scheme in SCHEMES for size in SIZES.values()]
NAMES_OF_VIEWS = [f"{scheme}, {name}" for scheme in SCHEMES for name in SIZES]


def frame_with(look: Look) -> Frame:
    return Frame(look, *(getattr(FRAME, name) for name in FRAME.__slots__[1:]))


def look_through(browser: Browser, html: str, *, scheme: str, width: int, text_px: int) -> None:
    """Fails where axe finds something, the page is wider than its window, or its policy is broken."""
    page, complaints = watched(browser, width=width)
    try:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": text_px}})
        serve(page, html)
        assert complaints == []
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{text_px}px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # the bar at the foot covers nothing there
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, found.generate_report()
    finally:
        page.close()


def serve(page: Page, html: str) -> None:
    """Opens a page as the service sends it, with its policy and its files, and without what a script has set on the
    root meanwhile: the height of the bar."""
    html = re.sub(r'(<html[^>]*?) style="[^"]*"', r"\1", html, count=1)

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in assets.CONSOLE:
            route.fulfill(body=assets.CONSOLE[name].content, content_type=assets.CONSOLE[name].content_type)
        elif name.startswith("favicon"):
            route.fulfill(body=assets.FAVICON.content, content_type=assets.FAVICON.content_type)
        elif name == "live":
            route.fulfill(body=": still here\n\n", content_type="text/event-stream")
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=HEADERS)

    page.route(f"{HOST}/**", answer)
    page.goto(f"{HOST}/console/harbour")
