"""The console's lists of comments, search, and a comment's own page."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser

SITE = "/console/default"
COMMENTS = f"{SITE}/comments"


async def send(application: Application, body: str = "The ferry is late.", **fields: Any) -> str:
    """A comment that a reader sent; its id."""
    sent = {"name": "Karin B.", "email": "karin@mail.example", "body": body} | fields
    thread = sent.pop("thread", "tunnel")
    answer = await application.ask("POST", f"/v1/sites/default/threads/{thread}/comments", sent)
    assert answer.status in {201, 202}, await answer.text()
    return str((await answer.json())["comment_id"])


async def moderator(application: Application, site: str = "default") -> Browser:
    browser = Browser(application)
    answer = await browser.sign_in(await application.token("moderator", site))
    assert answer.status == 303
    return browser


@pytest.fixture
async def browser(application: Application) -> Browser:
    return await moderator(application)


async def test_a_comment_is_listed_read_and_decided(browser: Browser) -> None:
    comment_id = await send(browser.application)
    page = await browser.get(f"{COMMENTS}?state=held")
    assert page.status == 200
    assert "The ferry is late." in page.text
    page = await browser.get(f"{COMMENTS}/{comment_id}")
    assert page.status == 200, page.text
    for path in (f"{SITE}/authors", f"{SITE}/threads", f"{SITE}/threads/tunnel"):
        page = await browser.get(path)
        assert page.status == 200, page.text
