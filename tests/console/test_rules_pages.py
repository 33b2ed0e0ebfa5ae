"""The pages of rules, reasons, versions and the audit log in a browser: axe finds nothing, nothing is wider than its
window, German is whole on a telephone, and what somebody wrote into a field stays in it."""

import json
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any
from urllib.error import HTTPError

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.day import SITE, ask, live_through
from tests.hostile_texts import HOSTILE_TEXTS
from tests.pages.test_accessibility import OPTIONS
from tests.servers import ServiceProcess

BASE = f"/console/{SITE}"
PAGES = ("/rules", "/rules/reasons", "/rules/reasons?change=r1", "/rules/versions", "/rules/versions/1..2", "/audit")
VIEWS = (("light", 360), ("dark", 1440))


def write(service: ServiceProcess, call: tuple[str, str], field: str, wanted: Sequence[dict[str, Any]]) -> None:
    """Sets a list of a site; those that are not taken are left out."""
    method, path = call
    try:
        ask(service, method, f"/v1/sites/{SITE}/{path}", {field: wanted})
    except HTTPError as error:
        wrong = {int(place.split(".")[1]) for place in json.loads(error.read())["errors"]}
        assert len(wrong) < len(wanted) / 2
        left = [each for place, each in enumerate(wanted) if place not in wrong]
        ask(service, method, f"/v1/sites/{SITE}/{path}", {field: left})


def fill(service: ServiceProcess) -> None:
    """Rules and reasons whose every field is hostile, and a comment that meets a rule."""
    rules: list[dict[str, Any]] = [
        {
            "name": text[:64],
            "when": {"words": {"phrases": [f"word {text[:40]}"]}},
            "action": "note",
            "thread": text[:64],
        }
        for text in HOSTILE_TEXTS[::9]
    ]
    rules.append({"name": "Tunnel", "when": {"words": {"phrases": ["tunnel"]}}, "action": "hold"})
    write(service, ("PATCH", "policy"), "rules", rules)
    reasons = [
        {"code": f"r{place}", "title": text[:100], "public": False} for place, text in enumerate(HOSTILE_TEXTS[1::9])
    ]
    write(service, ("PUT", "reasons"), "reasons", reasons[:50])
    comment = {"name": "Ada", "email": "ada@mail.example", "body": "A tunnel would be drier."}
    ask(service, "POST", f"/v1/sites/{SITE}/threads/t/comments", comment)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("rules") / "data")
    try:
        process.start()
        live_through(process)
        fill(process)
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, service: ServiceProcess) -> Iterator[Page]:
    context = browser.new_context(locale="de")
    page = context.new_page()
    sign_in(page, service.url, service.admin_token)
    yield page
    context.close()


def is_whole(page: Page) -> None:
    """Fails where a word is cut, a box leaves its own, or the page is wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").count() == 1
    cut = page.evaluate(
        "[...document.querySelectorAll('button, h1, h2, label, th')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1 && !e.closest('.scroll') && e.clientWidth)"
        ".map(e => e.innerText)"
    )
    assert cut == []
    outside = page.evaluate(
        "[...document.querySelectorAll('td, tbody th')].filter(cell => cell.scrollWidth > cell.clientWidth + 1)"
        ".map(cell => cell.innerText)"
    )
    assert outside == []


def test_everyone_can_read_them_whatever_is_in_their_fields(page: Page, service: ServiceProcess) -> None:
    complaints: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", dismiss)
    for path, (scheme, width) in zip(PAGES, cycle(VIEWS), strict=False):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(service.url + BASE + path)
        assert page.locator("html").get_attribute("lang") == "de"
        is_whole(page)
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, f"{path} {scheme} {width}: {found.generate_report()}"
        assert page.locator("main script, main [onclick], main form[action*='evil'], main iframe").count() == 0
    assert complaints == []
