"""What the console says of errors: what happened, what was kept, what to do; in the frame of who is signed in."""

import re
from html import unescape

import pytest

from service.errors import TooManyQuestionsError
from service.use_cases import team
from tests.application.conftest import Application
from tests.application.console import Browser
from tests.servers import RedisServer

SETUP = "/console/default/setup"
AS_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
async def admin(application: Application) -> Browser:
    browser = Browser(application)
    await browser.sign_in()
    return browser


async def test_an_unknown_address_is_said_in_the_consoles_look(admin: Browser) -> None:
    page = await admin.get("/console/default/nothing/here", **AS_BROWSER)
    assert page.status == 404
    assert "There is nothing at this address" in page.text
    assert "console.css" in page.text


async def test_a_site_of_others_is_not_told_from_one_that_is_not_there(application: Application) -> None:
    await application.ask("POST", "/v1/sites", {"site": "other", "title": "A title that is not his"})
    browser = Browser(application)
    await browser.sign_in(await application.token("operator"))
    there, absent = [await browser.get(f"/console/{site}/setup", **AS_BROWSER) for site in ("other", "absent")]
    assert there.status == absent.status == 403
    assert "This page is of a site that is not among yours." in there.text
    assert there.text == absent.text


async def test_a_mistake_of_ours_has_its_number(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(team, "list_team", broken)
    page = await admin.get(SETUP + "/team", **AS_BROWSER)
    assert page.status == 500
    number = page.headers["X-Request-ID"]
    assert f"Something went wrong on our side. Number for whoever runs the desk: {number}." in page.text
    assert "administrator" in page.text, "the frame knows who is signed in"


async def test_without_the_store_a_form_can_be_sent_again_as_it_was(admin: Browser, one_server: RedisServer) -> None:
    form = (await admin.get(SETUP)).fields_of(SETUP) | {"title": "Kept <b>", "language": "en", "allowed_origins": ""}
    one_server.kill()
    try:
        refused = await admin.post(SETUP, form, **AS_BROWSER)
    finally:
        one_server.start()
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Kept &lt;b&gt;" in refused.text
    again = {
        name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', refused.text)
    }
    assert again == form


async def test_a_form_of_nobody_shows_what_was_typed_and_no_button_that_sends_it(application: Application) -> None:
    browser = Browser(application)
    refused = await browser.post(SETUP, {"title": "Typed before"}, **AS_BROWSER)
    assert refused.status == 401
    assert "You were signed out. Nothing was saved." in refused.text
    assert "Typed before" in refused.text
    assert f"/console/_/sign-in?next={SETUP}" in refused.text
    assert "<form" not in refused.text


async def test_a_forged_form_is_not_offered_to_be_sent(admin: Browser) -> None:
    await admin.get(SETUP)
    admin.csrf = "0" * 32
    refused = await admin.post(SETUP, {"title": "Forged"}, **AS_BROWSER)
    assert refused.status == 403
    assert f'action="{SETUP}"' not in refused.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "null"}])
async def test_no_page_shows_what_another_site_sent(admin: Browser, headers: dict[str, str]) -> None:
    """Neither to who is signed in, nor to who is not: browsers send no cookie along from there."""
    for browser in (admin, Browser(admin.application)):
        refused = await browser.post(SETUP, {"title": "Call this number"}, **AS_BROWSER, **headers)
        assert refused.status in {401, 403}
        assert "Call this number" not in refused.text


async def test_no_page_shows_a_token_again(admin: Browser, one_server: RedisServer) -> None:
    one_server.kill()
    try:
        refused = await Browser(admin.application).post("/console/_/sign-in", {"token": "cd_secret"}, **AS_BROWSER)
    finally:
        one_server.start()
    assert "cd_secret" not in refused.text


async def test_a_script_gets_the_part_alone(application: Application) -> None:
    refused = await Browser(application).post(SETUP, {"title": "A"}, **{"CD-Fragment": "1"})
    assert refused.status == 401
    assert refused.text.startswith('<div class="note wrong" role="alert" data-code="unauthenticated">')


async def test_too_many_are_told_when_to_come_again(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: object) -> None:
        raise TooManyQuestionsError(retry_after_seconds=7)

    monkeypatch.setattr(team, "list_team", refused)
    page = await admin.get(SETUP + "/team")
    assert (page.status, page.headers["Retry-After"]) == (429, "7")
    assert "Try again in 7 seconds." in page.text
    assert f'<a class="button strong" href="{SETUP}/team">' in page.text
