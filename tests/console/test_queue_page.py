"""The queue in a browser: all of it works without scripts, and a text stays in its box."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import started_browser, watched
from tests.console.album import sign_in
from tests.console.day import Day, ask, live_through
from tests.console.drawing import serve
from tests.hostile_texts import HOSTILE_TEXTS
from tests.servers import ServiceProcess

QUEUE = "/console/harbour"
THREAD = "/v1/sites/harbour/threads/ferry/comments"
AT_ONCE = 25
"""A page of the list."""
OUTSIDE = """() => [...document.querySelectorAll(".said, bdi")].filter(box => {
  if (!box.checkVisibility()) return false
  box.scrollIntoView({block: "center"})
  const at = box.getBoundingClientRect()
  const around = [[at.left - 2, (at.top + at.bottom) / 2], [at.right + 2, (at.top + at.bottom) / 2],
    [(at.left + at.right) / 2, at.top - 2], [(at.left + at.right) / 2, at.bottom + 2]]
  return around.some(([x, y]) => box.contains(document.elementFromPoint(x, y)))
}).map(box => box.textContent.slice(0, 40))"""
"""The boxes of readers' texts that are met a little outside of themselves."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("queue") / "data")
    try:
        process.start()
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def day(service: ServiceProcess) -> Day:
    """A day after which twenty more wait, whatever the machine thinks of them."""
    lived = live_through(service)
    ask(service, "PATCH", "/v1/sites/harbour/policy", {"mode": "premoderate"})
    for number in range(20):
        sent = {
            "name": f"Reader {number}",
            "email": f"r{number}@mail.example",
            "body": f"Gull number {number} is back.",
        }
        ask(service, "POST", THREAD, sent, lived.tokens["The paper"])
    return lived


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, service: ServiceProcess, day: Day) -> Iterator[Page]:
    """The queue of a moderator who holds nothing, in a browser without scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, service.url, day.tokens["Nora"])
    ask(service, "DELETE", "/v1/sites/harbour/claims", token=day.tokens["Nora"])
    page.goto(service.url + QUEUE)
    yield page
    context.close()


def heading(page: Page) -> str:
    return page.locator("article.sheet:visible h2").inner_text()


def test_a_round_without_scripts(page: Page) -> None:
    """Begin, decide in each way, take back, note, ban, give back."""
    page.get_by_role("button", name="Start with 10").click()
    first = heading(page)
    page.locator(".decisions .approve").click()
    expect(page.locator("[data-undo]")).to_contain_text(f"Approved: {first}")
    second = heading(page)
    assert second != first
    page.get_by_role("button", name="Undo").click()
    assert heading(page) == first
    page.get_by_role("button", name="Insult or personal attack").click()
    expect(page.locator("[data-undo]")).to_contain_text(f"Rejected, Insult or personal attack: {first}")
    page.locator("article:visible [data-note] > summary").click()
    page.locator("article:visible [data-note] textarea").fill("Ask the harbour office.")
    page.locator("article:visible [data-note] button").click()
    assert heading(page) == second
    expect(page.locator("aside:visible")).to_contain_text("Ask the harbour office.")
    page.get_by_role("button", name="Trust").click()
    assert heading(page) == second
    page.locator(".decisions .leave").click()
    assert heading(page) != second
    page.locator(".decisions .spam").click()
    expect(page.locator("[data-undo]")).to_contain_text("Marked as spam: ")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("main")).to_contain_text("Nothing you decided was lost.")
    expect(page.get_by_role("button", name="Start with 10")).to_be_visible()


def test_the_list_without_scripts(page: Page) -> None:
    page.get_by_role("link", name="A list").click()
    rows = page.locator(".list > li").count()
    page.locator(".acts .reject").first.click()
    expect(page.locator(".list > li")).to_have_count(rows - 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("article.sheet:visible")).to_have_count(1)


def test_the_bar_stands_at_the_same_place_for_a_short_and_a_long_text(
    page: Page, service: ServiceProcess, day: Day
) -> None:
    page.get_by_role("button", name="Start with 10").click()
    places = []
    for body in ("Short.", "A long letter. " * 600):
        sent = {"name": "Ida", "email": "ida@mail.example", "body": body}
        made = ask(service, "POST", THREAD, sent, day.tokens["The paper"])
        page.goto(f"{service.url}{QUEUE}?show={made['comment_id']}")
        places.append(page.locator(".decisions .approve").bounding_box())
    assert places[0] == places[1]


@pytest.mark.parametrize("start", range(0, len(HOSTILE_TEXTS), AT_ONCE))
def test_a_hostile_text_stays_in_its_box(
    page: Page, browser: Browser, service: ServiceProcess, day: Day, start: int
) -> None:
    """In the name, the text, a parent and a note, in both views; the bar keeps its four buttons."""
    parent_id = None
    for text in HOSTILE_TEXTS[start : start + AT_ONCE]:
        sent = {
            "name": text.strip()[:60] or "x",
            "email": "mal@mail.example",
            "body": text[:9000],
            "parent_id": parent_id,
        }
        with suppress(HTTPError):  # some no reader can send
            made = ask(service, "POST", THREAD, sent, day.tokens["The paper"])
            parent_id = made["comment_id"]
            ask(
                service,
                "POST",
                f"/v1/sites/harbour/comments/{parent_id}/notes",
                {"note": text[:1900]},
                day.tokens["Omar"],
            )
    assert parent_id
    page.goto(f"{service.url}{QUEUE}?view=one&show={parent_id}")
    look_closely(browser, page, width=360)
    assert page.locator(".decide .decisions button").count() == 4
    assert page.locator("h1").count() == 1
    page.goto(f"{service.url}{QUEUE}?view=list&order=newest")
    assert page.locator(".list > li").count() > 1
    look_closely(browser, page, width=1440)


def look_closely(browser: Browser, page: Page, *, width: int) -> None:
    """No text is drawn around its box, or widens the page, or brings what the policy refuses."""
    drawn, complaints = watched(browser, width=width)
    serve(drawn, page.content())
    assert drawn.evaluate(OUTSIDE) == []
    assert drawn.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    drawn.close()
