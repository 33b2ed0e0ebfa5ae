"""A person at a keyboard, in a real browser on the narrowest screen."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import watched
from tests.pages.reader import Reader
from tests.servers import ServiceProcess


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name)


def assert_no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")


def test_a_comment_by_keyboard(browser: Browser, reader: Reader, service: ServiceProcess) -> None:
    reader.comment("W" * 900 + "\u202e\u0628", name="N" * 100)
    page, complaints = watched(browser)
    page.goto(f"{service.url}/demo")
    assert_no_sideways_scroll(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the article")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    box(page, "Comment").focus()
    page.keyboard.type("Typed, not clicked.")
    for text in ("Ada", "ada@reader.example", ""):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Post Comment")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("awaits moderation")
    expect(page.get_by_role("status")).to_be_in_viewport()
    assert_no_sideways_scroll(page)
    assert complaints == []


def test_a_mistake_is_where_the_eye_and_the_focus_are(browser: Browser, service: ServiceProcess) -> None:
    page, _ = watched(browser)
    page.goto(f"{service.url}/demo")
    box(page, "Comment").fill("字" * 10_000)
    page.get_by_role("button", name="Post Comment").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    page.get_by_role("link", name="Write your name.").click()
    expect(box(page, "Name")).to_be_focused()
    expect(box(page, "Name")).to_have_attribute("aria-invalid", "true")
    expect(box(page, "Comment")).to_have_value("字" * 10_000)
    assert_no_sideways_scroll(page)


def test_a_refused_form_leads_to_the_article_on_another_site(
    browser: Browser, reader: Reader, service: ServiceProcess
) -> None:
    elsewhere = service.url.replace("127.0.0.1", "localhost")
    thread = "/v1/sites/elsewhere/threads/article"
    reader.api("POST", "/v1/sites", {"site": "elsewhere", "public_submission": True})
    reader.api("PUT", thread, {"url": f"{elsewhere}/docs"})
    page, _ = watched(browser)
    page.set_content(f'<form method="post" action="{service.url}{thread}/comments"><button>Send</button></form>')
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_focused()
    box(page, "Comment").fill("Mended.")
    box(page, "Name").fill("Ada")
    box(page, "Email").fill("ada@reader.example")
    page.get_by_role("button", name="Post Comment").click()
    page.wait_for_url(f"{elsewhere}/docs?commentdesk=held&comment_id=*")


@pytest.mark.parametrize("path", ["/docs", "/demo"])
def test_pages_fit_and_load_cleanly(browser: Browser, service: ServiceProcess, path: str) -> None:
    page, complaints = watched(browser)
    page.goto(service.url + path)
    assert_no_sideways_scroll(page)
    assert complaints == []
