"""The queue by what stood out: counted on the start page, and worked on by itself."""

import html
import re
from urllib.parse import quote

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.application.console_readers import ask, follow, post_form, send, signed_in

QUEUE = "/console/default"
WATCHES = "rule:watches & “clocks”"
POLICY = {
    "mode": "premoderate",
    "rules": [
        {"name": "watches & “clocks”", "when": {"words": {"phrases": ["watch*"]}}, "action": "hold"},
    ],
}


@pytest.fixture
async def browser(application: Application) -> Browser:
    assert (await application.ask("PATCH", "/v1/sites/default/policy", POLICY)).status == 200
    return await signed_in(application)


def kinds_on(page: Page) -> list[tuple[str, str]]:
    """The addresses of the kinds and their words."""
    found = re.findall(r'<a class="button slim" href="([^"]*reason=[^"]*)"[^>]*>([^<]*)<', page.text)
    return [(html.unescape(address), html.unescape(words)) for address, words in found]


def bodies(page: Page) -> set[str]:
    return set(re.findall(r" of \w+\.|The ferry \w+", page.text))


async def test_the_start_page_counts_what_stood_out(browser: Browser) -> None:
    for number in ("gold", "tin"):
        await send(browser.application, f"Watches of {number}.")
    await send(browser.application, "The ferry sails.")
    page = await browser.get(QUEUE)
    assert page.status == 200, page.text
    assert [words for _, words in kinds_on(page)] == ["Rule “watches & “clocks”” · 2", "Nothing stood out. · 1"]
    assert bodies(page) == set()


@pytest.mark.parametrize(
    ("reason", "wanted"), [(WATCHES, {" of gold.", " of tin."}), (":", {"The ferry sails"}), ("x:y", set())]
)
async def test_one_kind_is_worked_on_alone(browser: Browser, reason: str, wanted: set[str]) -> None:
    for body in ("Watches of gold.", "The ferry sails.", "Watches of tin."):
        await send(browser.application, body)
    address = f"{QUEUE}?reason={quote(reason)}"
    assert bodies(await browser.get(f"{address}&view=list")) == wanted
    page = await follow(browser, await post_form(browser, await browser.get(address), f"{QUEUE}/claims"))
    assert bodies(page) == wanted
    claims = [each["claim"] is not None for each in (await ask(browser.application, "/queue"))["comments"]]
    assert sum(claims) == len(wanted)
    page = await follow(browser, await post_form(browser, await browser.get(address), f"{QUEUE}/claims"))
    assert bodies(page) == wanted


async def test_what_one_left_is_told_and_not_taken_again(browser: Browser) -> None:
    await send(browser.application, "The ferry sails.")
    page = await follow(browser, await post_form(browser, await browser.get(QUEUE), f"{QUEUE}/claims"))
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="leave"))
    assert "You left one of them for others." in page.text
    page = await browser.get(f"{QUEUE}?reason=:")
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/claims"))
    assert bodies(page) == set()


async def test_what_a_colleague_holds_is_not_taken(application: Application, browser: Browser) -> None:
    for number in range(3):
        await send(application, f"Watches of {number}.")
    other = await signed_in(application)
    address = f"{QUEUE}?reason={quote(WATCHES)}"
    for each, held in ((other, 3), (browser, 0)):
        page = await follow(each, await post_form(each, await each.get(address), f"{QUEUE}/claims"))
        assert len(bodies(page)) == held


async def test_a_kind_that_can_be_none_is_refused(browser: Browser) -> None:
    assert (await browser.get(f"{QUEUE}?reason={'x' * 81}")).status == 422
