"""The language of pages: a site's own for its readers; on pages of no site the best that a browser accepts."""

from typing import Any

import pytest

from tests.application.conftest import Application
from tests.pages.reader import Element, parse

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
FORM = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
JAPANESE = {"Accept": "text/html", "Accept-Language": "ja, fr;q=0.5"}


async def page(application: Application, method: str, path: str, **options: Any) -> Element:
    answer = await application.client.request(method, path, **options)
    return parse(await answer.text())


def language_of(shown: Element) -> str:
    return shown.one("html").attributes["lang"]


@pytest.fixture
async def german(application: Application) -> Application:
    """The application, whose default site and demo are in Swiss German."""
    await application.ask("PATCH", SITE, {"public_submission": True, "language": "de-CH"})
    await application.ask("PATCH", "/v1/sites/demo", {"language": "de"})
    return application


async def test_a_refused_form_is_in_the_language_of_its_site(german: Application) -> None:
    shown = await page(german, "POST", COMMENTS, data=FORM | {"email": "no"}, headers=JAPANESE)
    assert language_of(shown) == "de"
    assert "Ihr Kommentar wurde nicht gesendet" in shown.one(role="alert").words
    assert shown.one("button").words == "Kommentar senden"


async def test_thanks_are_in_the_language_of_their_site(german: Application) -> None:
    sent = await german.client.post(COMMENTS, data=FORM, headers=JAPANESE, allow_redirects=False)
    shown = await page(german, "GET", sent.headers["Location"], headers=JAPANESE)
    assert (language_of(shown), shown.one("h1").words) == ("de", "Danke")


async def test_an_error_in_a_browser_is_in_the_language_of_its_site(german: Application) -> None:
    shown = await page(german, "GET", f"{SITE}/queue", headers=JAPANESE)
    assert (language_of(shown), shown.one("h1").words) == ("de", "Ein gültiges Token wird gebraucht")
    assert shown.one("code").words == "Authorization: Bearer"


async def test_programs_are_told_in_english(german: Application) -> None:
    answer = await german.client.post(COMMENTS, json={}, headers={"Accept-Language": "de"})
    assert (await answer.json(content_type=None))["title"] == "Some fields are not valid"


async def test_the_demo_is_in_the_language_of_its_site(german: Application) -> None:
    shown = await page(german, "GET", "/demo", headers=JAPANESE)
    assert language_of(shown) == "de"
    assert shown.one("h2", id="respond-title").words == "Kommentar schreiben"
    assert shown.one("h2", id="comments-title").words == "Noch keine Gedanken"
    await german.ask("PATCH", "/v1/sites/demo", {"language": "fr"})
    assert (await page(german, "GET", "/demo")).one("h2", id="comments-title").words == "Pas encore de réflexions"
    refused = await page(german, "POST", "/demo", data=FORM | {"name": ""})
    assert "Indiquez votre nom." in refused.one(role="alert").words


async def test_a_new_site_is_english(application: Application) -> None:
    await application.ask("PATCH", SITE, {"public_submission": True})
    shown = await page(application, "POST", COMMENTS, data={}, headers=JAPANESE)
    assert language_of(shown) == "en"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.9", "de"),
        ("ja, fr;q=0.5", "fr"),
        ("fr;q=0.4, de;q=0.8", "de"),
        ("fr, de", "fr"),
        ("DE-ch ; q=1.000", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=much, fr;q=0.1", "fr"),
        ("*", "en"),
        ("", "en"),
        (";;;,,,q=1", "en"),
        ("ja," * 400 + "de", "en"),
        ("-" * 900 + ",de", "de"),
    ],
)
async def test_a_page_of_no_site_is_in_the_best_language_that_is_accepted(
    application: Application, accepted: str, language: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": accepted}
    for path in ("/received", "/received?site=none", "/nowhere"):
        answer = await application.client.get(path, headers=headers)
        assert language_of(parse(await answer.text())) == language
    assert (await application.client.get("/received")).headers["Vary"] == "Accept-Language"
