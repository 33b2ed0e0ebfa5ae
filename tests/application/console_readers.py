"""What readers sent, and who looks at it at the console."""

from typing import Any

from service.app import DESK
from service.store import keys
from tests.application.conftest import Application
from tests.application.console import Browser, Page
from tests.store.desk import read_events


async def send(application: Application, body: str = "The ferry is late.", thread: str = "tunnel", **more: Any) -> str:
    """A comment that a reader sent; its id."""
    sent = {"name": "Karin B.", "email": "karin@mail.example", "body": body} | more
    answer = await application.ask("POST", f"/v1/sites/default/threads/{thread}/comments", sent)
    assert answer.status in {201, 202}, await answer.text()
    return str((await answer.json())["comment_id"])


async def signed_in(application: Application, role: str = "moderator", site: str = "default") -> Browser:
    browser = Browser(application)
    await browser.get("/console/_/sign-in")
    answer = await browser.sign_in(await application.token(role, site))
    assert answer.status == 303, answer.text
    return browser


async def ask(application: Application, path: str) -> Any:
    """What the API tells of a site."""
    answer = await application.ask("GET", f"/v1/sites/default{path}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def follow(browser: Browser, page: Page) -> Page:
    """The page that a form led to."""
    assert page.status == 303, page.text
    return await browser.get(page.location)


async def post_form(browser: Browser, page: Page, action: str, **typed: str) -> Page:
    """Sends the form of a page with what was typed in it."""
    return await browser.post(action, page.fields_of(action) | typed)


async def told(application: Application) -> list[str]:
    """The kinds of all events of the site, in order."""
    events = await read_events(application.client.app[DESK].link, keys.events("default"))
    return [kind for event in events for kind in event.kinds]
