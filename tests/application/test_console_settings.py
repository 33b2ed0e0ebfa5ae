"""The settings of the console: what is chosen is kept in the browser, and drawn on the next page."""

import pytest

from service.domain.look import Act, read_look
from service.texts.catalogue import CATALOGUE
from tests.application.conftest import Application
from tests.application.console import Browser

SETTINGS = "/console/_/settings"


@pytest.fixture
async def browser(application: Application) -> Browser:
    browser = Browser(application)
    await browser.get("/console/_/sign-in")
    await browser.sign_in(await application.token("moderator"))
    await browser.get(SETTINGS)
    return browser


async def test_a_choice_is_drawn_on_the_next_page(browser: Browser) -> None:
    saved = await browser.post(SETTINGS, {"theme": "dark", "density": "compact", "language": "de", "keys": "off"})
    assert (saved.status, saved.location) == (303, f"{SETTINGS}?saved=1")
    page = await browser.get(saved.location)
    assert page.status == 200
    assert '<html lang="de" data-theme="dark" data-density="compact" data-keys="off"' in page.text
    assert "Gespeichert." in page.text
    assert '<option value="dark" selected>' in page.text


async def test_one_choice_can_be_sent_alone(browser: Browser) -> None:
    await browser.post(SETTINGS, {"theme": "dark", "letters[approve]": "f"})
    await browser.post(SETTINGS, {"view": "list"})
    look = read_look(browser.cookies["cd-look"], CATALOGUE.languages)
    assert (look.theme, look.view, look.key("approve")) == ("dark", "list", "f")


async def test_the_cookie_is_for_this_host_alone_and_no_secret(browser: Browser) -> None:
    saved = await browser.post(SETTINGS, {"theme": "dark"})
    assert saved.headers["Set-Cookie"] == "cd-look=theme=dark; Path=/; Max-Age=31536000; SameSite=Lax"


async def test_keys_that_clash_are_named_and_stay_in_their_fields(browser: Browser) -> None:
    page = await browser.post(SETTINGS, {"letters[approve]": "r", "letters[note]": "<", "theme": "dark"})
    assert page.status == 422
    assert "cd-look" not in browser.cookies
    assert 'id="letters[approve]-mistake"' in page.text
    assert 'id="letters[note]-mistake"' in page.text
    assert 'name="letters[note]" value="&lt;"' in page.text
    assert '<option value="dark" selected>' in page.text, "what was chosen beside it is kept"


async def test_two_acts_can_exchange_their_keys(browser: Browser) -> None:
    assert (await browser.post(SETTINGS, {"letters[approve]": "r", "letters[reject]": "A "})).status == 303
    page = await browser.get(SETTINGS)
    assert "approve:r reject:a " in page.text


async def test_a_value_that_there_is_not_is_named(browser: Browser) -> None:
    page = await browser.post(SETTINGS, {"theme": "purple"})
    assert page.status == 422
    assert 'id="theme-mistake"' in page.text
    assert (await browser.post(SETTINGS, {"theme": "x" * 21})).status == 422


@pytest.mark.parametrize("cookie", ["theme=purple&keys=%00", "letters=approve:<script>", "&" * 3000, "ä"])
async def test_any_cookie_is_answered_with_a_page(browser: Browser, cookie: str) -> None:
    browser.cookies["cd-look"] = cookie
    page = await browser.get(SETTINGS)
    assert page.status == 200
    assert 'data-theme="system"' in page.text
    assert "<script>" not in page.text


async def test_the_browsers_language_is_taken_where_none_was_chosen(browser: Browser) -> None:
    assert '<html lang="fr"' in (await browser.get(SETTINGS, **{"Accept-Language": "fr-CH, en;q=0.5"})).text
    assert '<html lang="en"' in (await browser.get(SETTINGS, **{"Accept-Language": "xx"})).text
    await browser.post(SETTINGS, {"language": "de"})
    assert '<html lang="de"' in (await browser.get(SETTINGS, **{"Accept-Language": "fr"})).text


async def test_settings_need_a_session_and_their_own_form(application: Application, browser: Browser) -> None:
    assert (await Browser(application).get(SETTINGS)).location == f"/console/_/sign-in?next={SETTINGS}"
    browser.csrf = "another"
    assert (await browser.post(SETTINGS, {"theme": "dark"})).status == 403


async def test_every_act_has_a_field(browser: Browser) -> None:
    page = await browser.get(SETTINGS)
    for act in Act:
        assert f'name="letters[{act}]"' in page.text
