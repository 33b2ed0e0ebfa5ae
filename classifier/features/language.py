"""Guesses the language of a text, so that a text in one that the model was not trained on is marked as such."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classifier.features.batch import Features
from classifier.features.hashing import word_hash
from classifier.features.structure import STRUCTURE
from classifier.text.view import View

_COMMON_WORDS = {
    "en": "the of and to in is that it for was on are with as this be at have from or by you not but they i my me he "
    "she we do what so your if their there just all no can who about like would up dont its im get go how them when "
    "than has his her will an one more our us any why been were had did",
    "es": "el los las una que de es por con para su como esta pero mas muy porque cuando ser son del al lo se le nos "
    "este eso tambien todo esto hay fue tiene yo tu ella ellos ni ya sin sobre entre hasta donde y",
    "fr": "le les des une est et dans pour pas sur avec ce cette qui que vous nous je il elle sont mais ou au aux du "
    "par plus tout comme etre fait ont leur meme cest ca ses bien aussi tres sans si",
    "de": "der die das und ist nicht ein eine zu den mit von auf fur dem des im ich sie es auch wie aber oder wenn "
    "wir ihr sind war hat nur noch nach bei uber als so was kann mehr einen einer",
    "it": "il lo gli una che di non per con sono come questo questa anche piu ma della del alla nel dei delle ha ho "
    "se si perche quando molto tutto essere stato cosi lui lei ci",
    "pt": "os as um uma que de nao para com por como mais mas isso esse esta ele ela muito sao foi tem do da dos das "
    "no na ao voce eu meu sua seu tambem quando so ja",
    "nl": "de het een en van ik is niet dat die te zijn op aan met voor maar er als ook bij nog dan wat je naar om "
    "heeft hebben wij ze deze geen meer wel kan uit",
    "pl": "i w na nie z do to sie jest ze co jak o po za ale od tak przez czy tym dla juz tylko ma by byl jego bardzo "
    "ten te moze sa",
    "tr": "ve bir bu da de ne icin ile cok ama o ben sen var yok daha gibi kadar en mi degil olan her ya ki biz siz",
    "sv": "och att det som en pa ar av for med den till inte om ett jag har de men var sig fran vi sa kan nar han hon "
    "eller detta ska",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena ada bisa mereka kita aku "
    "kamu sudah",
}

_SCRIPTS = (
    (0x0370, 0x0400, "el"),
    (0x0400, 0x0530, "ru"),
    (0x0590, 0x0600, "he"),
    (0x0600, 0x0780, "ar"),
    (0x0900, 0x0980, "hi"),
    (0x0E00, 0x0E80, "th"),
    (0x3040, 0x3100, "ja"),
    (0x4E00, 0xA000, "zh"),
    (0xAC00, 0xD7B0, "ko"),
)
"""The first code point of a script, the one after its last, and the language that is most written in it."""

Language = tuple[str | None, bool]
"""The ISO 639-1 code of a language, None when it is not recognised, and whether the model was trained on it."""

_LATIN_PAST = 0x0250
"""The code point after the last Latin letter with which languages are written."""

_FIRST_LETTER = ord("a")
_SIGNS_FROM, _SIGNS_PAST = 0x2000, 0x2E80
_PICTURES_FROM = 0x1F000
_MIN_WORDS = 4
"""A text of fewer words is taken as one that the model knows."""

_KNOWN_SHARE = 0.6
"""A text with at least this share of known words is English."""

_FOREIGN_SHARE = 0.3
"""A text with a lower share of known words, and hardly a common word of English, is in a language that nobody named."""

_HARDLY_SHARE = 10
"""Hardly a word: fewer than one in so many."""

_LEAD = 1.5
"""Another language must have so many times as many common words as English."""

_LANGUAGES = tuple(_COMMON_WORDS)
_UNKNOWN_WORDS = STRUCTURE.index("unknown_words")


def _common_words() -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """(n,) the hashes of all common words, ascending, and (n,) a bit for each language that has the word."""
    bits: dict[int, int] = {}
    for place, words in enumerate(_COMMON_WORDS.values()):
        for word in words.split():
            key = word_hash(word)
            bits[key] = bits.get(key, 0) | 1 << place
    keys = sorted(bits)
    return np.array(keys, dtype=np.uint32), np.array([bits[key] for key in keys], dtype=np.uint16)


_KEYS, _BITS = _common_words()


def _counts_by_language(words: NDArray[np.uint32]) -> dict[str, int]:
    """Language -> how many words of a text, given by their hashes, are common in it."""
    places = np.minimum(np.searchsorted(_KEYS, words), len(_KEYS) - 1)
    bits = _BITS[places] * (_KEYS[places] == words)
    return {language: int(np.count_nonzero(bits & (1 << place))) for place, language in enumerate(_LANGUAGES)}


def _script_language(symbols: NDArray[np.uint32]) -> str | None:
    """The language of the script that most letters belong to; Japanese where there are any of its own."""
    counts = {name: int(((symbols >= first) & (symbols < past)).sum()) for first, past, name in _SCRIPTS}
    if counts["ja"]:
        return "ja"
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


def _is_foreign_script(symbols: NDArray[np.uint32]) -> bool:
    """Whether most letters are not Latin; pictures and signs are not counted as letters."""
    latin = int(((symbols >= _FIRST_LETTER) & (symbols < _LATIN_PAST)).sum())
    pictures = ((symbols >= _SIGNS_FROM) & (symbols < _SIGNS_PAST)) | (symbols >= _PICTURES_FROM)
    other = int(((symbols >= _LATIN_PAST) & ~pictures).sum())
    return other > latin


def languages_of(features: Features) -> list[Language]:
    """The language of each text of a batch, in order."""
    unknown = features.structure[:, _UNKNOWN_WORDS].tolist()
    foreign = _foreign_scripts(features.view)
    bounds = pairwise(features.view.word_bounds)
    return [
        (foreign[text], False) if text in foreign else _latin_language(features, *words, share)
        for text, (words, share) in enumerate(zip(bounds, unknown, strict=True))
    ]


def _foreign_scripts(view: View) -> dict[int, str | None]:
    """Text -> the language of its script, for the texts whose letters are not Latin."""
    if view.symbols.dtype != np.uint32:
        return {}
    symbols = view.symbols.view(np.uint32)
    parts = enumerate(symbols[start:stop] for start, stop in pairwise(view.starts))
    return {
        text: _script_language(part)
        for text, part in parts
        if len(part) and int(part.max()) >= _LATIN_PAST and _is_foreign_script(part)
    }


def _latin_language(features: Features, first: int, past: int, unknown: float) -> Language:
    """The language of a text in Latin letters.

    first, past: the half-open bounds of its words in the batch; unknown: the share of its words that are in no list
    """
    if past - first < _MIN_WORDS:
        return None, True
    known = 1 - unknown
    if known >= _KNOWN_SHARE:
        return "en", True
    counts = _counts_by_language(features.occurrences.keys[first:past])
    best = max(_LANGUAGES, key=lambda language: counts[language])
    if best != "en" and counts[best] > max(_LEAD * counts["en"], 1):
        return best, False
    if known < _FOREIGN_SHARE and counts["en"] * _HARDLY_SHARE < past - first:
        return None, False
    return ("en" if counts["en"] else None), True
