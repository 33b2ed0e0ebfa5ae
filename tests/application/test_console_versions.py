"""The console's pages of the versions of rules: who changed what, the difference between two, and the way back."""

from typing import Any

import pytest

from tests.application.conftest import Application
from tests.application.console import Browser
from tests.application.test_console_rules import SITE, policy, signed_in

VERSIONS = "/console/default/rules/versions"
HOSTILE = '<script>alert(1)</script>\u202e"'


def rule(name: str, more_than: int) -> dict[str, Any]:
    return {"name": name, "when": {"links": {"more_than": more_than}}, "action": "hold"}


@pytest.fixture
async def operator(application: Application) -> Browser:
    """Version 2 has two rules; in 3 one is another, one is gone, one came, and the mode is another."""
    browser = await signed_in(application, "operator")
    await application.ask("PATCH", SITE + "/policy", {"rules": [rule("Links", 2), rule(HOSTILE, 9)]})
    await application.ask("PATCH", SITE + "/policy", {"rules": [rule("Links", 5), rule("New", 1)], "mode": "auto"})
    return browser


async def test_versions_lead_to_what_changed(operator: Browser) -> None:
    page = await operator.get(VERSIONS)
    assert page.status == 200
    assert f'href="{VERSIONS}/2..3"' in page.text
    assert f'href="{VERSIONS}/0..1"' not in page.text
    assert "How comments are moderated" in page.text


async def test_the_difference_stands_in_words_and_as_written(operator: Browser) -> None:
    page = await operator.get(VERSIONS + "/2..3")
    assert page.status == 200
    assert "<del>Held first</del> → <ins>By their risk</ins>" in page.text
    words = page.text[page.text.index("In words") : page.text.index("As written")]
    assert "New:" in words
    assert "Taken out:" in words
    assert "More than 2 links" in words
    assert "More than 5 links" in words
    written = page.text[page.text.index("As written") :]
    assert '<li class="out">' in written
    assert '<li class="in">' in written
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text


async def test_an_older_version_becomes_the_rules_again_once(application: Application, operator: Browser) -> None:
    page = await operator.get(VERSIONS + "/2..3")
    form = page.fields_of(VERSIONS)
    for _ in range(2):
        assert (await operator.post(VERSIONS, form)).status == 303
    found = await policy(application)
    assert (found["version"], found["mode"]) == (4, "premoderate")


async def test_what_changed_since_a_version_stands_with_who_did_it(operator: Browser) -> None:
    listed = await operator.get(VERSIONS)
    assert f'href="{VERSIONS}/1..3"' in listed.text
    assert "in force" in listed.text
    page = await operator.get(VERSIONS + "/1..3")
    who = page.text[page.text.index("Who changed what") :]
    assert who.index("Version 3") < who.index("Version 2")
    assert "Version 1<" not in who
    assert "How comments are moderated" in who
    assert page.text.index("In words") < page.text.index("As written") < page.text.index("Who changed what")


async def test_numbers_are_written_as_the_language_has_them(application: Application, operator: Browser) -> None:
    await application.ask("PATCH", SITE + "/policy", {"publish_below": 0.0525, "stranger_burst": 1234})
    page = await operator.get(VERSIONS + "/3..4", **{"Accept-Language": "de"})
    assert "<ins>0,0525</ins>" in page.text
    assert "<ins>1.234</ins>" in page.text


async def test_a_change_meanwhile_keeps_the_older_version_away(application: Application, operator: Browser) -> None:
    form = (await operator.get(VERSIONS + "/2..3")).fields_of(VERSIONS)
    await application.ask("PATCH", SITE + "/policy", {"mode": "postmoderate"})
    refused = await operator.post(VERSIONS, form)
    assert refused.status == 409
    assert "Somebody changed the rules meanwhile" in refused.text
    assert refused.text.count("new to you") == 1
    assert (await policy(application))["version"] == 4
    assert (await operator.post(VERSIONS, refused.fields_of(VERSIONS))).status == 303
    assert (await policy(application))["version"] == 5


async def test_equal_versions_have_no_difference(operator: Browser) -> None:
    assert "Nothing is different." in (await operator.get(VERSIONS + "/2..2")).text


@pytest.mark.parametrize("versions", ["2..9", "9..2", "0..1", "x", "1", "1..2..3", "1...2"])
async def test_versions_that_are_not_there_are_said_to_be_missing(operator: Browser, versions: str) -> None:
    assert (await operator.get(f"{VERSIONS}/{versions}")).status == 404


async def test_a_moderator_compares_and_restores_nothing(application: Application, operator: Browser) -> None:
    assert operator.cookies
    moderator = await signed_in(application, "moderator")
    page = await moderator.get(VERSIONS + "/2..3")
    assert page.status == 200
    assert "the rules again" not in page.text
    assert (await moderator.post(VERSIONS, {"version": "2", "key": "x"})).status == 403
