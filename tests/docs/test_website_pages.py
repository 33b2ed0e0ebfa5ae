"""The pages of docs/examples that need no server-side code, in a real browser: theirs is another host than ours."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import started_browser, watched
from tests.pages.reader import Reader
from tests.servers import REPOSITORY, ServiceProcess

EXAMPLES = REPOSITORY / "docs" / "examples"
WRITTEN_DESK, WRITTEN_ADDRESS = "http://127.0.0.1:8080", "http://127.0.0.1:8000"
SITE = "/v1/sites/default"
HOSTILE = '<img src=x onerror="document.title=1"> & "quotes"'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(service: ServiceProcess) -> Iterator[str]:
    """Where the pages are, as they stand in the documents but for the two addresses."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = EXAMPLES / self.path.partition("?")[0].lstrip("/")
            if file.suffix != ".html":
                self.send_response(204)  # the icon that browsers ask for
                return self.end_headers()
            text = file.read_text("utf-8").replace(WRITTEN_DESK, service.url)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.replace(WRITTEN_ADDRESS, f"http://localhost:{self.server.server_port}").encode())  # type: ignore[attr-defined]
            return None

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def desk(service: ServiceProcess, address: str) -> Reader:
    """The API; the site takes comments from these pages alone, and publishes them at once."""
    desk = Reader(service.url, service.admin_token)
    desk.api("PATCH", SITE, {"public_submission": True, "allowed_origins": [address]})
    limits = {"reader_rate_per_minute": None, "stranger_rate_per_minute": None, "mode": "postmoderate"}
    desk.api("PUT", f"{SITE}/policy", limits)
    desk.api("PUT", f"{SITE}/threads/river", {"closed": False})
    return desk


def write(page: Page, body: str, *, name: str = "Ada <b>") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill("ada@mail.example")
    page.get_by_label("Comment").fill(body)
    page.get_by_role("button", name="Post comment").click()


def test_a_plain_form_leads_back_to_its_article(browser: Browser, address: str, desk: Reader) -> None:
    page, _ = watched(browser)
    page.goto(f"{address}/form.html")
    write(page, "The form of a page without a script.")
    page.wait_for_url(f"{address}/form.html?commentdesk=published&comment_id=*")
    write(page, "A second one, from the page with the receipt of the first.")
    page.wait_for_url(f"{address}/form.html?commentdesk=published&comment_id=*")
    assert page.url.count("commentdesk=") == 1


def test_a_page_by_fetch_sends_shows_and_answers(browser: Browser, address: str, desk: Reader) -> None:
    page, complaints = watched(browser)
    page.goto(f"{address}/page.html")
    write(page, HOSTILE)
    expect(page.get_by_role("status")).to_have_text("Thank you.")
    shown = page.get_by_role("listitem").filter(has_text=HOSTILE)
    expect(shown).to_have_count(1)
    shown.get_by_role("button", name="Reply").click()
    expect(page.get_by_text("In reply to Ada <b>")).to_be_visible()
    write(page, "An answer to it.")
    expect(shown.get_by_role("listitem")).to_contain_text("An answer to it.")
    assert page.title() != "1"
    assert complaints == []


def test_a_page_by_fetch_tells_mistakes_and_keeps_the_text(browser: Browser, address: str, desk: Reader) -> None:
    page, _ = watched(browser)
    page.goto(f"{address}/page.html")
    write(page, "Kept while it is mended.", name="   ")
    expect(page.locator("[data-field=name]")).not_to_be_empty()
    expect(page.get_by_label("Comment")).to_have_value("Kept while it is mended.")
    write(page, "Kept while it is mended.")
    expect(page.get_by_role("status")).to_have_text("Thank you.")


def test_a_page_by_fetch_hides_its_form_when_the_article_is_closed(
    browser: Browser, address: str, desk: Reader
) -> None:
    desk.api("PUT", f"{SITE}/threads/river", {"closed": True})
    page, _ = watched(browser)
    page.goto(f"{address}/page.html")
    expect(page.get_by_role("button", name="Post comment")).to_be_hidden()
