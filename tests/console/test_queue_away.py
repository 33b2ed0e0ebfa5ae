"""The queue with its scripts while something is away: the connection, the service, the session, the moderator."""

import os
import re
import signal
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.day import ask
from tests.servers import ServiceProcess
from tests.workers.conftest import children

SITE = "harbour"
QUEUE = f"/console/{SITE}"
MINUTE = 60


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that comes back at the same port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = ServiceProcess(tmp_path_factory.mktemp("away") / "data", settings={"COMMENTDESK_PORT": port})
    try:
        process.start()
        ask(process, "POST", "/v1/sites", {"site": SITE, "title": "Harbour Gazette"})
        ask(process, "PATCH", f"/v1/sites/{SITE}/policy", {"mode": "premoderate"})
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
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


complaints: list[str] = []
"""Mistakes of the scripts, in this test."""


@pytest.fixture(autouse=True)
def no_mistakes(service: ServiceProcess) -> Iterator[None]:
    """And nothing waits that another test left."""
    while waiting := ask(service, "GET", f"/v1/sites/{SITE}/queue?limit=200")["comments"]:
        for each in waiting:
            ask(service, "POST", f"/v1/sites/{SITE}/comments/{each['comment_id']}/decisions", {"decision": "reject"})
    complaints.clear()
    yield
    assert complaints == []


def submit(service: ServiceProcess, body: str = "The ferry is late.", name: str = "Ada") -> str:
    said = {"name": name, "email": "ada@mail.example", "body": body}
    return str(ask(service, "POST", f"/v1/sites/{SITE}/threads/ferry/comments", said)["comment_id"])


def state_of(service: ServiceProcess, comment_id: str) -> str:
    return str(ask(service, "GET", f"/v1/sites/{SITE}/comments/{comment_id}")["state"])


def at_work(service: ServiceProcess, context: BrowserContext, *, hears: bool = True, pinned: bool = False) -> Page:
    """A moderator who has begun; one who hears nothing learns of others' decisions by his own alone."""
    wanted = {"name": "Mo", "role": "moderator", "site": SITE}
    made = ask(service, "POST", "/v1/tokens", wanted)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.token_id = made["token_id"]  # type: ignore[attr-defined]
    sign_in(page, service.url, made["token"])
    if not hears:
        page.route("**/live", lambda route: route.abort())
    if pinned:
        page.clock.install()
    page.goto(service.url + QUEUE)
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    page.wait_for_selector("[data-comment]:visible")
    if not pinned:
        armed(page)
    return page


def armed(page: Page) -> None:
    """The comment has stood long enough to be decided on."""
    expect(page.locator(".sheet[data-armed]:visible")).to_have_count(1)


def standing(page: Page) -> str:
    return str(page.locator("[data-comment]:visible").get_attribute("data-comment"))


def alerts(page: Page, words: str) -> None:
    expect(page.locator("#alerts")).to_contain_text(words, timeout=15_000)


def test_a_refused_decision_brings_its_comment_back_with_the_reason(
    service: ServiceProcess, context: BrowserContext
) -> None:
    ids = [submit(service, f"Number {number} of the ferry.") for number in range(3)]
    page = at_work(service, context, hears=False)
    first = standing(page)
    ask(service, "POST", f"/v1/sites/{SITE}/comments/{first}/decisions", {"decision": "spam"})
    page.keyboard.press("a")
    alerts(page, "marked this as spam")
    assert standing(page) == first
    expect(page.locator("[data-decide] .approve")).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("link", name="See what happened")).to_have_attribute("href", re.compile(first))
    page.keyboard.press("r")
    assert standing(page) == first
    page.get_by_role("button", name="Next", exact=True).click()
    armed(page)
    assert standing(page) in set(ids) - {first}
    expect(page.locator("#alerts")).to_be_empty()
    expect(page.locator("[data-decide] .approve")).not_to_have_attribute("aria-disabled", "true")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert state_of(service, first) == "spam"


def test_another_revision_stands_in_the_place_of_the_one_that_was_seen(
    service: ServiceProcess, context: BrowserContext
) -> None:
    comment_id = submit(service)
    page = at_work(service, context, hears=False)
    decisions = f"/v1/sites/{SITE}/comments/{comment_id}"
    ask(service, "POST", f"{decisions}/decisions", {"decision": "reject"})
    ask(service, "POST", f"{decisions}/undo", {"revision": 2})
    page.keyboard.press("a")
    alerts(page, "took it back")
    armed(page)
    assert standing(page) == comment_id
    assert state_of(service, comment_id) == "held"
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert state_of(service, comment_id) == "published"


def test_a_service_that_is_asked_too_often_is_asked_again(service: ServiceProcess, context: BrowserContext) -> None:
    """So is one whose store is away: both say when to come again."""
    for number in range(3):
        submit(service, f"Number {number} of the rocks.")
    page = at_work(service, context)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(str(route.request.post_data))
        route.fulfill(status=(429, 503)[len(asked) % 2], headers={"Retry-After": "25"}, body="")

    page.route("**/decisions", refuse)
    decided = standing(page)
    page.keyboard.press("a")
    alerts(page, "One decision waits here")
    alerts(page, "Next try at")
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    page.unroute("**/decisions")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#told")).to_contain_text("Approved: Ada")
    expect(page.locator("#alerts")).to_be_empty()
    assert len(set(asked)) == 1, "each try is the same"
    assert state_of(service, decided) == "published"


def test_a_decision_waits_for_the_store(service: ServiceProcess, context: BrowserContext) -> None:
    """Redis stands still, so that nothing is answered in time, and goes on: what was decided is decided once."""
    for number in range(2):
        submit(service, f"Number {number} of the store.")
    page = at_work(service, context)
    decided = standing(page)
    (store,) = children(service)
    os.kill(store, signal.SIGSTOP)
    try:
        page.keyboard.press("a")
        alerts(page, "One decision waits here")
    finally:
        os.kill(store, signal.SIGCONT)
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#told")).to_contain_text("Approved", timeout=30_000)
    expect(page.locator("#alerts")).to_be_empty()
    found = ask(service, "GET", f"/v1/sites/{SITE}/comments/{decided}")
    assert (found["state"], len(found["history"])) == ("published", 1)


def test_a_service_that_was_killed_and_comes_back_takes_the_decision(
    service: ServiceProcess, context: BrowserContext
) -> None:
    for number in range(3):
        submit(service, f"Number {number} of the quay.")
    page = at_work(service, context)
    decided = standing(page)
    service.kill()
    page.keyboard.press("s")
    alerts(page, "No connection to the desk since")
    service.start()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator("#told")).to_contain_text("Marked as spam", timeout=15_000)
    assert state_of(service, decided) == "spam"
    submit(service, "One more.")
    expect(page.locator("[data-facts]")).to_contain_text("3 wait", timeout=30_000)


def test_a_moderator_who_is_revoked_is_told_and_saves_nothing(service: ServiceProcess, context: BrowserContext) -> None:
    for number in range(3):
        submit(service, f"Number {number} of the market.")
    page = at_work(service, context)
    first = standing(page)
    ask(service, "DELETE", f"/v1/tokens/{page.token_id}")  # type: ignore[attr-defined]
    page.keyboard.press("a")
    alerts(page, "You were signed out. What you chose last was not saved.")
    assert standing(page) == first
    page.keyboard.press("r")
    assert standing(page) == first
    assert state_of(service, first) == "held"
    assert all(each["claim"] is None for each in ask(service, "GET", f"/v1/sites/{SITE}/queue")["comments"])


def test_comments_go_back_after_a_while_without_work(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service)
    page = at_work(service, context, pinned=True)
    assert page.locator("#alerts").inner_text() == ""
    page.clock.run_for(4 * MINUTE * 1000 + 10_000)
    alerts(page, "Nothing was done here for four minutes")
    page.keyboard.press("j")
    page.clock.run_for(10_000)
    expect(page.locator("#alerts")).to_be_empty()
    page.clock.run_for(5 * MINUTE * 1000 + 10_000)
    expect(page.get_by_text("Nothing you decided was lost.")).to_be_visible()
    claims = [each["claim"] for each in ask(service, "GET", f"/v1/sites/{SITE}/queue")["comments"]]
    assert claims == [None], comment_id


def test_a_pause_is_proposed_and_gives_all_back(service: ServiceProcess, context: BrowserContext) -> None:
    submit(service)
    page = at_work(service, context, pinned=True)
    for _ in range(13):
        page.keyboard.press("j")
        page.clock.run_for(4 * MINUTE * 1000)
    alerts(page, "You have worked 50 minutes. A pause?")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#alerts")).to_be_empty()
    page.keyboard.press("p")
    expect(page.get_by_text("Nothing you decided was lost.")).to_be_visible()
    assert [each["claim"] for each in ask(service, "GET", f"/v1/sites/{SITE}/queue")["comments"]] == [None]


def test_a_button_keeps_the_focus_and_the_status_says_what_comes(
    service: ServiceProcess, context: BrowserContext
) -> None:
    for number in range(3):
        submit(service, f"Number {number} of the lighthouse.", name=f"Reader {number}")
    page = at_work(service, context)
    name = page.locator("[data-comment]:visible h2").inner_text()
    page.locator("[data-decide] .reject").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text(f"Rejected: {name} Now: comment by Reader")
    assert page.evaluate("document.activeElement.value") == "reject"
    armed(page)
    page.keyboard.press("u")
    expect(page.locator("#told")).to_have_text("Taken back.")
    assert page.evaluate("document.activeElement.tagName") == "H2"


def test_a_sheet_stands_empty_where_what_comes_takes_long(service: ServiceProcess, context: BrowserContext) -> None:
    submit(service, "One.")
    page = at_work(service, context)
    held: list[Route] = []
    page.route("**/decisions", lambda route: held.append(route))
    page.keyboard.press("a")
    expect(page.locator('.sheet[aria-busy="true"]')).to_be_visible()
    held[0].continue_()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
