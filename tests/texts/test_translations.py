"""The translations that the service brings: each is whole, and of the texts that there are now."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from service.texts.catalogue import CATALOGUE
from tests.texts.translations import ROOT

FILES = sorted((ROOT / "service" / "texts").glob("*.po"))
HOW = "see “A translator” in DEVELOPERS.md: extract the messages, update the file, translate what is new"
THE_SAME = {
    "API",
    "Menu",
    "Browser",
    "Code",
    "Version",
    "Versions",
    "Name",
    "Notes",
    "Pause",
    "Site",
    "Spam",
    "Version %(number)s",
    "Text",
    "Website",
    "%(date)s, %(time)s UTC",
    "%(time)s UTC",
    "%(count)s minutes",
}
"""Messages that a language may write as English does."""


def read(file: Path) -> Catalog:
    with file.open("rb") as content:
        return read_po(content, file.stem.replace("-", "_"))


def test_there_are_the_languages_that_are_promised() -> None:
    assert {"de", "fr"} <= {file.stem for file in FILES}
    assert [CATALOGUE.of(language).language for language in ("de-AT", "fr-CA")] == ["de", "fr"]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_translation_has_every_message_and_none_that_is_gone(file: Path, template: Catalog) -> None:
    translation = read(file)
    wanted, there = ({message.id for message in each if message.id} for each in (template, translation))
    assert wanted - there == set(), HOW
    assert there - wanted == set(), HOW
    assert [message.id for message in translation if message.id and message.fuzzy] == [], HOW


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_nothing_is_left_in_english(file: Path) -> None:
    for message in read(file):
        if message.id:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            assert all(forms), message.id
            assert not {*forms} & {*ids} - THE_SAME, message.id
