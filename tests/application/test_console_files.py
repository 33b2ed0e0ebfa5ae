"""The files of the console's pages: under the address of their version they never change."""

from service.html import assets
from tests.application.conftest import Application


async def test_a_file_is_kept_for_good_under_the_address_of_its_version(application: Application) -> None:
    for name, asset in assets.CONSOLE.items():
        got = await application.ask("GET", asset.path, token="")
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        assert (got.status, got.content_type, await got.read()) == (200, kind, asset.content)
        assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_a_page_of_another_version_gets_the_file_as_it_is_now(application: Application) -> None:
    got = await application.ask("GET", "/static/console/000000000000/console.css", token="")
    assert (got.status, got.headers["Cache-Control"]) == (200, "no-cache")
    assert await got.read() == assets.CONSOLE["console.css"].content


async def test_no_other_file_is_served(application: Application) -> None:
    for name in ("pages.css", "..%2Fpages.css", "%2e%2e%2frender.py", "nothing.js", "console.css%00"):
        assert (await application.ask("GET", f"/static/console/0/{name}", token="")).status in {400, 404}, name
