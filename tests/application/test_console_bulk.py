"""Many comments at once at the console: looked at, decided on, stopped, taken back, all by forms."""

import asyncio
import re
from typing import Any

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.application.console_readers import ask, follow, post_form, send, signed_in
from tests.hostile_texts import HOSTILE_TEXTS

QUEUE = "/console/default"
LIST = f"{QUEUE}?view=list"
MANY = f"{QUEUE}/bulk"
PICKED = f"{QUEUE}/decisions/picked"
COMMENTS = f"{QUEUE}/comments"
SECONDS = 10.0
GULLS = "The gulls took my sandwich on the quay again, and nobody did anything about it, friends."


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await signed_in(application)


def ticked(page: Page, *ids: str) -> dict[str, str]:
    """The boxes of some comments, as a page has them; KeyError where one has none."""
    boxes = dict(re.findall(r'name="(pick\[\w+\])" value="(\d+)"', page.text))
    return {f"pick[{each}]": boxes[f"pick[{each}]"] for each in ids}


def starting(page: Page) -> str:
    """Where the form of a preview leads that begins it."""
    (address,) = re.findall(rf'action="({MANY}/b\w+)"', page.text)
    return str(address)


async def states(application: Application, *ids: str) -> list[str]:
    return [(await ask(application, f"/comments/{each}"))["state"] for each in ids]


async def done(application: Application, bulk_id: str) -> dict[str, Any]:
    """The bulk once nothing of it runs."""
    async with asyncio.timeout(SECONDS):
        while True:
            found: dict[str, Any] = await ask(application, f"/bulk/{bulk_id}")
            if found["state"] == "done" and (found["undo"] or found)["state"] == "done":
                return found
            await asyncio.sleep(0.01)


async def pick(browser: Browser, decision: str, *ids: str, **more: str) -> Page:
    """Decides on some rows of the queue's list."""
    page = await browser.get(LIST)
    return await browser.post(PICKED, page.fields_of(PICKED) | ticked(page, *ids) | {"decision": decision} | more)


async def test_what_is_ticked_in_the_queue_is_decided_at_once_and_taken_back_as_one(browser: Browser) -> None:
    application = browser.application
    one, two, other = [await send(application, f"Number {each}.") for each in range(3)]
    page = await follow(browser, await pick(browser, "reject", one, two, reason="abuse"))
    assert "2 comments rejected." in page.text
    assert await states(application, one, two, other) == ["rejected", "rejected", "held"]
    found = await ask(application, f"/comments/{one}")
    assert found["decision_reason"] == "abuse"
    bulk_id = found["history"][0]["bulk_id"]
    page = await follow(browser, await post_form(browser, page, f"{MANY}/{bulk_id}/undo"))
    assert "Taken back: 2 comments are as they were before." in page.text
    assert await states(application, one, two, other) == ["held", "held", "held"]
    assert "Number 0." in page.text, "the list stays a list"


async def test_a_double_click_decides_once(browser: Browser) -> None:
    application = browser.application
    one, two = [await send(application, f"Number {each}.") for each in range(2)]
    page = await browser.get(LIST)
    fields = page.fields_of(PICKED) | ticked(page, one, two) | {"decision": "spam"}
    answers = await asyncio.gather(*(browser.post(PICKED, fields) for _ in range(3)))
    assert {each.status for each in answers} == {303}
    assert len({each.location for each in answers}) == 1
    assert len((await ask(application, "/bulk"))["bulks"]) == 1
    assert [len((await ask(application, f"/comments/{each}"))["history"]) for each in (one, two)] == [1, 1]


async def test_preview_start_progress_undo(browser: Browser) -> None:
    application = browser.application
    ids = [await send(application, f"{GULLS} {each}") for each in range(12)]
    page = await browser.get(f"{COMMENTS}?state=held")
    page = await browser.post(MANY, page.fields_of(MANY) | {"all": "1", "decision": "reject", "reason": "spam_link"})
    assert page.status == 200, page.text
    assert "Nothing has happened yet." in page.text
    page_text = re.sub("<[^>]+>", "", page.text)
    assert "Reject 12 comments for" in page_text
    assert await states(application, *ids[:2]) == ["held", "held"]
    form = starting(page)
    sent = page.fields_of(form) | {"decision": "reject", "reason": "spam_link"}
    answers = [await browser.post(form, sent) for _ in range(2)]
    assert [each.location for each in answers] == [form, form]
    await done(application, form.rpartition("/")[2])
    page = await browser.get(form)
    assert page.status == 200, page.text
    assert "12 comments rejected." in page.text
    page = await follow(browser, await post_form(browser, page, f"{form}/undo"))
    assert "Taken back: 12 comments" in page.text
    assert await states(application, *ids[:2]) == ["held", "held"]
    page = await browser.get(MANY)
    assert "Reject 12 comments" in page.text
