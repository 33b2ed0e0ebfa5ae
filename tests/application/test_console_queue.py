"""The console's queue: what a moderator holds, and what he does with it, all by forms."""

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.application.console_readers import ask, follow, post_form, send, signed_in

QUEUE = "/console/default"


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


async def begin(browser: Browser) -> Page:
    """The queue once its moderator has taken the next comments."""
    return await follow(browser, await post_form(browser, await browser.get(QUEUE), f"{QUEUE}/claims"))


async def test_looking_claims_nothing(browser: Browser) -> None:
    await send(browser.application, "It waits.")
    page = await browser.get(QUEUE)
    assert page.status == 200, page.text
    assert "1 waits" in page.text
    assert "It waits." not in page.text
    assert (await ask(browser.application, "/queue"))["comments"][0]["claim"] is None


async def test_a_comment_is_taken_decided_and_taken_back(browser: Browser) -> None:
    comment_id = await send(browser.application, "It waits.")
    page = await begin(browser)
    assert page.status == 200, page.text
    assert "It waits." in page.text
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/decisions", decision="approve"))
    assert "Nothing waits." in page.text
    assert "Approved: " in page.text
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "published"
    page = await follow(browser, await post_form(browser, page, f"{QUEUE}/undo"))
    assert "It waits." in page.text
    assert (await ask(browser.application, f"/comments/{comment_id}"))["state"] == "held"
