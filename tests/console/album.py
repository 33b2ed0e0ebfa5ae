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
from tests.console.day import Day, live_through
from tests.servers import ServiceProcess

WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
_OPEN = ("/console/_/sign-in", "/console/_/link")
"""Pages for who is not signed in."""
_NO_PAGE = ("/live", "/events", "/renew")
"""Addresses that give a stream or a part."""


class Picture(NamedTuple):
    """A page that is taken: what its files are called, where it is, and who looks at it; "" is nobody."""

    name: str
    address: str
    who: str


def pictures(ids: Mapping[str, str]) -> Iterator[Picture]:
    """Every page of the route table whose address can be filled with these ids."""
    for route in PAGES_WITH_DEMO:
        is_page = route.method == "GET" and route.path.startswith("/console") and not route.path.endswith(_NO_PAGE)
        if not is_page:
            continue
        try:
            address = route.path.format(**ids)
        except KeyError as missing:
            click.echo(f"left out: {route.path} ({missing})")
            continue
        name = route.path.replace("/console", "console").replace("/_/", "-").replace("/", "-")
        yield Picture(name.replace("{", "").replace("}", ""), address, "" if route.path in _OPEN else "admin")


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
        context = browser.new_context(locale=language, color_scheme=scheme)  # type: ignore[arg-type]
        stranger = browser.new_context(locale=language, color_scheme=scheme)  # type: ignore[arg-type]
        inside, outside = context.new_page(), stranger.new_page()
        sign_in(inside, service.url, service.admin_token)
        for picture in pictures(day.ids):
            page = inside if picture.who else outside
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(service.url + picture.address)
                page.screenshot(path=folder / f"{picture.name}-{width}-{scheme}.png", full_page=True)
                taken += 1
        context.close()
        stranger.close()
    return taken


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
