"""Every answer of the console, a refusal's too, is framed by nobody, kept by nobody, and runs nothing but its own."""

from collections.abc import AsyncIterator

import pytest

from service.use_cases import team
from tests.application.conftest import Application
from tests.application.console import Browser, Page, begun
from tests.application.console_walk import GETS, paths
from tests.application.newspaper import founded
from tests.servers import RedisServer

SITE = "/console/harbour"
POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types commentdesk",
}
FRAGMENT = {"CD-Fragment": "1"}


def faults_of(page: Page) -> list[str]:
    """What an answer lacks that keeps it to itself."""
    headers = page.headers
    wanted = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if page.text:
        wanted |= {"Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "same-origin"}
    policy = set(headers["Content-Security-Policy"].split("; "))
    found = [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    is_kept = policy == POLICY if page.text else {"default-src 'none'", "frame-ancestors 'none'"} <= policy
    return found if is_kept else [*found, f"policy {policy}"]


async def answers(application: Application, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    """One of each kind that the console gives."""
    paper = await founded(application, "harbour", "Quixotic")
    visitor = Browser(application)
    for path in paths(GETS, paper.ids):
        for headers in ({}, FRAGMENT):
            yield await browser.get(path, **headers)
            yield await visitor.get(path, **headers)
    for path in ("/nothing", "/comments/none", "/decisions", "?view=none"):
        yield await browser.get(SITE + path)
    moderator = await paper.enter("moderator")
    for headers in ({}, FRAGMENT):
        yield await moderator.get(f"{SITE}/setup", **headers)
        yield await moderator.post(f"{SITE}/decisions", {"comment_id": "?"}, **headers)
        yield await moderator.post(f"{SITE}/claims", {"csrf": "no"}, **headers)
        yield await visitor.post(f"{SITE}/claims", {}, **headers)
        yield await visitor.post("/console/_/link", {"code": "a"}, **headers)
        yield await moderator.post(f"{SITE}/notes", {"note": "x" * 400_000}, **headers)
    for number in range(12):
        yield await visitor.sign_in(f"cd_guess-{number}")

    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(team, "list_team", broken)
    yield await browser.get(f"{SITE}/setup/team")


async def test_every_answer_keeps_to_itself(
    application: Application, one_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(await begun(application))
    await browser.sign_in()
    seen = set()
    async for page in answers(application, browser, monkeypatch):
        seen.add(page.status)
        assert faults_of(page) == [], (page.status, page.text[:2000])
    one_server.kill()
    try:
        away = await browser.get(SITE)
    finally:
        one_server.start()
    assert faults_of(away) == []
    assert seen | {away.status} == {200, 303, 401, 403, 404, 405, 413, 422, 429, 500, 503}
