"""The languages that there are, read once when the service starts: English, and each translation beside this file."""

from collections.abc import Iterable
from gettext import NullTranslations
from importlib.resources import files

from babel import Locale

from service.texts.texts import Texts
from service.texts.translation import SUFFIX, read_translation

ENGLISH = Texts("en", NullTranslations(), Locale("en", "GB"))
"""The language that the code is written in, with British dates."""


class Catalogue:
    """The texts of each language."""

    def __init__(self, translations: Iterable[Texts] = ()) -> None:
        self._by_language = {each.language.lower(): each for each in (ENGLISH, *translations)}

    @property
    def languages(self) -> frozenset[str]:
        """The tags of all, in lower case."""
        return frozenset(self._by_language)

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The tag of each language, and what it calls itself, in the order of these names."""
        named = ((tag, texts.name) for tag, texts in self._by_language.items())
        return tuple(sorted(named, key=lambda each: each[1]))

    def of(self, language: str) -> Texts:
        """The texts of a language, or of the nearest that there is: those of `de` for `de-CH`, and English for what is
        unknown (RFC 4647, 3.4)."""
        return self.first_of((language,))

    def first_of(self, languages: Iterable[str]) -> Texts:
        """The texts of the first of these languages, each in its own or a nearest form, of which there are some;
        else English."""
        found = (self._find(language.lower()) for language in languages)
        return next((each for each in found if each), ENGLISH)

    def _find(self, nearest: str) -> Texts | None:
        while nearest and nearest not in self._by_language:
            nearest = nearest.rpartition("-")[0]
        return self._by_language.get(nearest)


CATALOGUE = Catalogue(read_translation(file) for file in files("service.texts").iterdir() if file.name.endswith(SUFFIX))
