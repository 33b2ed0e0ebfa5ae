"""The word that one token disguises: 1d10t, a$$hole, f*ck, id.iot, idioooot, or a word that mixes scripts."""

import re
from collections.abc import Callable
from itertools import product

from classifier.text.swearword import LOOKALIKE_LETTERS, MASKED_WORDS

IsWord = Callable[[str], bool]
"""Whether a text in lower-case ASCII is a known word."""

LEET = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "il", "+": "t",
}  # fmt: skip
"""Sign -> the letters that it may stand for, the likeliest first."""

STRETCHED = re.compile(r"([^\W\d_])\1\1")
"""A letter three times in a row."""

_LONGER_STRETCH = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_])\1")
_LETTER = re.compile(r"[a-z]")
_MASKS = frozenset("*#%-_.@$!?+")
_FIRST_GREEK, _LAST_CYRILLIC = "\u0370", "\u052f"
_MAX_READINGS = 8
"""More readings of one token are not tried: each sign with two letters doubles their number."""

_FIRST_SIGNS = "@$"
"""A mask may begin with one of these instead of the word's own first letter."""

_MAX_ORDINAL_CHARS = 3
"""A short token of digits and then letters is a number such as 4th."""

_MIN_BARE_CHARS = 3
"""What is left of a token without its signs must have this many letters to be taken for a word."""


def word_of(token: str, is_word: IsWord) -> str | None:
    """The word that a token in lower case disguises, or None where it disguises none."""
    core = token.rstrip("!") or token
    if any(_FIRST_GREEK <= character <= _LAST_CYRILLIC for character in core) and _LETTER.search(core):
        core = core.translate(LOOKALIKE_LETTERS)
        if core.isalpha():
            return core
    if STRETCHED.search(core):
        core = _LONGER_STRETCH.sub(r"\1\1", core)
        single = _DOUBLED.sub(r"\1", core)
        if core.isalpha():
            return next((word for word in (core, single) if is_word(word)), None)
        core = single
    if core.isalpha() or _is_ordinal(core):
        return core if core != token and is_word(core) else None
    return _read(token, core, is_word)


def _is_ordinal(core: str) -> bool:
    return core[0].isdigit() and core.lstrip("0123456789").isalpha() and len(core) <= _MAX_ORDINAL_CHARS


def _read(token: str, core: str, is_word: IsWord) -> str | None:
    """The word that a token of letters, digits and signs stands for.

    It is tried as leet, then as a masked swear word, and at last as leet without the signs that stand for no letter.
    """
    bare = "".join([character for character in core if character in LEET or character.isalpha()])
    is_whole = len(bare) == len(core)  # otherwise no reading is all letters
    word = next(filter(is_word, _readings(core)), None) if is_whole else None
    word = word or _unmasked(core) or (_unmasked(token) if core != token else None)
    if word is not None or is_whole:
        return word
    return next((reading for reading in _readings(bare) if len(reading) >= _MIN_BARE_CHARS and is_word(reading)), None)


def _readings(token: str) -> list[str]:
    """What a token means when its signs stand for letters, the likeliest reading first."""
    choices = [LEET.get(character, character) for character in token]
    return ["".join(reading) for reading, _ in zip(product(*choices), range(_MAX_READINGS), strict=False)]


def _unmasked(token: str) -> str | None:
    """The swear word that a token with masked letters stands for, or None."""
    for word in MASKED_WORDS.get(len(token), ()):
        if (token[0] == word[0] or token[0] in _FIRST_SIGNS) and all(map(_may_stand_for, token, word)):
            return word
    return None


def _may_stand_for(sign: str, letter: str) -> bool:
    return sign == letter or sign in _MASKS or letter in LEET.get(sign, "")
