"""Pictures of every page of the console, in three widths, light and dark, after a day of invented comments.

Run: python -m tests.console.album FOLDER [--language de]

It stands among the tests because it needs what they have: a service of its own, a browser, a day of comments. Its pages
are those of the route table, so that a new page is in the album without a line here.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
from playwright.sync_api import Browser, Page

from service.routes import PAGES_WITH_DEMO
from tests.browser import started_browser
from tests.console.day import SITE, Day, ask, live_through
from tests.servers import ServiceProcess

WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
ADMIN, NOBODY, AT_WORK = "the administrator", "nobody", "Nora"
"""Who looks at a page; the last has claimed comments."""
_OPEN = ("/console/_/sign-in", "/console/_/link")
NO_PAGE = ("/live", "/figures", "/events", "/progress")
"""Addresses that give a stream, or what a page asks by itself."""


class Picture(NamedTuple):
    """A page that is taken: what its files are called, where it is, who looks at it, and which button leads on from
    there, "" for none."""

    name: str
    address: str
    who: str
    press: str = ""


STATES = (
    Picture("at-work", f"/console/{SITE}", AT_WORK),
    Picture("at-work-list", f"/console/{SITE}?view=list", AT_WORK),
    Picture("many", f"/console/{SITE}/comments?state=held", ADMIN, 'button[name="all"]'),
    Picture("no-right", f"/console/{SITE}/setup", AT_WORK),
    Picture("not-found", f"/console/{SITE}/nothing/here", ADMIN),
)
"""What a page is like beside its first state."""


def pictures(ids: Mapping[str, str]) -> Iterator[Picture]:
    """Every page of the route table, its address filled with these ids, and the further states. KeyError for a
    placeholder without an id."""
    for route in PAGES_WITH_DEMO:
        if route.method == "GET" and route.path.startswith("/console") and not route.path.endswith(NO_PAGE):
            who = NOBODY if route.path in _OPEN else ADMIN
            yield Picture(_name_of(route.path), route.path.format(**ids), who)
    yield from STATES


def _name_of(path: str) -> str:
    """`site-rules` for `/console/{site}/rules`."""
    parts = [part.strip("{}") for part in path.removeprefix("/console").split("/") if part not in ("", "_")]
    return "-".join(parts) or "home"


def sign_in(page: Page, url: str, token: str) -> None:
    """By the form, as a person does."""
    page.goto(f"{url}/console/_/sign-in")
    page.locator("#token").fill(token)
    page.locator("main form button").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def take(browser: Browser, service: ServiceProcess, day: Day, folder: Path, *, language: str) -> int:
    """Takes all pictures into a folder; how many."""
    taken = 0
    for scheme in SCHEMES:
        ask(service, "POST", f"/v1/sites/{SITE}/claims", {"limit": 5}, day.tokens[AT_WORK])
        pages = {who: _page_of(browser, who, scheme=scheme, language=language) for who in (ADMIN, NOBODY, AT_WORK)}
        sign_in(pages[ADMIN], service.url, service.admin_token)
        sign_in(pages[AT_WORK], service.url, day.tokens[AT_WORK])
        for picture in pictures(day.ids):
            page = pages[picture.who]
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(service.url + picture.address)
                if picture.press:
                    page.locator(picture.press).click()
                page.screenshot(path=folder / f"{picture.name}-{width}-{scheme}.png", full_page=True)
                taken += 1
        for page in pages.values():
            page.context.close()
    return taken


def _page_of(browser: Browser, who: str, *, scheme: str, language: str) -> Page:
    """A browser of his own. Who is at work has no scripts: they give comments back when their page is left."""
    wanted = {"locale": language, "color_scheme": scheme, "java_script_enabled": who != AT_WORK}
    return browser.new_context(**wanted).new_page()  # type: ignore[arg-type]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", default="en", show_default=True, help="Of the browser.")
def main(folder: Path, language: str) -> None:
    """Start a service with a day of invented comments, and write pictures of its console's pages into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cd-album-") as data, started_browser() as browser:
        service = ServiceProcess(Path(data) / "data")
        service.start()
        try:
            taken = take(browser, service, live_through(service), folder, language=language)
        finally:
            service.stop()
    click.echo(f"{taken} pictures in {folder}")


if __name__ == "__main__":
    main()
