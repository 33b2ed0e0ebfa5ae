"""Many comments at once in a browser: rows that are ticked by keys and decided on, a look before, how far it is."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.day import ask
from tests.console.drawing import look_through
from tests.hostile_texts import HOSTILE_TEXTS
from tests.servers import ServiceProcess

SITE = "harbour"
QUEUE = f"/console/{SITE}"
LIST = f"{QUEUE}?view=list&order=oldest"
LONG = "One word after the other, and no end of it. " * 90
ROW = "li[data-comment]"
SIZES = (("light", 1440, 16), ("dark", 360, 16), ("light", 360, 32), ("dark", 1440, 16))
"""Pages have them in turn."""
IS_SEEN = """() => { const here = document.activeElement, at = here.getBoundingClientRect()
  const met = document.elementFromPoint(at.x + at.width / 2, at.bottom - 2)
  return here.contains(met) || here.closest("label")?.contains(met) === true }"""
"""Whether nothing lies before the foot of what has the focus."""
complaints: list[str] = []
"""Mistakes of the scripts, in this test."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("many") / "data")
    try:
        process.start()
        ask(process, "POST", "/v1/sites", {"site": SITE, "title": "Harbour Gazette"})
        yield process
        assert process.stop() == 0
        assert '"event": "request_failed"' not in process.said(), process.said()
    finally:
        process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(service: ServiceProcess, browser: Browser) -> BrowserContext:
    """A browser in which a moderator is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    token = ask(service, "POST", "/v1/tokens", {"name": "Mo", "role": "moderator", "site": SITE})["token"]
    page = context.new_page()
    sign_in(page, service.url, token)
    page.close()
    return context


@pytest.fixture
def page(service: ServiceProcess, context: BrowserContext) -> Iterator[Page]:
    """A page of its own, while nothing waits that another test left."""
    select = {"select": {"state": "held"}}
    preview = ask(service, "POST", f"/v1/sites/{SITE}/bulk/previews", select)
    if preview["count"]:
        token = preview["preview_token"]
        ask(service, "POST", f"/v1/sites/{SITE}/bulk", {"preview_token": token, "decision": "reject"})
        while ask(service, "GET", f"/v1/sites/{SITE}/bulk/{token}")["state"] == "running":
            pass
    complaints.clear()
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def submit(service: ServiceProcess, *bodies: str, name: str = "Ada") -> list[str]:
    said = [{"name": name, "email": f"r{at}@mail.example", "body": body} for at, body in enumerate(bodies)]
    path = f"/v1/sites/{SITE}/threads/ferry/comments"
    return [str(ask(service, "POST", path, each)["comment_id"]) for each in said]


def numbered(service: ServiceProcess, count: int) -> list[str]:
    return submit(service, *(f"Number {each} of the ferry." for each in range(count)))


def states(service: ServiceProcess, ids: list[str]) -> list[str]:
    return [str(ask(service, "GET", f"/v1/sites/{SITE}/comments/{each}")["state"]) for each in ids]


def rows(page: Page) -> list[str]:
    return [str(each.get_attribute("data-comment")) for each in page.locator(ROW).all()]


def focused(page: Page) -> str:
    """The row that has the focus, and what in it."""
    return str(
        page.evaluate("""() => { const at = document.activeElement;
            return `${at.closest("li[data-comment]")?.dataset.comment} ${at.value ?? at.tagName}` }""")
    )


def armed(page: Page, comment_id: str) -> None:
    """The row has had the focus for long enough."""
    expect(page.locator(f'[data-comment="{comment_id}"][data-armed]')).to_have_count(1)


def test_keys_tick_rows_and_decide_on_all_of_them(service: ServiceProcess, page: Page) -> None:
    ids = numbered(service, 6)
    page.goto(service.url + LIST)
    page.keyboard.press("j")
    assert focused(page) == f"{ids[1]} H2"
    page.keyboard.press("x")
    for _ in range(2):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-count]")).to_have_text("3 ticked:")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("2 ticked:")
    page.keyboard.press("s")
    expect(page.locator("#told")).to_have_text("2 comments marked as spam. Undo is offered.")
    assert states(service, ids) == ["held", "spam", "held", "spam", "held", "held"]
    assert rows(page) == [ids[0], ids[2], ids[4], ids[5]]
    assert focused(page) == f"{ids[4]} H2"
    expect(page.locator("[data-count]")).to_have_text("Ticked:")
    page.keyboard.press("u")
    expect(page.locator("[data-done-place]")).to_contain_text("Taken back: 2 comments")
    assert states(service, ids) == ["held"] * 6
    assert sorted(rows(page)) == sorted(ids)


def test_a_key_or_a_button_decides_on_the_row_that_has_the_focus(service: ServiceProcess, page: Page) -> None:
    ids = numbered(service, 5)
    page.goto(service.url + LIST)
    page.locator(ROW).nth(1).locator(".reject").click()
    expect(page.locator(ROW)).to_have_count(4)
    assert focused(page) == f"{ids[2]} reject", "the focus stays on that button"
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.evaluate(
        """() => { for (const key of ["j", "a", "a"])
            document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })) }"""
    )
    assert focused(page) == f"{ids[3]} H2"
    armed(page, ids[3])
    assert "POST" not in sent, "it had not stood for long enough"
    page.keyboard.press("a")
    expect(page.locator(ROW)).to_have_count(3)
    assert focused(page) == f"{ids[4]} H2"
    armed(page, ids[4])
    page.keyboard.press("1")
    expect(page.locator(ROW)).to_have_count(2)
    assert focused(page) == f"{ids[2]} H2", "after the last one the one before"
    assert states(service, ids) == ["held", "rejected", "held", "published", "rejected"]
    assert ask(service, "GET", f"/v1/sites/{SITE}/comments/{ids[4]}")["decision_reason"]


def test_a_lost_answer_decides_once(service: ServiceProcess, page: Page) -> None:
    ids = numbered(service, 3)
    page.goto(service.url + LIST)
    lost: list[object] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/decisions/picked", lose)
    for key in ("x", "j", "x", "r"):
        page.keyboard.press(key)
    expect(page.locator("#alerts")).to_contain_text("No connection")
    expect(page.locator("[data-done-place]")).to_contain_text("2 comments rejected.", timeout=15_000)
    assert states(service, ids) == ["rejected", "rejected", "held"]
    found = ask(service, "GET", f"/v1/sites/{SITE}/comments/{ids[0]}")
    assert len(found["history"]) == 1


def test_no_row_that_has_the_focus_lies_behind_the_bar(service: ServiceProcess, page: Page) -> None:
    """On a telephone, with a row ticked and with the way back at the foot; each row by its key."""
    numbered(service, 12)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(service.url + LIST)
    page.keyboard.press("x")
    page.keyboard.press("s")
    expect(page.locator("[data-undo-many]")).to_be_visible()
    page.keyboard.press("x")
    for key in "jjjjjjjjjkkkkkkkkk":
        page.keyboard.press(key)
        assert page.evaluate(IS_SEEN)


def test_a_walk_by_tab_without_scripts_meets_nothing_behind_the_bar(
    service: ServiceProcess, browser: Browser, page: Page
) -> None:
    numbered(service, 5)
    plain = browser.new_context(storage_state=page.context.storage_state(), java_script_enabled=False)
    page = plain.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(service.url + LIST)
    page.locator(".pick input").first.check()
    page.locator("#picked .reject").click()
    expect(page.locator("[data-undo-many]")).to_contain_text("1 comment rejected.")
    page.locator(".strip a").last.focus()
    for key in ("Tab", "Shift+Tab"):
        hidden = []
        for _ in range(18):
            page.keyboard.press(key)
            if not page.evaluate(IS_SEEN):
                hidden.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        assert hidden == []
    plain.close()


def test_texts_are_unfolded_before_they_are_approved(service: ServiceProcess, page: Page) -> None:
    ids = submit(service, "A short one.", LONG)
    page.goto(service.url + LIST)
    for box in page.locator(".pick input").all():
        box.check()
    page.locator("#picked .approve").click()
    expect(page.locator("#alerts")).to_contain_text("The whole text stands here now.")
    assert states(service, ids) == ["held", "held"]
    page.locator("#picked .approve").click()
    expect(page.get_by_role("heading", name="Nothing waits.")).to_be_visible()
    for key in "arse1lxjk":
        page.keyboard.press(key)  # there is nothing to do it to
    assert states(service, ids) == ["published", "published"]


def test_a_row_on_which_a_colleague_decides_keeps_its_place(service: ServiceProcess, page: Page) -> None:
    ids = numbered(service, 3)
    page.goto(service.url + LIST)
    page.locator(".pick input").nth(1).check()
    ask(service, "POST", f"/v1/sites/{SITE}/comments/{ids[1]}/decisions", {"decision": "reject"})
    expect(page.locator(ROW).nth(1)).to_have_class(re.compile("away"))
    expect(page.locator(ROW).nth(1)).to_contain_text("rejected this meanwhile")
    expect(page.locator("[data-count]")).to_have_text("Ticked:")
    assert rows(page) == ids
    page.locator("#picked .reject").click()
    expect(page.locator("#alerts")).to_contain_text("Nothing is selected")


def run_until(page: Page, wanted: int) -> None:
    """Lets the page's time go by until so many rows are another's: pages look again a while after they are told."""
    for _ in range(500):
        if page.locator(f"{ROW}.away").count() == wanted:
            return
        page.clock.run_for(500)
    raise AssertionError(page.locator("main").inner_text())


def test_a_row_is_a_colleagues_while_he_holds_it(service: ServiceProcess, page: Page) -> None:
    """Neither the row that has the focus changes, nor one that is ticked."""
    ids = numbered(service, 4)
    page.clock.install()
    page.goto(service.url + LIST)
    page.locator(".pick input").nth(1).check()
    page.locator(f'[data-comment="{ids[0]}"] h2').focus()
    claimed = ask(service, "POST", f"/v1/sites/{SITE}/claims", {"limit": 3})
    assert [each["comment_id"] for each in claimed["comments"]] == ids[:3]
    away = page.locator(f"{ROW}.away")
    expect(away).to_have_count(0)
    run_until(page, 1)
    expect(page.locator(ROW).nth(2)).to_contain_text("with administrator until")
    ask(service, "DELETE", f"/v1/sites/{SITE}/claims")
    run_until(page, 0)
    assert rows(page) == ids


def test_a_row_is_free_again_where_a_claim_ran_out(service: ServiceProcess, page: Page) -> None:
    """Nobody tells of that: the page knows when it was to end, and looks."""
    (only,) = numbered(service, 1)
    ask(service, "POST", f"/v1/sites/{SITE}/claims", {"limit": 1, "lease_seconds": 3})
    page.goto(service.url + LIST)
    expect(page.locator(f"{ROW}.away")).to_contain_text("until")
    expect(page.locator(f"{ROW}:not(.away)")).to_have_attribute("data-comment", only, timeout=15_000)
    expect(page.locator(f"{ROW} .reject")).to_be_visible()


def test_all_that_are_like_a_row(service: ServiceProcess, page: Page) -> None:
    """From the key to the look before, one left out, done, and taken back."""
    ids = submit(service, *(f"I doubled my savings with this adviser, write to him on telegram {n}" for n in range(5)))
    other = submit(service, "The market opens at six.")
    page.goto(service.url + LIST)
    page.keyboard.press("l")
    expect(page.locator("h1")).to_have_text("5 comments are selected")
    page.locator("[name=leave_out]").first.click()
    expect(page.locator("h1")).to_have_text("4 comments are selected")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.locator("aside .spam").click()
    page.wait_for_url(re.compile(r"/bulk/b\w+$"))
    expect(page.locator("[data-progress]")).to_contain_text("4 comments marked as spam.")
    assert states(service, [*ids, *other]).count("held") == 2
    page.get_by_role("button", name="Take all of it back").click()
    expect(page.locator("[data-progress]")).to_contain_text("Taken back: 4 comments")
    page.get_by_role("link", name="Back to the queue").click()
    expect(page.locator("[data-done-place]")).to_contain_text("Taken back: 4 comments")
    assert states(service, [*ids, *other]) == ["held"] * 6


def test_all_that_are_like_the_comment_that_stands(service: ServiceProcess, page: Page) -> None:
    submit(service, *(f"I doubled my savings with this adviser, write to him on telegram {n}" for n in range(3)))
    page.goto(service.url + QUEUE + "?view=one")
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    expect(page.locator(".sheet[data-armed]:visible")).to_have_count(1)
    page.keyboard.press("l")
    expect(page.locator("h1")).to_have_text("3 comments are selected")


def test_keys_that_are_off_do_nothing_in_the_list(service: ServiceProcess, page: Page) -> None:
    ids = numbered(service, 2)
    page.context.add_cookies([{"name": "cd-look", "value": "keys=off", "url": service.url}])
    try:
        page.goto(service.url + LIST)
        for key in ("x", "a", "l", "1"):
            page.keyboard.press(key)
        expect(page.locator("[data-count]")).to_have_text("Ticked:")
        assert page.url.endswith(LIST)
        assert states(service, ids) == ["held", "held"]
    finally:
        page.context.clear_cookies(name="cd-look")


def test_a_page_asks_how_far_it_is_until_it_is_over(service: ServiceProcess, page: Page) -> None:
    numbered(service, 2)
    page.goto(f"{service.url}{QUEUE}/comments?state=held")
    page.locator("[name=all]").click()
    page.locator("aside .reject").click()
    page.wait_for_url(re.compile(r"/bulk/b\w+$"))
    over = page.content()
    at_work = over.replace("data-progress=", "data-at-work data-progress=")
    script = re.sub(r"console.css", "progress.js", re.findall(r'href="([^"]+console\.css)"', over)[0])
    at_work = at_work.replace("</head>", f'<script type="module" src="{script}"></script></head>')
    at_work = at_work.replace("2 comments rejected.", "At work: 1 of 2.")
    page.route(re.compile(r"/bulk/b\w+$"), lambda route: route.fulfill(body=at_work, content_type="text/html"))
    page.reload()
    expect(page.locator("[data-progress] h2")).to_have_text("At work: 1 of 2.")
    page.locator("[data-progress] h2").focus()
    expect(page.locator("[data-progress] h2")).to_have_text("2 comments rejected.")
    expect(page.locator("#told")).to_have_text("2 comments rejected.")
    assert page.evaluate("document.activeElement.tagName") == "H2"


def test_everyone_can_read_the_pages_of_many(service: ServiceProcess, browser: Browser, page: Page) -> None:
    """With hostile texts in all places, each at one size and in one scheme; and no script is needed to get there."""
    submit(service, *HOSTILE_TEXTS[60:72], name="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz")
    pages = []
    plain = browser.new_context(storage_state=page.context.storage_state(), java_script_enabled=False)
    page = plain.new_page()
    page.goto(service.url + LIST)
    pages.append(page.content())
    page.goto(f"{service.url}{QUEUE}/comments?state=held&q=")
    pages.append(page.content())
    page.locator("[name=all]").click()
    pages.append(page.content())
    page.locator("textarea").fill(HOSTILE_TEXTS[70])
    page.locator("aside .reject").click()
    page.wait_for_url(re.compile(r"/bulk/b\w+$"))
    pages.append(page.content())
    page.goto(f"{service.url}{QUEUE}/bulk")
    pages.append(page.content())
    plain.close()
    for number, html in enumerate(pages):
        scheme, width, text_px = SIZES[number % len(SIZES)]
        look_through(browser, html, scheme=scheme, width=width, text_px=text_px)
