"""Ten ways in which people disguise words, to test that the scores stay."""

from collections.abc import Callable
from random import Random

_LEET = str.maketrans("aeiost", "4310$7")
_LOOKALIKES = str.maketrans("aeopcxyi", "аеорсхуі")
_BOLD = {chr(97 + place): chr(0x1D41A + place) for place in range(26)}
_WIDE = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
_ZALGO = "\u0335\u0336\u0337\u0338\u0321\u0322\u0303\u0308"
_VOWELS = "aeiou"

Disguise = Callable[[str, Random], str]
"""A text and a source of randomness -> the disguised text."""

_MIN_WORD_CHARS = 4


def _by_word(change: Callable[[str, Random], str], share: float) -> Disguise:
    """A disguise of a share of the words of _MIN_WORD_CHARS letters or more."""

    def disguise(text: str, draw: Random) -> str:
        words = text.split(" ")
        return " ".join(
            change(word, draw) if len(word) >= _MIN_WORD_CHARS and draw.random() < share else word for word in words
        )

    return disguise


def _random_case(text: str, draw: Random) -> str:
    return "".join(letter.upper() if draw.random() < 0.5 else letter.lower() for letter in text)


def _punctuated(word: str, draw: Random) -> str:
    place = draw.randrange(1, len(word))
    return f"{word[:place]}{draw.choice('.-_*')}{word[place:]}"


def _stretched(word: str, draw: Random) -> str:
    places = [place for place, letter in enumerate(word) if letter in _VOWELS] or [len(word) - 1]
    place = draw.choice(places)
    return word[:place] + word[place] * draw.randrange(4, 8) + word[place + 1 :]


def _masked(word: str, draw: Random) -> str:
    places = [place for place in range(1, len(word)) if word[place] in _VOWELS] or [1]
    place = draw.choice(places)
    return f"{word[:place]}*{word[place + 1 :]}"


def _invisible(word: str, draw: Random) -> str:
    place = draw.randrange(1, len(word))
    return f"{word[:place]}{draw.choice(chr(0x200B) + chr(0x202E) + chr(0x00AD) + chr(0x2060))}{word[place:]}"


def _zalgo(word: str, draw: Random) -> str:
    return "".join(letter + draw.choice(_ZALGO) + draw.choice(_ZALGO) for letter in word)


def _entities(word: str, draw: Random) -> str:
    place = draw.randrange(len(word))
    return f"{word[:place]}&#{ord(word[place])};{word[place + 1 :]}"


DISGUISES: dict[str, Disguise] = {
    "case": _random_case,
    "punctuation inside": _by_word(_punctuated, 0.6),
    "stretched": _by_word(_stretched, 0.6),
    "spaced": _by_word(lambda word, _: " ".join(word), 0.5),
    "leet": _by_word(lambda word, _: word.lower().translate(_LEET), 0.8),
    "masked": _by_word(_masked, 0.4),
    "invisible": _by_word(_invisible, 0.8),
    "wide and bold": _by_word(
        lambda word, draw: "".join(map((_BOLD if draw.random() < 0.5 else _WIDE).get, word.lower(), word)), 0.9
    ),
    "look-alikes": _by_word(lambda word, _: word.translate(_LOOKALIKES), 0.8),
    "entities and zalgo": _by_word(lambda word, draw: (_zalgo if draw.random() < 0.5 else _entities)(word, draw), 0.8),
}
