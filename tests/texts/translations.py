"""Translations as translators hand them in, made by the commands that DEVELOPERS.md tells them."""

import subprocess
import sys
from collections.abc import Mapping
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from service.texts.texts import Texts
from service.texts.translation import read_translation

ROOT = Path(__file__).parents[2]
OPEN, CLOSE = "⟦", "⟧"
Translated = str | tuple[str, ...]


def extract(folder: Path) -> Catalog:
    """All messages of the code, without translations."""
    template = folder / "commentdesk.pot"
    command = ["--quiet", "extract", "-F", "pyproject.toml", "-o", str(template), "."]
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *command], cwd=ROOT, check=True)
    with template.open("rb") as content:
        return read_po(content)


def texts_in(language: str) -> Texts:
    """A language that has no translation: its texts are English, its dates and numbers its own."""
    return Texts(language, NullTranslations(), Locale.parse(language, sep="-"))


def translation(folder: Path, language: str, translated: Mapping[Translated, Translated]) -> Texts:
    """The texts of a language as the service reads them; of messages by their translations."""
    return read_translation(translation_file(folder, language, translated))


def translation_file(folder: Path, language: str, translated: Mapping[Translated, Translated]) -> Path:
    catalogue = Catalog(locale=language.replace("-", "_"))
    for message, its_translation in translated.items():
        catalogue.add(message, its_translation)
    file = folder / f"{language}.po"
    with file.open("wb") as content:
        write_po(content, catalogue)
    return file


def bracketed(template: Catalog, folder: Path) -> Texts:
    """A language whose texts are the English ones in brackets, with the dates of Japanese, in which no letter of
    English is found."""
    translated: dict[Translated, Translated] = {}
    for message in template:
        if isinstance(message.id, str):
            translated[message.id] = bracket(message.id)
        else:
            translated[tuple(message.id)] = (bracket(message.id[1]),)
    del translated[""]  # the head of the file
    return translation(folder, "ja", translated)


def bracket(message: str) -> str:
    return f"{OPEN}{message}{CLOSE}"
