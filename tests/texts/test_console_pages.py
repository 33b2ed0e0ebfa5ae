"""The console's own pages in another language: each text comes in brackets, and English stands nowhere outside."""

import pytest

from service.console.settings import fields_of
from service.domain.look import Look
from service.html import render
from service.texts.catalogue import CATALOGUE
from service.texts.texts import Texts
from tests.console.drawing import FRAME
from tests.texts.outside import read_of, words_outside

KNOWN = ("commentdesk", "Harbour Gazette", "Ada Lindqvist", "AL", "Esc", *(name for _, name in CATALOGUE.names))
SETTINGS = {"chosen": fields_of(Look()), "mistakes": {"theme": ""}, "is_saved": True, "languages": CATALOGUE.names}
PAGES: dict[str, dict[str, object]] = {"settings": SETTINGS, "guide": {}}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_text_past_the_catalogue(brackets: Texts, page: str) -> None:
    html = render.text(f"console/{page}.html", brackets, frame=FRAME, **PAGES[page])
    entries = tuple(link.words for link in FRAME.links)
    assert words_outside(read_of(html), (*KNOWN, *entries)) == []
