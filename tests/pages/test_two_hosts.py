"""A plain form without scripts on a publisher's own page, which lies on another host than the service, in a real
browser with its default referrer policy: it comes back to its article."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import watched
from tests.pages.reader import Reader
from tests.pages.test_browser import assert_no_sideways_scroll, box
from tests.servers import ServiceProcess

ARTICLE = "/2026/статья.html?page=2"
PAGE = """<!doctype html><meta charset="utf-8"><title>The article</title><h1>The article</h1>
<form method="post" action="{action}">
<input type="hidden" name="{field}" value="{article}">
<p><label>Comment <textarea name="body" required></textarea></label>
<p><label>Name <input name="name"></label>
<p><label>Email <input name="email"></label>
<p><button>Post Comment</button>
</form>"""


class Publisher:
    """A website on a port of its own, every page of which is the article with its form."""

    def __init__(self) -> None:
        self.action, self.field = "", "return_to"
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = PAGE.format(action=publisher.action, field=publisher.field, article=publisher.url + ARTICLE)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def publisher(reader: Reader, service: ServiceProcess) -> Iterator[Publisher]:
    publisher = Publisher()
    site = {"public_submission": True, "allowed_origins": [publisher.url], "title": "The News", "language": "en"}
    if "two-hosts" not in [each["site"] for each in reader.api("GET", "/v1/sites")["sites"]]:
        reader.api("POST", "/v1/sites", {"site": "two-hosts"})
    reader.api("PATCH", "/v1/sites/two-hosts", site)
    unlimited = {"reader_rate_per_minute": None, "stranger_rate_per_minute": None}
    reader.api("PUT", "/v1/sites/two-hosts/policy", unlimited)
    desk = service.url.replace("127.0.0.1", "localhost")
    publisher.action = f"{desk}/v1/sites/two-hosts/threads/article/comments"
    yield publisher
    publisher.close()


def write(page: Page, body: str, email: str = "ada@reader.example") -> None:
    box(page, "Comment").fill(body)
    box(page, "Name").fill("Ada")
    box(page, "Email").fill(email)
    page.get_by_role("button", name="Post Comment").click()


def expect_article(page: Page, publisher: Publisher) -> str:
    """Waits for the article, with one receipt in its address; gives the comment's id."""
    expect(page.get_by_role("heading", name="The article")).to_be_visible()
    page.wait_for_url(re.compile("commentdesk=held"))
    address = urlsplit(page.url)
    query = parse_qs(address.query)
    assert page.url.startswith(
        f"{publisher.url}/2026/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F.html?page=2&commentdesk=held&"
    )
    assert {name: len(values) for name, values in query.items()} == {"page": 1, "commentdesk": 1, "comment_id": 1}
    assert address.fragment == f"comment-{query['comment_id'][0]}"
    return query["comment_id"][0]


@pytest.mark.parametrize("field", ["return_to", "article[url]"])
def test_a_form_comes_back_to_its_article_through_a_mistake_and_a_second_comment(
    browser: Browser, publisher: Publisher, field: str
) -> None:
    publisher.field = field
    page, _ = watched(browser)
    page.goto(publisher.url + ARTICLE)
    write(page, f"First, by {field}.")
    first = expect_article(page, publisher)
    write(page, f"Second, with a mistake, by {field}.", email="no address")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(box(page, "Comment")).to_have_value(f"Second, with a mistake, by {field}.")
    expect(page.get_by_role("link", name="Back to the article")).to_have_attribute(
        "href", f"{publisher.url}/2026/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F.html?page=2"
    )
    assert_no_sideways_scroll(page)
    box(page, "Email").fill("still no address")
    page.get_by_role("button", name="Post Comment").click()
    expect(box(page, "Email")).to_have_value("still no address")
    box(page, "Email").fill("ada@reader.example")
    page.get_by_role("button", name="Post Comment").click()
    second = expect_article(page, publisher)
    write(page, f"Third, by {field}.")
    assert len({first, second, expect_article(page, publisher)}) == 3


def test_a_form_that_tells_no_article_ends_at_thanks_that_lead_to_the_website(
    browser: Browser, publisher: Publisher
) -> None:
    publisher.field = "unknown"
    page, complaints = watched(browser)
    page.goto(publisher.url + ARTICLE)
    write(page, "Nobody told where from.")
    expect(page.get_by_role("status")).to_contain_text("awaits moderation")
    assert_no_sideways_scroll(page)
    page.get_by_role("link", name="Back to The News").click()
    page.wait_for_url(f"{publisher.url}/")
    assert complaints == []


def test_a_form_of_a_website_that_is_not_listed_keeps_its_text_to_be_copied(
    browser: Browser, publisher: Publisher, reader: Reader
) -> None:
    reader.api("PATCH", "/v1/sites/two-hosts", {"allowed_origins": ["https://news.example"], "language": "de"})
    page, _ = watched(browser)
    page.goto(publisher.url + ARTICLE)
    write(page, "Kept <b>all the same</b>.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("textbox", name="Kommentar")).to_have_value("Kept <b>all the same</b>.")
    expect(page.get_by_role("textbox", name="Kommentar")).not_to_be_editable()
    expect(page.get_by_role("button")).to_have_count(0)
    assert_no_sideways_scroll(page)
