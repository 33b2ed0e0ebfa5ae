"""Everyone can read and work every page of the console: one walk over all of them a window, in light and in dark.

axe finds nothing; no page is wider than its window, has another heading than one, cuts a word off or covers what has
the focus; forced colours keep the focus' ring, and nothing moves where nothing is to move; no page breaks its policy.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import complaints_of, started_browser
from tests.console.album import ADMIN, AT_WORK, NOBODY, Picture, pictures, sign_in
from tests.console.day import SITE, Day, ask, live_through
from tests.pages.test_accessibility import OPTIONS
from tests.servers import ServiceProcess

API = f"/v1/sites/{SITE}"
WINDOWS = {"telephone": (360, 640, 16), "desk": (1440, 900, 16), "large text": (360, 640, 32)}
"""Width and height in px, and the size of the browser's text."""
OF_COLOURS = ["color-contrast", "link-in-text-block"]
CONTRAST = {"runOnly": {"type": "rule", "values": OF_COLOURS}, "resultTypes": ["violations"]}
WITHOUT_COLOURS = {"rules": {rule: {"enabled": False} for rule in OF_COLOURS}}
LOOKING = Path(__file__).with_name("looking.js").read_text("utf-8") + Axe().axe_script
MORE = (
    Picture("wrong-filter", f"/console/{SITE}/comments?state=held&by=machine", ADMIN),
    Picture("found", f"/console/{SITE}/comments?q=ferry", ADMIN),
    Picture("by-the-machine", f"/console/{SITE}/comments?state=published&by=machine", ADMIN),
    Picture("empty-thread", f"/console/{SITE}/threads/nobody-wrote-here", ADMIN),
    Picture("administrator", f"/console/{SITE}/setup/team/admin", ADMIN),
    Picture("quarter", f"/console/{SITE}/numbers?span=quarter", ADMIN),
    Picture("verified", f"/console/{SITE}/audit?verify=1", ADMIN),
)
"""States that are not in the album."""
OF_AN_ERROR = "Failed to load resource"
"""What browsers say of a page that is an error's."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("walk") / "data")
    try:
        process.start()
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def day(service: ServiceProcess) -> Day:
    """Somebody decided, took it back, wrote notes and banned an author; a long name, and one of markup."""
    lived = live_through(service)
    comment, author, token = lived.ids["comment_id"], lived.ids["author_id"], lived.tokens["Nora"]
    decision = {"decision": "reject", "reason": "abuse", "note": "Second time today."}
    ask(service, "POST", f"{API}/comments/{comment}/decisions", decision, token)
    ask(service, "POST", f"{API}/comments/{comment}/undo", {}, token)
    ask(service, "POST", f"{API}/comments/{comment}/notes", {"note": "Sharp,\nbut factual."}, token)
    ask(service, "PUT", f"{API}/authors/{author}/ban", {"reason": "W" * 200}, token)
    for name in ("W" * 100, "<b>Bea</b>"):
        ask(service, "POST", "/v1/tokens", {"name": name, "role": "moderator", "site": SITE})
    return lived


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.mark.parametrize("window", WINDOWS)
def test_everyone_can_read_and_work_every_page(
    browser: Browser, service: ServiceProcess, day: Day, window: str
) -> None:
    """In German on a telephone and where text is large: its words are the longest."""
    width, height, text_px = WINDOWS[window]
    ask(service, "POST", f"{API}/claims", {"limit": 5}, day.tokens[AT_WORK])
    pages, complaints = dict[str, Page](), list[list[str]]()
    for who, token in ((ADMIN, service.admin_token), (AT_WORK, day.tokens[AT_WORK]), (NOBODY, "")):
        viewport: ViewportSize = {"width": width, "height": height}
        context = browser.new_context(viewport=viewport, locale="en" if window == "desk" else "de")
        context.route("**/claims/end", lambda route: route.abort())  # who is at work keeps what he holds
        page = pages[who] = context.new_page()
        complaints.append(complaints_of(page))
        context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": text_px}})
        if token:
            sign_in(page, service.url, token)
    found = {}
    for picture in (*pictures(day.ids), *MORE, Picture("undo-bar", last_decided(service), AT_WORK)):
        page = pages[picture.who]
        page.goto(service.url + picture.address)
        page.evaluate(LOOKING)
        found[picture.name] = told(page, "size", width, text_px) + told(page, "cut") + LOOKS[window](page)
    for page in pages.values():
        page.context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert [each for told_of in complaints for each in told_of if not each.startswith(OF_AN_ERROR)] == []


def last_decided(service: ServiceProcess) -> str:
    """The queue after a decision, which can be taken back."""
    (comment, *_) = ask(service, "GET", f"{API}/comments?state=rejected")["comments"]
    return f"/console/{SITE}?view=one&decided={comment['comment_id']}"


def look_on_a_telephone(page: Page) -> list[str]:
    """In light, and in dark without motion."""
    found = told(page, "covered") + told(page, "axe", OPTIONS)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += told(page, "axe", CONTRAST) + told(page, "moving")
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return found


def look_at_a_desk(page: Page) -> list[str]:
    """In light, and in forced colours."""
    found = told(page, "covered") + told(page, "axe", OPTIONS)
    page.emulate_media(forced_colors="active")
    found += told(page, "ringless")
    page.emulate_media(forced_colors="none")
    return found


def look_at_large_text(page: Page) -> list[str]:
    return told(page, "covered") + told(page, "axe", OPTIONS | WITHOUT_COLOURS)


LOOKS = {"telephone": look_on_a_telephone, "desk": look_at_a_desk, "large text": look_at_large_text}


def told(page: Page, call: str, *given: object) -> list[str]:
    """What a function of `looking.js` says of a page."""
    said: list[str] = page.evaluate(f"given => looking.{call}(...given)", given)
    return said
