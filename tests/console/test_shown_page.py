"""Comments in a browser: nothing of a hostile text is outside its box, nothing of it is markup, axe finds nothing."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page

from service.html.shown.comment import ShownComment, shown_blindly, shown_comment
from service.texts.catalogue import CATALOGUE
from tests.browser import started_browser
from tests.console.drawn import html_of
from tests.console.waiting import UNSURE, high, ruled, span, waiting
from tests.hostile_texts import HOSTILE_TEXTS

ENGLISH, GERMAN = CATALOGUE.of("en"), CATALOGUE.of("de")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
BODY = "You complete muppet will k\u200bі\u200bll the toll: harbour-truth.example says so. Z" + "\u0301" * 60 + "algo."
RULES = [ruled("Links", "harbour-truth.example"), ruled("Never", "kill")]
SPANS = [span(BODY, "complete", "insult"), span(BODY, "muppet", "insult"), span(BODY, "ll the", "threat")]
SAMPLE = waiting(BODY, [*RULES, UNSURE, high("insult", 0.91), high("threat", 0.7)], SPANS)
HEBREW = "שלום לכולם, muppet אתם כולכם"
RIGHT_TO_LEFT = waiting(
    HEBREW, [high("insult", 0.8)], [span(HEBREW, "muppet", "insult"), span(HEBREW, "אתם", "insult")]
)
OUTSIDE = """() => {
  const found = [];
  for (const box of document.querySelectorAll(".said, h2 > .name")) {
    box.scrollIntoView({block: "center"});
    const r = box.getBoundingClientRect();
    const around = [[r.left + 9, r.top - 3], [r.left + 9, r.bottom + 3]];
    for (let y = Math.max(r.top + 12, 1); y < Math.min(r.bottom, innerHeight); y += 28) {
      around.push([r.left - 3, y], [r.right + 3, y]);
    }
    for (const [x, y] of around) {
      const there = document.elementFromPoint(x, y);
      if (there && box.contains(there)) found.push(box.textContent.slice(0, 40));
    }
  }
  return found;
}"""
A_PAGE = 20
"""So many comments on one: on a longer page a browser looks longer for what is at a point."""
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NAMES = "[...new Set([...document.querySelectorAll('main *')].map(each => each.localName))]"
ADDRESSES = "[...document.querySelectorAll('main [href], main [src]')].map(each => each.getAttribute('href') || '')"
OURS = {
    *("article", "aside", "section", "div", "h1", "h2", "h3", "bdi", "time", "span", "mark", "a", "p", "q", "b"),
    *("ol", "li", "details", "summary", "svg", "rect"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def hostile() -> list[ShownComment]:
    """Each text as a body, a name, and a rule with what it matched."""
    comments = []
    for text in HOSTILE_TEXTS:
        name = text.replace("\n", " ")[:100]
        comments.append(waiting(text, [ruled(name, text[:200]), high("threat", 0.8)], name=name))
    return [shown_comment(each, GERMAN) for each in comments]


def opened(browser: Browser, html: str, width: int) -> Page:
    """The page, on which nothing ran that a text brought."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    ran: list[str] = []

    def note(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.set_content(html, wait_until="load")
    assert ran == []
    return page


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_of_a_hostile_text_is_outside_its_box(browser: Browser, width: int) -> None:
    comments = hostile()
    for start in range(0, len(comments), A_PAGE):
        page = opened(browser, html_of(comments[start : start + A_PAGE], GERMAN), width)
        for _ in range(2):
            assert not page.evaluate(TOO_WIDE)
            assert page.evaluate(OUTSIDE) == []
            page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.close()


def test_no_hostile_text_becomes_an_element(browser: Browser) -> None:
    page = opened(browser, html_of(hostile(), GERMAN), 1440)
    assert set(page.evaluate(NAMES)) <= OURS
    assert {address[:1] for address in page.evaluate(ADDRESSES)} <= {"#"}
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(browser: Browser, theme: str, width: int) -> None:
    comments = [shown_comment(SAMPLE, GERMAN), shown_comment(RIGHT_TO_LEFT, GERMAN), *hostile()[::9]]
    page = opened(browser, html_of([*comments, shown_blindly(SAMPLE)], GERMAN, theme), width)
    found = Axe().run(page, options=OPTIONS)
    assert found.response["violations"] == [], found.generate_report()
    page.close()


def test_each_mark_leads_to_its_reason(browser: Browser) -> None:
    page = opened(browser, html_of([shown_comment(SAMPLE, ENGLISH)], ENGLISH), 1440)
    addresses = page.evaluate("[...document.querySelectorAll('.ref')].map(each => each.getAttribute('href'))")
    assert len(addresses) == 3
    assert all(page.locator(address).count() == 1 for address in addresses)
    assert page.get_by_role("link", name="reason 3: Insult").count() == 1
    page.close()


def test_a_text_runs_as_its_first_letter_says_whatever_chip_stands_before_and_wherever_it_is_folded(
    browser: Browser,
) -> None:
    text = "\u200b" + HEBREW + " " + "and english words " * 200
    page = opened(browser, html_of([shown_comment(waiting(text, name="\u200bדן"), GERMAN)], GERMAN), 1440)
    runs = "[...document.querySelectorAll('.said, h2 .name')].map(each => getComputedStyle(each).direction)"
    assert page.evaluate(runs) == ["rtl", "rtl", "rtl"]
    page.close()
