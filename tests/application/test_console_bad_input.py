"""Whatever stands in a field, an address or a cookie of the console: it is refused at worst, and no mistake of ours."""

import re
from urllib.parse import quote

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
ESCAPED = ("%FF", "%ED%A0%80", "%00", "%F0%9F", "%EF%BF%BF", "..%2F..%2F", "%2E%2E", "%C3%A4" * 300)
"""Bytes that are no text, or another one than they seem."""
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
        whole = route.path.format(**paper.ids)
        for name in (*(route.operation.query.fields if route.operation.query else ()), "unknown"):
            for worst in (*(quote(each[:2000], safe="", errors="replace") for each in WORST[::2]), *ESCAPED):
                assert (await admin.get(f"{whole}?{name}={worst}")).status < 500, (whole, name, worst)
        for name in re.findall(r"\{(\w+)\}", route.path):
            for worst in (*(quote(each[:1000], safe="", errors="replace") for each in WORST[::2]), *ESCAPED):
                path = route.path.format(**paper.ids | {name: worst})
                assert (await admin.get(path)).status < 500, path


async def test_no_bytes_in_a_form_break_it(paper: Newspaper, admin: Browser) -> None:
    kept = {"Cookie": f"cd={admin.cookies['cd']}", "Content-Type": "application/x-www-form-urlencoded"}
    for route in POSTS:
        form = route.operation.form
        if route.path.endswith(ENDING) or form is None:
            continue
        for escaped in ESCAPED:
            body = "&".join([f"csrf={admin.csrf}", *(f"{name}={escaped}" for name in form.fields)])
            answer = await paper.application.client.post(
                route.path.format(**paper.ids), data=body.encode(), headers=READING | OWN | kept, allow_redirects=False
            )
            assert answer.status < 500, (route.path, escaped, await answer.text())


@pytest.mark.parametrize("cookie", ["cd", "cd-look", "__Host-cd"])
async def test_no_cookie_breaks_a_page(paper: Newspaper, admin: Browser, cookie: str) -> None:
    for worst in WORST:
        if worst.isascii() and worst.isprintable():
            kept = dict(admin.cookies) if cookie == "cd-look" else {}
            visitor = Browser(paper.application, kept | {cookie: worst[:4000]})
            assert (await visitor.get("/console/harbour")).status in {200, 303}, worst
