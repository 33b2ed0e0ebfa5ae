"""The console's pages of comments, authors and threads in another language: each text comes in brackets."""

import pytest

from service.texts.catalogue import CATALOGUE
from service.texts.texts import Texts
from tests.application.conftest import Application, application, one_server, open_application
from tests.application.console_readers import send, signed_in
from tests.texts.outside import read_of, words_outside

__all__ = ["application", "one_server", "open_application"]
SITE = "/v1/sites/default"
KNOWN = (
    "commentdesk",
    "commentdesk 0.1.0",
    "default",
    "moderator",
    "M",
    "Karin B.",
    "tunnel",
    "The ferry is late.",
    "Sharp.",
    "advert",
    "mail.example",
    "a word",
    "nobody",
)


async def test_no_text_stands_past_the_catalogue(
    application: Application, brackets: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signed_in(application)
    comment_id = await send(application)
    comment, token = f"{SITE}/comments/{comment_id}", await application.token("moderator")
    await application.ask("POST", f"{comment}/decisions", {"decision": "reject", "reason": "abuse"}, token=token)
    await application.ask("POST", f"{comment}/undo", {}, token=token)
    await application.ask("POST", f"{comment}/notes", {"note": "Sharp."}, token=token)
    author = (await (await application.ask("GET", comment)).json())["author"]["author_id"]
    await application.ask("PUT", f"{SITE}/authors/{author}/ban", {"reason": "advert"}, token=token)
    await application.ask("PUT", f"{SITE}/authors/{author}/trust", {}, token=token)
    monkeypatch.setattr(type(CATALOGUE), "first_of", lambda *_: brackets)
    for path in (
        "comments",
        "comments?q=a+word&since=yesterday&thread=tunnel",
        "comments?state=held&by=machine",
        f"comments/{comment_id}",
        "authors",
        f"authors/{author}",
        "threads",
        "threads/tunnel",
        "threads/nobody",
    ):
        page = await browser.get(f"/console/default/{path}")
        assert page.status in {200, 422}
        assert words_outside(read_of(page.text), KNOWN) == [], path


async def test_nor_on_the_pages_of_many(
    application: Application, brackets: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signed_in(application)
    many = "/console/default/bulk"
    for _ in range(2):
        await send(application)
    monkeypatch.setattr(type(CATALOGUE), "first_of", lambda *_: brackets)
    pages = [await browser.get("/console/default?view=list"), await browser.get(many)]
    asked: tuple[dict[str, str], ...] = (
        {},
        {"all": "1", "state": "held"},
        {"all": "1", "q": "ferry", "decision": "spam"},
    )
    pages += [await browser.post(many, fields) for fields in asked]
    form = next(each for each in pages[3].text.split('"') if each.startswith(f"{many}/b"))
    await browser.post(form, pages[3].fields_of(form) | {"decision": "spam"})
    pages.append(await browser.get(form))
    await browser.post(f"{form}/undo")
    pages += [await browser.get(form), await browser.get(many)]
    for page in pages:
        assert page.status in {200, 422}
        assert words_outside(read_of(page.text), (*KNOWN, "ferry", "Esc")) == []
