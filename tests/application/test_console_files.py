"""The files of the console's pages: under the address of their version they never change."""

import re

from service.html import assets
from tests.application.conftest import Application

MOST_SCRIPT_BYTES = 30 * 1024


async def test_a_file_is_kept_for_good_under_the_address_of_its_version(application: Application) -> None:
    for name, asset in assets.CONSOLE.items():
        got = await application.ask("GET", asset.path, token="")
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        assert (got.status, got.content_type, await got.read()) == (200, kind, asset.content)
        assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_scripts_of_a_page_are_small() -> None:
    """Each page begins with one of them; with all that it imports it is at most 30 KB."""
    for first in ("queue.js", "select.js", "progress.js", "link.js", "copy.js"):
        wanted = {first}
        for name in (pending := [first]):
            imported = set(re.findall(rb'from "\./(\w+\.js)"', assets.CONSOLE[name].content))
            pending += sorted(each.decode() for each in imported - {each.encode() for each in wanted})
            wanted |= {each.decode() for each in imported}
        assert sum(len(assets.CONSOLE[name].content) for name in wanted) <= MOST_SCRIPT_BYTES, first


async def test_comments_stay_here() -> None:
    for name, asset in assets.CONSOLE.items():
        assert b"/*" not in asset.content, name


async def test_a_page_of_another_version_gets_the_file_as_it_is_now(application: Application) -> None:
    got = await application.ask("GET", "/static/console/000000000000/console.css", token="")
    assert (got.status, got.headers["Cache-Control"]) == (200, "no-cache")
    assert await got.read() == assets.CONSOLE["console.css"].content


async def test_no_other_file_is_served(application: Application) -> None:
    for name in ("pages.css", "..%2Fpages.css", "%2e%2e%2frender.py", "nothing.js", "console.css%00"):
        assert (await application.ask("GET", f"/static/console/0/{name}", token="")).status in {400, 404}, name
