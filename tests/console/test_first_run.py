"""From an empty installation to the first decided comment, as a person walks it: with scripts and without."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.test_setup_pages import VIEWS, look_at
from tests.servers import ServiceProcess, wait_until

SECONDS = 30


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path / "data")
    try:
        process.start()
        yield process
    finally:
        process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def approve(page: Page) -> None:
    """Presses the button until it does something: one that came up this moment may not be taken yet."""
    button, taken = page.get_by_role("button", name="Approve").first, page.get_by_text("Nothing waits.").first

    def press() -> bool:
        if button.is_visible():
            button.click()
        with suppress(PlaywrightTimeoutError):
            taken.wait_for(timeout=2_000)
        return taken.is_visible()

    wait_until(press, "the decision to be taken", SECONDS)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_four_steps_lead_to_the_first_decided_comment(
    browser: Browser, empty: ServiceProcess, *, has_scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=has_scripts)
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    done = page.locator("li.done")
    sign_in(page, empty.url, empty.admin_token)
    expect(page.get_by_role("heading", level=1)).to_have_text("Four steps to the first comment")
    page.get_by_label("Name", exact=True).fill("Harbour Gazette")
    page.get_by_role("button", name="Make the site").click()
    expect(done).to_have_count(1)
    page.get_by_role("button", name="Make the website's token").click()
    assert page.get_by_label("Token", exact=True).input_value().startswith("cd_")
    page.get_by_role("link", name="Copied, go on").click()
    expect(done).to_have_count(2)
    page.get_by_role("button", name="Send it").click()
    expect(done).to_have_count(3)
    page.get_by_role("link", name="To the queue").click()
    page.get_by_role("button", name="Start with").click()
    expect(page.get_by_text("A first comment, to see how it goes.").first).to_be_visible()
    approve(page)
    page.goto(f"{empty.url}/console/_/first-run")
    expect(done).to_have_count(4)
    expect(page.get_by_role("link", name="To the queue")).to_be_visible()
    context.close()


def test_each_step_can_be_read_by_everyone(browser: Browser, empty: ServiceProcess) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, empty.url, empty.admin_token)
    for scheme, width, text_px in VIEWS:
        look_at(page, scheme=scheme, width=width, text_px=text_px)
    page.get_by_label("Name", exact=True).fill("W" * 200)
    page.get_by_label("Id, in every address").fill("Not an id")
    page.get_by_role("button", name="Make the site").click()
    assert page.get_by_label("Name", exact=True).input_value() == "W" * 200
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Id, in every address").fill("w" * 64)
    page.get_by_role("button", name="Make the site").click()
    for scheme, width, text_px in VIEWS:
        look_at(page, scheme=scheme, width=width, text_px=text_px)
    context.close()
