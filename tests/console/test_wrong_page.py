"""The page of an error with what was sent: everyone can read it, and what was sent stays a text in its field."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from service.console.wrong import Wrong
from service.domain.look import Look
from service.html import render
from service.texts.catalogue import ENGLISH
from service.web.own_address import OWN_PATH
from tests.browser import started_browser, watched
from tests.console.drawing import NAMES_OF_VIEWS, VIEWS, frame_with, look_through, serve
from tests.hostile_texts import HOSTILE_TEXTS, LONG_WORD

TEXTS = {f"field-{at}": text for at, text in enumerate(HOSTILE_TEXTS) if text.isprintable()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def drawn(sent: dict[str, str], look: Look | None = None) -> str:
    wrong = Wrong(
        "The store cannot be reached right now",
        "Try again in 7 seconds.",
        "store_unavailable",
        "/console",
        "To your sites",
        again="/console/harbour/setup",
        kept={name: value for name, value in sent.items() if name != "csrf"},
        sent=sent,
        fields=("title", LONG_WORD[:200]),
    )
    return render.text("console/wrong.html", ENGLISH, frame=frame_with(look or Look()), wrong=wrong).replace(
        OWN_PATH, ""
    )


@pytest.mark.parametrize(("scheme", "width", "text_px", "look"), VIEWS[::2], ids=NAMES_OF_VIEWS[::2])
def test_it_can_be_read_by_everyone(browser: Browser, scheme: str, width: int, text_px: int, look: Look) -> None:
    sent = {"csrf": "c", "title": "Harbour Gazette", "a_field_" * 10: LONG_WORD, "direction": "\u202eabc"}
    look_through(browser, drawn(sent, look), scheme=scheme, width=width, text_px=text_px)


def test_what_was_sent_stands_in_its_fields_as_it_was(browser: Browser) -> None:
    page, complaints = watched(browser, width=360)
    serve(page, drawn({"csrf": "c", **TEXTS}))
    shown = page.locator("main textarea").evaluate_all("all => all.map(each => each.value)")
    assert shown == list(TEXTS.values())
    hidden = page.locator("main input[type=hidden]").evaluate_all("all => all.map(each => [each.name, each.value])")
    assert dict(hidden) == {"csrf": "c", **TEXTS}
    assert page.locator("main form").count() == 1
    assert page.locator("main :is(script, img, iframe, svg[onload])").count() == 0
    assert complaints == []
    page.close()
