"""Foreign letters: those of another script, or of another form, than the rest of their word, that pass for its own.

Honest texts have them too (a Greek letter in a formula), so they are shown and never judged by.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from service.domain.likeness import latin_look_alike, look_alikes

_LATIN = "LATIN"
_OTHER_FORM = "another form"
_FULL_WIDTH = "FULLWIDTH"
_ALIKE_SCRIPTS = frozenset({_LATIN, "GREEK", "CYRILLIC", "ARMENIAN"})
"""Scripts whose words are looked at: those of others hold Latin letters in honest texts, without a space between."""
_FORMS = frozenset({"MATHEMATICAL", "CIRCLED", "SQUARED", "NEGATIVE", "PARENTHESIZED", "DOUBLE-STRUCK", "MODIFIER"})
"""The first words of the names of letters that are another form of Latin ones."""
_SIGNS = frozenset({"MICRO", "FEMININE", "MASCULINE", "OHM"})
"""The first words of the names of letters that stand for something of their own: in µm, 1ª."""
_NO_SCRIPTS = frozenset({_OTHER_FORM, _FULL_WIDTH}) | _SIGNS
_ENCLOSED = "\u249c-\u24e9\U0001f110-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"
"""Letters in circles and squares, which are no letters to Unicode."""
_IN_WORD = re.compile(rf"[^\W_]|[{_ENCLOSED}]")
_WORD = re.compile(rf"(?:{_IN_WORD.pattern}){{2,}}")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Where these are written, Latin letters of full width are as honest as the others."""


def foreign_letters(text: str) -> dict[int, str]:
    """The places of foreign letters in a text without marks and invisible characters, and what each reads as."""
    if text.isascii() or not any(map(_is_strange, set(text))):
        return {}
    counts = _scripts_of(text)
    has_wide = _EAST_ASIAN.search(text) is not None
    found: dict[int, str] = {}
    for word in _WORD.finditer(text):
        if not _is_of_one_script(word[0]):
            found.update(_foreign_in(word, counts, has_wide=has_wide))
    return found


@lru_cache(8192)
def _is_strange(letter: str) -> bool:
    """Whether a character may be a foreign letter in a Latin word: most texts have none."""
    return not letter.isascii() and _IN_WORD.match(letter) is not None and _script_of(letter) != _LATIN


def _is_of_one_script(word: str) -> bool:
    scripts = set(map(_script_of, word))
    return len(scripts) == 1 and word.isalpha() and scripts.isdisjoint(_NO_SCRIPTS)


def _scripts_of(text: str) -> Counter[str]:
    """How many letters a text has of each script: the one that it has the most of is at home in a mixed word."""
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            counts[_script_of(letter)] += count
    return counts


def _foreign_in(word: re.Match[str], counts: Mapping[str, int], *, has_wide: bool) -> Iterator[tuple[int, str]]:
    home = _home_of(word[0], counts)
    if home not in _ALIKE_SCRIPTS:
        return
    for place, letter in enumerate(word[0], start=word.start()):
        script = _script_of(letter)
        if script != home and script not in _SIGNS and not (script == _FULL_WIDTH and has_wide):
            reads_as = _reading(letter, home)
            if reads_as:
                yield place, reads_as


def _home_of(word: str, counts: Mapping[str, int]) -> str:
    """The script that a mixed word passes for: the one that its text has the most of; or Latin, where a letter passes
    for none of that script and all do for Latin ones."""
    scripts = {_script_of(letter) for letter in word if letter.isalpha()} - {_OTHER_FORM, _FULL_WIDTH} - _SIGNS
    home = max(scripts, key=lambda script: (counts[script], script == _LATIN, script), default=_LATIN)
    if len(scripts) > 1 and home in _ALIKE_SCRIPTS and home != _LATIN:
        strange = [letter for letter in word if _script_of(letter) != home]
        if not all(_reading(letter, home) for letter in strange) and all(_latin(letter) for letter in word):
            return _LATIN
    return home


@lru_cache(8192)
def _script_of(letter: str) -> str:
    """The script of a letter by the first word of its name."""
    if letter.isascii():
        return _LATIN
    name = unicodedata.name(letter, "")
    first, _, _ = name.partition(" ")
    return _OTHER_FORM if first in _FORMS or "SMALL CAPITAL" in name else first


@lru_cache(8192)
def _reading(letter: str, home: str) -> str:
    """The letter of the script at home that another passes for, or ""."""
    latin = _latin(letter)
    if home == _LATIN or not latin:
        return "" if letter.isascii() else latin
    at_home = (each for each in look_alikes(latin) if _script_of(each) == home)
    return next((each for each in at_home if each.isupper() == letter.isupper()), "")


@lru_cache(8192)
def _latin(letter: str) -> str:
    return letter if letter.isascii() else latin_look_alike(letter)
