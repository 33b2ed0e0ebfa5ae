"""Times of pages: as the reader's own clock has them, and without scripts in UTC, which they say."""

import pytest
from playwright.sync_api import Browser

from service.html.page_texts import page_texts
from service.html.shown.moment import moment
from service.html.times import clock_in_drawing
from service.texts.catalogue import CATALOGUE
from service.web.own_address import OWN_PATH
from tests.console.drawing import FRAME, serve
from tests.console.test_parts import HTML, browser

__all__ = ["browser"]
AT = 1_800_000_000_000
"""08:00 UTC on 15 January 2027; in Kolkata half past one in the afternoon."""
PAGE = """{% extends "console/frame.html" %}{% import "console/shown.macros.html" as shown with context %}
{% block title %}Times{% endblock %}{% block content %}<h1>Times</h1>
<p>{{ at|clock }}</p><p>{{ at|instant }}</p><p>{{ shown.ago(moment) }}</p><svg><text>{{ drawn }}</text></svg>
{% endblock %}"""


@pytest.mark.parametrize(
    ("language", "zone", "has_scripts", "wanted"),
    [
        ("en", "Asia/Kolkata", True, ("13:30", "15 January 2027 at 13:30", "15 January 2027 at 13:30")),
        ("de", "Pacific/Honolulu", True, ("22:00", "14. Januar 2027 um 22:00", "14. Januar 2027 um 22:00")),
        ("en", "Asia/Kolkata", False, ("08:00 UTC", "15 January 2027, 08:00 UTC", "15 January 2027, 08:00 UTC")),
    ],
)
def test_times_are_the_readers_own(
    browser: Browser, language: str, zone: str, *, has_scripts: bool, wanted: tuple[str, str, str]
) -> None:
    texts = CATALOGUE.of(language)
    told = {"at": AT, "moment": moment(AT, AT + 60_000, texts), "drawn": clock_in_drawing(AT, texts)}
    values = {"frame": FRAME, "texts": texts, **told, **page_texts(texts)}
    page = browser.new_page(timezone_id=zone, java_script_enabled=has_scripts)
    try:
        serve(page, HTML.from_string(PAGE).render(values).replace(OWN_PATH, ""))
        times = page.locator("time")
        said = (times.nth(0).text_content(), times.nth(1).text_content(), times.nth(2).get_attribute("title"))
        assert said == wanted
        assert times.nth(2).text_content() == texts.ago(60)
        assert page.locator("tspan").text_content() == wanted[0].removesuffix(" UTC")
    finally:
        page.close()
