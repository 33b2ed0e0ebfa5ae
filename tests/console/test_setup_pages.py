"""The pages for setting up in a browser: all is done without scripts, and what somebody wrote into a name stays one."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.day import Day, ask, live_through
from tests.hostile_texts import HOSTILE_TEXTS
from tests.pages.test_accessibility import OPTIONS, SCHEMES
from tests.servers import ServiceProcess

SETUP = "/console/harbour/setup"
VIEWS = [(scheme, width, text_px) for scheme in SCHEMES for width, text_px in ((360, 16), (360, 32), (1440, 16))]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("setup") / "data")
    try:
        process.start()
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def day(service: ServiceProcess) -> Day:
    return live_through(service)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def look_at(page: Page, *, scheme: str, width: int, text_px: int) -> None:
    """Fails where axe finds something or the page is wider than its window."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": text_px}})
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{text_px}px"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    found = Axe().run(page, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()


def test_a_token_is_made_and_a_member_revoked_without_scripts(
    browser: Browser, service: ServiceProcess, day: Day
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, service.url, service.admin_token)
    page.goto(service.url + SETUP + "/team")
    page.get_by_label("Name", exact=True).fill("Ines without scripts")
    page.get_by_role("button", name="Make a token").click()
    assert page.get_by_label("Token", exact=True).input_value().startswith("cd_")
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="make one for Ines without scripts").click()
    page.get_by_role("button", name="Make a link").click()
    assert "/console/_/link#" in page.get_by_label("Link", exact=True).input_value()
    page.get_by_role("link", name="Back to Ines without scripts").click()
    page.get_by_text("Revoke this member").click()
    page.get_by_role("button", name="Revoke with all tokens").click()
    expect(page.get_by_role("link", name="Ines without scripts")).to_have_count(0)
    context.close()


def test_a_link_that_is_pressed_twice_signs_in(browser: Browser, service: ServiceProcess, day: Day) -> None:
    """Its secret is in no address that the server is told, nor in the page's history."""
    wanted = {"role": "moderator", "site": "harbour", "name": "Lea of two presses", "link": True}
    link = ask(service, "POST", "/v1/tokens", wanted)["sign_in_link"]
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    expect(page.get_by_label("The link, or what stands in it")).to_have_value(link.partition("#")[2])
    assert "#" not in page.url
    assert page.evaluate(PRESSED_TWICE) == [False, True]
    expect(page.get_by_text("Lea of two presses").first).to_be_attached()
    assert not [each for each in asked if link.partition("#")[2] in each]
    context.close()


PRESSED_TWICE = """() => {
  const stopped = [], { form } = document.getElementById("code");
  document.addEventListener("submit", (event) => stopped.push(event.defaultPrevented));
  form.requestSubmit();
  form.requestSubmit();
  return stopped;
}"""
"""Whether each press is held back."""


def test_copy_copies_and_says_so(browser: Browser, service: ServiceProcess, day: Day) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    sign_in(page, service.url, service.admin_token)
    page.goto(service.url + SETUP + "/snippet")
    page.get_by_role("button", name="Copy A comment, as a shell sends it").click()
    expect(page.locator("#told")).to_have_text("Copied.")
    field = page.get_by_label("A comment, as a shell sends it")
    assert page.evaluate("navigator.clipboard.readText()") == field.input_value()
    assert page.evaluate("document.activeElement.id") == "server-snippet"
    context.close()


def test_no_name_is_more_than_a_name(context: BrowserContext, service: ServiceProcess, day: Day) -> None:
    """Each hostile text that a name may be stands as itself, within its cell, and does nothing."""
    names = sorted({text.strip()[:100] for text in HOSTILE_TEXTS})[::8]
    site = {"site": "hostile", "title": "</title><script>alert(1)</script>"}
    ask(service, "POST", "/v1/sites", site)
    page = context.new_page()
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    sign_in(page, service.url, service.admin_token)
    page.goto(f"{service.url}/console/hostile/setup/team")
    for name in names:
        page.locator("#name").fill(name)
        page.get_by_role("button", name="Make a token").click()
        page.goto(f"{service.url}/console/hostile/setup/team")
    assert page.locator("tbody tr").count() > len(names) / 2
    outside = page.evaluate(
        "[...document.querySelectorAll('tbody bdi')].filter(e => {"
        " const inner = e.getBoundingClientRect(), cell = e.closest('th').getBoundingClientRect();"
        " return inner.left < cell.left - 1 || inner.right > cell.right + 1 })"
        ".map(e => e.textContent)"
    )
    assert outside == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("main script, main form[action*='evil'], tbody b").count() == 0
    assert said == []
