"""The pages of comments, authors and threads in a browser: all is done without scripts, and what readers wrote stays in
its place."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser import complaints_of, started_browser
from tests.console.album import sign_in
from tests.console.day import Day, ask, live_through
from tests.console.test_queue_page import OUTSIDE
from tests.hostile_texts import HOSTILE_TEXTS
from tests.servers import ServiceProcess

SITE = "/console/harbour"
API = "/v1/sites/harbour"
MAX_NAME_CHARS, MAX_BODY_CHARS, MAX_NOTE_CHARS = 100, 10_000, 2_000
OF_AN_ERROR = "Failed to load resource"
"""What browsers say of a page that is an error's."""
AS_FIELDS_SHOW = {0: "\ufffd", ord("\n"): None, ord("\r"): None}
"""How a line of a form shows what it cannot hold."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("comments") / "data")
    try:
        process.start()
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def day(service: ServiceProcess) -> Day:
    """Somebody decided, took it back, wrote notes and banned an author."""
    lived = live_through(service)
    comment, author, token = lived.ids["comment_id"], lived.ids["author_id"], lived.tokens["Nora"]
    decision = {"decision": "reject", "reason": "abuse", "note": "Second time today."}
    ask(service, "POST", f"{API}/comments/{comment}/decisions", decision, token)
    ask(service, "POST", f"{API}/comments/{comment}/undo", {}, token)
    ask(service, "POST", f"{API}/comments/{comment}/notes", {"note": "Sharp,\nbut factual."}, token)
    ask(service, "PUT", f"{API}/authors/{author}/ban", {"reason": "W" * 200}, token)
    return lived


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def test_a_round_without_scripts(browser: Browser, service: ServiceProcess, day: Day) -> None:
    """Searched, decided in the list, taken back, noted; its author found by his email, shown, banned, set free."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, service.url, day.tokens["Nora"])
    page.goto(f"{service.url}{SITE}/comments")
    page.get_by_label("Words").fill("gulls")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Reject Renske").click()
    expect(page.locator(".undo")).to_contain_text("Rejected: Renske")
    page.locator(".undo button").click()
    page.get_by_role("link", name="Renske").click()
    expect(page.locator(".time-line")).to_contain_text("Last decision taken back")
    page.get_by_label("New note").fill("She is right about the gulls.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#notes")).to_contain_text("right about the gulls")
    page.goto(f"{service.url}{SITE}/authors")
    page.get_by_label("Email").fill("reader10@mail.example")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Show the address").click()
    expect(page.locator("main")).to_contain_text("reader10@mail.example")
    page.get_by_label("Reason, for colleagues").fill("only to try")
    page.get_by_role("button", name="Ban", exact=True).click()
    expect(page.locator("main")).to_contain_text("only to try")
    page.get_by_role("button", name="End the ban").click()
    expect(page.get_by_role("button", name="Ban", exact=True)).to_be_visible()
    context.close()


def test_hostile_texts_stay_in_their_places(context: BrowserContext, service: ServiceProcess, day: Day) -> None:
    """In name, text, thread, note and the words that are searched for: nothing runs, nothing is asked of anybody else,
    nothing is drawn around its box, and nothing widens a page."""
    page = context.new_page()
    told = complaints_of(page)

    def dismiss(dialog: Dialog) -> None:
        told.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("request", lambda request: told.append(request.url) if not request.url.startswith(service.url) else None)
    sign_in(page, service.url, service.admin_token)
    page.set_viewport_size({"width": 360, "height": 800})
    taken = send_hostile(service, day)
    assert len(taken) > 100
    following = f"{SITE}/comments?state=held"
    while following:
        page.goto(service.url + following)
        check_page(page)
        later = page.get_by_role("link", name="Older comments")
        following = str(later.get_attribute("href")) if later.count() else ""
    for comment_id in taken[::12]:
        page.goto(f"{service.url}{SITE}/comments/{comment_id}")
        check_page(page)
    note_hostile(service, day)
    for path in ("/comments/{comment_id}", "/threads", "/threads/hostile"):
        page.goto(service.url + SITE + path.format(**day.ids))
        check_page(page)
    for text in HOSTILE_TEXTS[::10]:
        page.goto(f"{service.url}{SITE}/comments?q={quote(text[:150])}")
        check_page(page)
        assert page.get_by_label("Words").input_value() == text[:150].translate(AS_FIELDS_SHOW)
    assert [each for each in told if not each.startswith(OF_AN_ERROR)] == []


def send_hostile(service: ServiceProcess, day: Day) -> list[str]:
    """Sends each text as a comment, and as its author's name; the ids of those that the service takes."""
    taken = []
    for at, text in enumerate(HOSTILE_TEXTS):
        name, body = text[:MAX_NAME_CHARS].replace("\n", " "), text[:MAX_BODY_CHARS]
        for sent in ({"name": name, "body": body}, {"name": f"Reader {at}", "body": body}):
            try:
                sent |= {"email": f"hostile{at}@mail.example"}
                answer = ask(service, "POST", f"{API}/threads/hostile/comments", sent, day.tokens["The paper"])
            except OSError:  # a text that no comment may have
                continue
            taken.append(str(answer["comment_id"]))
            break
    return taken


def note_hostile(service: ServiceProcess, day: Day) -> None:
    """Writes some of the texts as notes on one comment."""
    for text in HOSTILE_TEXTS[::20]:
        try:
            path = f"{API}/comments/{day.ids['comment_id']}/notes"
            ask(service, "POST", path, {"note": text[:MAX_NOTE_CHARS]}, day.tokens["Nora"])
        except OSError:  # a text that no note may have
            continue


def check_page(page: Page) -> None:
    """Fails where a page is wider than its window, says something else in its title, or has more than one heading."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("h1").count() == 1
    assert page.title().endswith(" · Harbour Gazette")
    assert page.evaluate(OUTSIDE) == []
    assert page.locator("main script, main iframe, main base, main meta, main marquee, main dialog").count() == 0
