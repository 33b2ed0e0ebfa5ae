"""The queue over all sites with its scripts: each comment is decided on its own site, with the reasons of that."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.day import ask
from tests.console.drawing import look_through
from tests.servers import ServiceProcess

HOME = "/console"
SITES = ("gazette", "herald")
FISH = {"reasons": [{"code": "fish", "title": "Speaks of fish", "public": False}]}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("queues") / "data")
    try:
        process.start()
        for site in SITES:
            ask(process, "POST", "/v1/sites", {"site": site, "title": site.title()})
            ask(process, "PATCH", f"/v1/sites/{site}/policy", {"mode": "premoderate"})
        ask(process, "PUT", "/v1/sites/herald/reasons", FISH)
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture
def page(service: ServiceProcess) -> Iterator[Page]:
    wanted = {"name": "Mo", "roles": ["moderator"], "sites": list(SITES)}
    token = ask(service, "POST", "/v1/tokens", wanted)["token"]
    complaints: list[str] = []
    with started_browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, service.url, token)
        yield page
        assert complaints == []


def submit(service: ServiceProcess, site: str, body: str) -> str:
    said = {"name": "Ada", "email": "ada@mail.example", "body": body}
    return str(ask(service, "POST", f"/v1/sites/{site}/threads/ferry/comments", said)["comment_id"])


def state_of(service: ServiceProcess, site: str, comment_id: str) -> str:
    return str(ask(service, "GET", f"/v1/sites/{site}/comments/{comment_id}")["state"])


def reject_all(service: ServiceProcess) -> None:
    """Nothing waits that another test left."""
    for each in ask(service, "GET", "/v1/queue")["comments"]:
        address = f"/v1/sites/{each['site']}/comments/{each['comment_id']}/decisions"
        ask(service, "POST", address, {"decision": "reject"})


def stands(page: Page, comment_id: str) -> None:
    expect(page.locator(f"#sheet-{comment_id}[data-armed]")).to_be_visible()


def test_a_round_over_all_sites(service: ServiceProcess, page: Page) -> None:
    """Begin, decide by keys on both sites, take back, hear of another's decision and of what comes, go on, pause."""
    first = submit(service, "gazette", "The ferry is late.")
    second = submit(service, "herald", "Cod for breakfast.")
    page.context.add_cookies([{"name": "cd-look", "value": "order=oldest", "url": service.url}])
    page.goto(service.url + HOME)
    look_through(page.context.browser, page.content(), scheme="light", width=360, text_px=16)  # type: ignore[arg-type]
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    stands(page, first)
    look_through(page.context.browser, page.content(), scheme="dark", width=1440, text_px=16)  # type: ignore[arg-type]
    expect(page.locator(".under:visible")).to_contain_text("Gazette")
    expect(page.get_by_role("button", name="Speaks of fish")).to_be_hidden()
    page.keyboard.press("1")
    stands(page, second)
    expect(page.locator(".under:visible")).to_contain_text("Herald")
    expect(page.get_by_role("button", name="Speaks of fish")).to_be_visible()
    expect(page.locator(".undo")).to_contain_text("Rejected")
    page.keyboard.press("u")
    stands(page, first)
    assert state_of(service, "gazette", first) == "held"
    page.keyboard.press("a")
    stands(page, second)
    third = submit(service, "gazette", "And the tram.")
    expect(page.locator(".strip [data-came]")).to_have_text("1 new since you began")
    expect(page.locator("[data-facts]")).to_contain_text("2 wait", timeout=30_000)
    page.keyboard.press("1")
    stands(page, third)  # more were asked for, of another site
    assert (state_of(service, "gazette", first), state_of(service, "herald", second)) == ("published", "rejected")
    expect(page.locator("[data-codes-of=gazette]:visible button").first).to_be_visible()
    ask(service, "POST", f"/v1/sites/gazette/comments/{third}/decisions", {"decision": "spam"})
    expect(page.locator("#alerts")).to_contain_text("marked this as spam")


def test_the_last_decision_can_be_taken_back_where_nothing_is_left(service: ServiceProcess, page: Page) -> None:
    reject_all(service)
    only = submit(service, "herald", "Mackerel for lunch.")
    page.goto(service.url + HOME)
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    stands(page, only)
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(re.compile("/console/herald/threads$"))
    page.goto(service.url + HOME)
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    stands(page, only)
    page.keyboard.press("s")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    stands(page, only)
    assert state_of(service, "herald", only) == "held"
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Nothing you decided was lost.")).to_be_visible()
    assert ask(service, "GET", "/v1/sites/herald/queue")["comments"][0]["claim"] is None
