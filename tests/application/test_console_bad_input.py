"""Whatever stands in a field, an address or a cookie of the console: it is refused at worst, and no mistake of ours."""

import re
from urllib.parse import quote, urlencode

import pytest

from tests.application.conftest import Application
from tests.application.console import OWN, READING, Browser, begun
from tests.application.console_walk import GETS, POSTS
from tests.application.newspaper import Newspaper, founded

WORST = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\ufdd0\uffff",
    "http://[",
    "https://a]b#c",
    "//[::1",
    "nan",
    "-inf",
    "1e999",
    "1_0",
    "-1",
    "9" * 400,
    "٣",
    "1" + "0" * 4400,
    "[" * 2000,
    "{}",
    "null",
    "A" * 7_000,
    "e\u0301" * 200,
    "2026-13-45",
    "9999-12-31",
    "0001-01-01",
    "..",
    "/console/..//x",
    "cdl_" + "v" * 60,
    "m" * 300,
)
PARSED = ("http://[", "nan", "1" + "0" * 4400, "2026-13-45")
"""What most breaks who reads a number, an address or a day."""
ODD: tuple[object, ...] = ([], {}, None, True, 1.5, 10**400, {"a": [[]]})
"""What a JSON body may have in the place of a text."""
ENDING = ("/sign-out", "/_/sessions", "/revoke", "/{member_id}/sessions")


@pytest.fixture
async def paper(application: Application) -> Newspaper:
    return await founded(await begun(application), "harbour", "Quixotic")


@pytest.fixture
async def admin(paper: Newspaper) -> Browser:
    browser = Browser(paper.application)
    await browser.sign_in()
    await browser.get("/console/_/sessions")
    return browser


async def test_no_field_of_a_form_breaks_it(paper: Newspaper, admin: Browser) -> None:
    for route in POSTS:
        if route.path.endswith(ENDING) or route.operation.form is None:
            continue
        path = route.path.format(**paper.ids)
        filled = [dict.fromkeys(route.operation.form.fields, worst) for worst in WORST]
        filled += [{name: worst} for name in (*route.operation.form.fields, "csrf") for worst in PARSED]
        for fields in filled:
            sent = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
            answer = await admin.post(path, {"csrf": admin.csrf} | sent)
            assert answer.status < 500, (path, fields, answer.text)


async def test_no_json_in_the_place_of_a_form_breaks_it(paper: Newspaper, admin: Browser) -> None:
    cookie = {"Cookie": f"cd={admin.cookies['cd']}", "X-CSRF": admin.csrf}
    for route in POSTS:
        if route.path.endswith(ENDING) or route.operation.form is None:
            continue
        path = route.path.format(**paper.ids)
        for name in route.operation.form.fields:
            for odd in ODD:
                answer = await paper.application.client.post(
                    path, json={name: odd}, headers=READING | OWN | cookie, allow_redirects=False
                )
                assert answer.status < 500, (path, name, odd, await answer.text())


async def test_no_address_breaks_a_page(paper: Newspaper, admin: Browser) -> None:
    """In each place of a path, and in each parameter, known or not."""
    for route in GETS:
        for name in (*(route.operation.query.fields if route.operation.query else ()), "unknown"):
            for worst in WORST:
                path = f"{route.path.format(**paper.ids)}?{urlencode({name: worst[:2000]}, errors='replace')}"
                assert (await admin.get(path)).status < 500, path
        for name in re.findall(r"\{(\w+)\}", route.path):
            for worst in WORST:
                path = route.path.format(**paper.ids | {name: quote(worst[:1000], safe="", errors="replace")})
                assert (await admin.get(path)).status < 500, path


@pytest.mark.parametrize("cookie", ["cd", "cd-look", "__Host-cd"])
async def test_no_cookie_breaks_a_page(paper: Newspaper, admin: Browser, cookie: str) -> None:
    for worst in WORST:
        if worst.isascii() and worst.isprintable():
            kept = dict(admin.cookies) if cookie == "cd-look" else {}
            visitor = Browser(paper.application, kept | {cookie: worst[:4000]})
            assert (await visitor.get("/console/harbour")).status in {200, 303}, worst
