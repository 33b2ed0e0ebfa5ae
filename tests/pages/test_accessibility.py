"""axe finds nothing to object to on any page: in both schemes of colour, on a telephone and on a desk."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import started_browser
from tests.pages.reader import FORM, THREAD, Reader
from tests.servers import ServiceProcess

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")
Open = Callable[[Page, ServiceProcess], None]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def thread(service: ServiceProcess) -> None:
    """Replies deeper than they are indented, a long comment, names with and without a website, letters from right to
    left, words without a space."""
    reader = Reader(service.url, service.admin_token)
    reader.api("PUT", "/v1/sites/demo/policy", {"reader_rate_per_minute": None, "stranger_rate_per_minute": None})
    reader.api("POST", "/v1/sites", {"site": "elsewhere", "public_submission": True})
    reader.api("PUT", THREAD, {"mode": "postmoderate"})
    parent = ""
    for depth in range(8):
        body = f"Depth {depth}. " + "A long story without an end. " * (300 if depth == 2 else 1)
        sent = FORM | {"name": f"Reader {depth}", "body": body, "parent_id": parent, "website": "https://ada.example/"}
        parent = str(reader.api("POST", f"{THREAD}/comments", sent)["comment_id"])
    for body in ("שלום לכולם", "W" * 500):
        reader.api("POST", f"{THREAD}/comments", FORM | {"body": body})


def empty_demo(page: Page, service: ServiceProcess) -> None:
    """The end of its list: nobody has written behind it."""
    page.goto(f"{service.url}/demo?after=OTk5OTk5OTk5OTk5OTk5Onp6enp6enp6enp6enp6eno=")


def full_demo(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo")


def unfolded_demo(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo")
    page.locator("summary").first.click()


def reply(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo")
    page.get_by_role("link", name="Reply to Reader 3").click()


def refused_demo(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo")
    page.get_by_role("button", name="Post Comment").click()


def held_demo(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/demo?commentdesk=held#respond")


def refused_from_elsewhere(page: Page, service: ServiceProcess) -> None:
    """A publisher's form that lacks all that it needs."""
    address = f"{service.url}/v1/sites/elsewhere/threads/article/comments"
    page.set_content(f'<form method="post" action="{address}"><button>Send</button></form>')
    page.get_by_role("button").click()


def received(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/received?commentdesk=held")


def docs(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/docs")


def unfolded_docs(page: Page, service: ServiceProcess) -> None:
    page.goto(f"{service.url}/docs")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


PAGES: tuple[Open, ...] = (
    empty_demo,
    full_demo,
    unfolded_demo,
    reply,
    refused_demo,
    held_demo,
    refused_from_elsewhere,
    received,
)
OF_THE_DOCS = (
    (docs, "dark", 360),
    (unfolded_docs, "light", 1440),
)
"""These are long: ten seconds each."""
CASES = (*product(PAGES, SCHEMES, WIDTHS), *OF_THE_DOCS)


@pytest.mark.parametrize(("open_page", "scheme", "width"), CASES, ids=lambda each: getattr(each, "__name__", None))
@pytest.mark.usefixtures("thread")
def test_axe_finds_nothing(browser: Browser, service: ServiceProcess, open_page: Open, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    try:
        open_page(page, service)
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, found.generate_report()
    finally:
        context.close()


def test_it_would_find_something(browser: Browser, service: ServiceProcess) -> None:
    """Low contrast, a picture without words, targets too small and too near."""
    page = browser.new_page()
    button = '<button style="width:9px;height:9px;padding:0">a</button>'
    page.set_content(f'<main><h1>Bad</h1><img src="x"><p style="color:#ddd">Pale</p>{button}{button}</main>')
    found = {each["id"] for each in Axe().run(page, options=OPTIONS).response["violations"]}
    page.close()
    assert {"image-alt", "color-contrast", "target-size"} <= found
