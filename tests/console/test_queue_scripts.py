"""The queue with its scripts: a key a decision, the next comment at once, and nothing decided by accident."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import started_browser
from tests.console.album import sign_in
from tests.console.day import ask
from tests.servers import ServiceProcess, wait_until

SITE = "harbour"
QUEUE = f"/console/{SITE}"
FOCUSED = """() => {
  const focused = document.activeElement
  if (focused === document.body) return null
  const at = focused.getClientRects()[0]
  const met = document.elementFromPoint((at.left + at.right) / 2, (at.top + at.bottom) / 2)
  const isMet = met !== null && (focused.contains(met) || met.closest("label")?.control === focused)
  return [(focused.textContent || focused.name).trim().slice(0, 40), isMet]
}"""
"""What has the focus, and whether it is met at its middle."""
TO_THE_BAR = """() => {
  const bar = document.querySelector(".decide")
  if (!bar || bar.contains(document.activeElement) || document.activeElement === document.body) return
  scrollBy(0, document.activeElement.getBoundingClientRect().bottom - bar.getBoundingClientRect().top)
}"""
"""What has the focus lies at the upper edge of the bar, so that what comes next lies beneath it."""
FEWEST_STOPS = 8
LONG = "One word after the other, and no end of it. " * 90


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("queue") / "data")
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


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture(autouse=True)
def empty_queue(service: ServiceProcess) -> None:
    """Nothing waits that another test left."""
    while waiting := ask(service, "GET", f"/v1/sites/{SITE}/queue?limit=200")["comments"]:
        for each in waiting:
            ask(service, "POST", f"/v1/sites/{SITE}/comments/{each['comment_id']}/decisions", {"decision": "reject"})


def submit(service: ServiceProcess, body: str, name: str = "Ada") -> str:
    said = {"name": name, "email": "ada@mail.example", "body": body}
    return str(ask(service, "POST", f"/v1/sites/{SITE}/threads/ferry/comments", said)["comment_id"])


def state_of(service: ServiceProcess, comment_id: str) -> str:
    return str(ask(service, "GET", f"/v1/sites/{SITE}/comments/{comment_id}")["state"])


complaints: list[str] = []
"""Mistakes of the scripts, in this test."""


@pytest.fixture(autouse=True)
def no_mistakes() -> Iterator[None]:
    complaints.clear()
    yield
    assert complaints == []


def moderator(service: ServiceProcess, context: BrowserContext, name: str = "Mo") -> Page:
    token = ask(service, "POST", "/v1/tokens", {"name": name, "role": "moderator", "site": SITE})["token"]
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, service.url, token)
    return page


def begin(service: ServiceProcess, page: Page) -> None:
    page.goto(service.url + QUEUE)
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    armed(page)


def armed(page: Page) -> None:
    """The comment has stood long enough to be decided on."""
    expect(page.locator(".sheet[data-armed]:visible")).to_have_count(1)


def standing(page: Page) -> str:
    return str(page.locator("[data-comment]:visible").get_attribute("data-comment"))


@pytest.mark.parametrize(
    ("key", "state"), [("a", "published"), ("r", "rejected"), ("s", "spam"), ("1", "rejected"), ("e", "held")]
)
def test_a_key_decides_and_the_next_comment_stands(
    service: ServiceProcess, context: BrowserContext, key: str, state: str
) -> None:
    ids = {submit(service, f"Number {number} of the ferry.") for number in range(3)}
    page = moderator(service, context)
    begin(service, page)
    first = standing(page)
    page.keyboard.press(key)
    assert standing(page) in ids - {first}
    expect(page.locator("#told")).not_to_be_empty()
    assert state_of(service, first) == state
    assert page.evaluate("document.activeElement.tagName") == "H2"


@pytest.mark.parametrize(
    ("pressed", "state"),
    [
        ({"key": "\u0444", "code": "KeyA"}, "published"),
        ({"key": "&", "code": "Digit1"}, "rejected"),
        ({"key": "q", "code": "KeyA"}, "held"),
        ({"key": "!", "code": "Digit1", "shiftKey": True}, "held"),
        ({"key": "a", "code": "KeyA", "isComposing": True}, "held"),
    ],
)
def test_keys_of_other_alphabets_decide_by_their_places(
    service: ServiceProcess, context: BrowserContext, pressed: dict[str, object], state: str
) -> None:
    """Cyrillic letters and the digits of French keyboards; no letter of ours that has another place there."""
    for number in range(2):
        submit(service, f"Number {number} of the ferry.")
    page = moderator(service, context)
    begin(service, page)
    first = standing(page)
    page.evaluate("it => document.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...it }))", pressed)
    if state == "held":
        assert standing(page) == first
    else:
        expect(page.locator("#told")).not_to_be_empty()
    assert state_of(service, first) == state


def test_a_key_that_is_held_down_decides_on_one(service: ServiceProcess, context: BrowserContext) -> None:
    ids = [submit(service, f"Number {number} of the quay.") for number in range(4)]
    page = moderator(service, context)
    begin(service, page)
    page.keyboard.down("a")
    for _ in range(20):
        page.keyboard.down("a")  # what a held key sends on
    page.keyboard.up("a")
    armed(page)
    expect(page.locator("#told")).not_to_be_empty()
    assert [state_of(service, each) for each in ids].count("published") == 1


def test_a_double_press_decides_on_one(service: ServiceProcess, context: BrowserContext) -> None:
    ids = [submit(service, f"Number {number} of the market.") for number in range(4)]
    page = moderator(service, context)
    begin(service, page)
    page.evaluate(
        """() => { for (let i = 0; i < 2; i++) {
            document.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
            document.querySelector('[data-decide] [value="reject"]').click(); } }"""
    )
    armed(page)
    expect(page.locator("#told")).not_to_be_empty()
    assert [state_of(service, each) for each in ids].count("rejected") == 1


def test_nothing_is_decided_while_somebody_writes(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    page.keyboard.press("n")
    page.keyboard.type("a star of a note")
    assert standing(page) == comment_id
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(f'[data-side="{comment_id}"]')).to_contain_text("a star of a note")
    assert state_of(service, comment_id) == "held"


def test_approve_unfolds_first(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, LONG)
    page = moderator(service, context)
    begin(service, page)
    page.keyboard.press("a")
    expect(page.locator("[data-fold]")).to_have_attribute("open", "")
    expect(page.locator("#alerts")).to_contain_text("The whole text stands here now.")
    assert state_of(service, comment_id) == "held"
    armed(page)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert state_of(service, comment_id) == "published"
    page.get_by_role("button", name="Undo").click()
    armed(page)
    assert state_of(service, comment_id) == "held"


@pytest.mark.parametrize(("key", "place"), [("o", "authors"), ("t", "threads")])
def test_a_key_leads_to_the_author_and_to_the_thread(
    service: ServiceProcess, context: BrowserContext, key: str, place: str
) -> None:
    submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    page.keyboard.press(key)
    page.wait_for_url(re.compile(rf"/console/{SITE}/{place}/"))


def test_decisions_are_taken_back_one_after_the_other(service: ServiceProcess, context: BrowserContext) -> None:
    for number in range(3):
        submit(service, f"Number {number} of the lighthouse.")
    page = moderator(service, context)
    begin(service, page)
    decided = []
    for _ in range(2):
        decided.append(standing(page))
        page.keyboard.press("s")
        armed(page)
    expect(page.locator(".undo")).to_be_visible()
    for comment_id in reversed(decided):
        page.keyboard.press("u")
        expect(page.locator(f"#sheet-{comment_id}")).to_be_visible()
        assert state_of(service, comment_id) == "held"


def test_keys_are_off_where_they_are_switched_off(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    context.add_cookies([{"name": "cd-look", "value": "keys=off", "url": service.url}])
    begin(service, page)
    page.keyboard.press("a")
    page.keyboard.press("1")
    assert standing(page) == comment_id
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert state_of(service, comment_id) == "published"


def test_what_a_colleague_decides_is_told_where_it_stands(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    ask(service, "POST", f"/v1/sites/{SITE}/comments/{comment_id}/decisions", {"decision": "reject"})
    expect(page.locator("#alerts")).to_contain_text("rejected this")
    expect(page.locator(f"#sheet-{comment_id}")).to_have_class(re.compile("gone"))
    page.keyboard.press("a")
    assert standing(page) == comment_id
    assert state_of(service, comment_id) == "rejected"


def test_figures_follow_what_happens(service: ServiceProcess, context: BrowserContext) -> None:
    submit(service, "A word.")
    page = moderator(service, context)
    # Those who wait five to ten seconds do not wait here.
    page.add_init_script(
        "const late = setTimeout; window.setTimeout = (act, ms, ...rest) =>"
        " late(act, ms >= 5000 && ms <= 10000 ? 0 : ms, ...rest)"
    )
    begin(service, page)
    submit(service, "Another word.")
    expect(page.locator("[data-facts]")).to_contain_text("2 wait")
    assert page.locator("[data-facts]").count() == 1


def test_one_decision_waits_for_the_connection(service: ServiceProcess, context: BrowserContext) -> None:
    ids = [submit(service, f"Number {number} of the harbour.") for number in range(3)]
    page = moderator(service, context)
    begin(service, page)
    page.route("**/decisions", lambda route: route.abort())
    first = standing(page)
    page.keyboard.press("a")
    expect(page.locator("#alerts")).to_contain_text("No connection")
    armed(page)
    second = standing(page)
    page.keyboard.press("a")
    assert standing(page) == second
    page.unroute("**/decisions")
    expect(page.locator("#told")).not_to_be_empty(timeout=15_000)
    assert state_of(service, first) == "published"
    assert [state_of(service, each) for each in ids].count("held") == 2


def test_a_lost_answer_decides_once(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    lost: list[object] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/decisions", lose)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits.")).to_be_visible(timeout=15_000)
    assert len(lost) == 1
    found = ask(service, "GET", f"/v1/sites/{SITE}/comments/{comment_id}")
    assert (found["state"], len(found["history"])) == ("published", 1)


def test_a_session_that_ends_in_the_middle_of_work_says_so(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    context.clear_cookies()
    page.keyboard.press("a")
    expect(page.locator("#alerts")).to_contain_text("You were signed out.")
    link = page.locator("#alerts a")
    expect(link).to_have_attribute("href", re.compile(r"/console/_/sign-in\?next=%2Fconsole%2Fharbour"))
    assert state_of(service, comment_id) == "held"


def test_leaving_gives_the_comments_back(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    page.goto(service.url + "/console/_/settings")
    other = moderator(service, context.browser.new_context(), "Ben")  # type: ignore[union-attr]
    begin(service, other)
    assert standing(other) == comment_id
    other.context.close()


def test_two_moderators_never_hold_the_same(service: ServiceProcess, context: BrowserContext) -> None:
    for number in range(14):
        submit(service, f"Number {number} of the rocks.")
    page = moderator(service, context)
    begin(service, page)
    other = moderator(service, context.browser.new_context(), "Ben")  # type: ignore[union-attr]
    begin(service, other)
    held = [
        {str(each.get_attribute("data-comment")) for each in who.locator("[data-comment]").all()}
        for who in (page, other)
    ]
    assert len(held[0]) == 10
    assert held[0].isdisjoint(held[1])
    other.context.close()


def test_all_keys_are_listed(service: ServiceProcess, context: BrowserContext) -> None:
    submit(service, "A word.")
    page = moderator(service, context)
    begin(service, page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.get_by_role("heading", name="Nothing waits.")).to_be_hidden()


def test_pressing_undo_twice_takes_two_back(service: ServiceProcess, context: BrowserContext) -> None:
    """However soon the second comes."""
    ids = {submit(service, f"Number {number} of the quay.") for number in range(6)}
    page = moderator(service, context)
    begin(service, page)
    for count in (1, 2):
        page.keyboard.press("r")
        armed(page)
        wait_until(lambda count=count: states(service, ids).count("rejected") == count, "the decision", 10)  # type: ignore[misc]
    page.keyboard.press("u")
    page.keyboard.press("u")
    wait_until(lambda: states(service, ids).count("held") == len(ids), "both to wait again", 10)


def test_what_waits_for_its_turn_goes_with_the_page(service: ServiceProcess, context: BrowserContext) -> None:
    """A decision that was taken while another was on its way is sent when its page is left."""
    for number in range(6):
        submit(service, f"Number {number} of the mole.")
    page = moderator(service, context)
    begin(service, page)
    page.evaluate(STUCK)
    page.keyboard.press("r")
    armed(page)
    second = standing(page)
    page.keyboard.press("r")
    armed(page)
    assert state_of(service, second) == "held"
    page.goto(service.url + "/console/_/settings")
    wait_until(lambda: state_of(service, second) == "rejected", "what was decided last", 10)


STUCK = """() => {
  const send = window.fetch;
  let isStuck = false;
  window.fetch = (address, given) => {
    if (isStuck || !address.endsWith("/decisions")) return send(address, given);
    isStuck = true;
    return new Promise(() => {});
  };
}"""
"""The first decision has no answer."""


def test_a_mistake_of_the_server_is_told_and_work_goes_on(service: ServiceProcess, context: BrowserContext) -> None:
    """It is no lost connection: the same would fail again."""
    for number in range(3):
        submit(service, f"Number {number} of the pier.")
    page = moderator(service, context)
    begin(service, page)
    broken = '<div class="note wrong" role="alert">Something went wrong on our side.</div>'
    page.route("**/decisions", lambda route: route.fulfill(status=500, body=broken, content_type="text/html"), times=1)
    first = standing(page)
    page.keyboard.press("a")
    expect(page.locator("#alerts")).to_contain_text("Something went wrong on our side.")
    page.keyboard.press("j")
    armed(page)
    second = standing(page)
    page.keyboard.press("a")
    wait_until(lambda: state_of(service, second) == "published", "the next decision", 10)
    assert state_of(service, first) == "held"


def states(service: ServiceProcess, ids: set[str]) -> list[str]:
    return [state_of(service, each) for each in ids]


def test_a_key_hides_and_shows_the_signs(service: ServiceProcess, context: BrowserContext) -> None:
    submit(service, "A qu\u200biet w\u043erd.")
    page = moderator(service, context)
    begin(service, page)
    sign, letter = page.locator("[data-comment] .chip[title]"), page.locator("[data-comment] .foreign")
    expect(sign).to_be_visible()
    page.keyboard.press("i")
    expect(sign).to_be_hidden()
    expect(letter).to_have_css("border-bottom-width", "0px")
    page.keyboard.press("i")
    expect(sign).to_be_visible()
    expect(letter).to_have_css("border-bottom-width", "2px")


def test_a_reason_and_its_words_point_at_each_other(service: ServiceProcess, context: BrowserContext) -> None:
    submit(service, "What a load of crap. The damn thing sank.")
    page = moderator(service, context)
    begin(service, page)
    marks, reason = page.locator("mark:visible"), page.locator(".why > li:visible").first
    assert marks.count()
    reason.hover()
    expect(page.locator("mark.lit:visible")).to_have_count(marks.count())
    marks.first.hover()
    expect(reason).to_have_class(re.compile("lit"))
    page.locator("h1").hover()
    expect(page.locator(".lit")).to_have_count(0)
    page.locator("a.ref:visible").first.focus()
    expect(reason).to_have_class(re.compile("lit"))


def test_who_wants_to_begin_at_once_does_until_he_pauses(service: ServiceProcess, context: BrowserContext) -> None:
    comment_id = submit(service, "A word.")
    page = moderator(service, context)
    context.add_cookies([{"name": "cd-look", "value": "start=comment", "url": service.url}])
    page.goto(service.url + QUEUE)
    armed(page)
    assert standing(page) == comment_id
    page.keyboard.press("p")
    expect(page.get_by_text("Nothing you decided was lost.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Start with 10"))).to_be_visible()
    assert ask(service, "GET", f"/v1/sites/{SITE}/queue")["comments"][0]["claim"] is None


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1440, 900)])
def test_nothing_that_has_the_focus_is_covered(
    service: ServiceProcess, browser: Browser, width: int, height: int
) -> None:
    """By Tab through the start page, one at a time with the bar of the last decision, and the list, there and back."""
    for number in range(4):
        submit(service, f"Number {number}. {LONG}")
    context = browser.new_context(viewport={"width": width, "height": height})
    page = moderator(service, context)
    page.goto(service.url + QUEUE)
    covered = [*walk(page, "Tab")]
    page.get_by_role("button", name=re.compile("Start with 10")).click()
    armed(page)
    page.keyboard.press("s")
    expect(page.locator(".undo")).to_be_visible()
    covered += [*walk(page, "Tab"), *walk(page, "Shift+Tab")]
    page.goto(f"{service.url}{QUEUE}?view=list")
    covered += [*walk(page, "Tab"), *walk(page, "Shift+Tab")]
    context.close()
    assert covered == []


def walk(page: Page, key: str) -> Iterator[str]:
    """What is covered while it has the focus, on the way through the page."""
    page.evaluate("document.activeElement.blur()")
    steps = 0
    for _ in range(200):
        page.evaluate(TO_THE_BAR)
        page.keyboard.press(key)
        found = page.evaluate(FOCUSED)
        if found is None and steps:
            break
        if found:
            steps += 1
            if not found[1]:
                yield f"{key}: {found[0]}"
    assert steps >= FEWEST_STOPS
