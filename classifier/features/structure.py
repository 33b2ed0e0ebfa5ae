"""The structural features: links, kinds of characters, repetition, listed words, and the author's name and website.

Every feature has a name, a column and a value of the order of 1; a count enters as log(1 + count).
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import log1p

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Text
from classifier.features.hashing import Occurrences, pair_hash, word_hash
from classifier.features.lexicon import COUNTED_MARKS, Lexicon, Mark
from classifier.features.link import Links, has_risky_ending, host_of, is_shortener, links_of
from classifier.text.view import View

_BODY = (
    "length",
    "links",
    "link_share",
    "link_shortener",
    "link_spam_domain",
    "link_risky_ending",
    "markup",
    "mail_address",
    "phone_number",
    "digit_share",
    "capital_share",
    "exclamations",
    "money_signs",
    "repeated_words",
    "unknown_words",
)
_NAME = ("name_spam_terms", "name_many_words", "name_link")
_WEBSITE = (
    "website",
    "website_spam_domain",
    "website_spam_terms",
    "website_risky_ending",
    "website_hyphens",
    "website_deep",
)
_WORDS = tuple(f"words_{(mark.name or '').lower()}" for mark in COUNTED_MARKS)
_DISGUISE = ("disguised_words",)

STRUCTURE: tuple[str, ...] = _BODY + _NAME + _WEBSITE + _WORDS + _DISGUISE
"""The names of the features, in the order of their columns."""

STYLE = frozenset(_BODY + _NAME + _WEBSITE + ("words_spam_term",))
"""These features serve spam alone: for the other attributes they would tell the training sets apart, not the texts."""

_PLACES = {name: place for place, name in enumerate(STRUCTURE)}
_OF_NAME = slice(_PLACES[_NAME[0]], _PLACES[_NAME[-1]] + 1)
_OF_WEBSITE = slice(_PLACES[_WEBSITE[0]], _PLACES[_WEBSITE[-1]] + 1)
_OF_WORDS = slice(_PLACES[_WORDS[0]], _PLACES[_WORDS[-1]] + 1)
_DISGUISED_WORDS = _PLACES[_DISGUISE[0]]

_NO_HOSTS = (0.0, 0.0, 0.0)
_MARK_VALUES = tuple(int(mark) for mark in COUNTED_MARKS)
_UNKNOWN, _KNOWN = np.array(0, dtype=np.uint16), np.array(Mark.KNOWN, dtype=np.uint16)
_SPAM_TERM, _SPAM_DOMAIN = int(Mark.SPAM_TERM), int(Mark.SPAM_DOMAIN)
_REPEATED_FROM_WORDS = 12
"""In a shorter text a repeated pair of words means nothing."""

_LENGTH_SCALE = 5
"""The logarithm of a usual length is about so much."""

_MAX_NAME_WORDS = 20
_MAX_WEBSITE_WORDS = 40
_MANY_NAME_WORDS = 3
"""A name of more words is unusual."""

_MIN_PHONE_DIGITS = 7
_LOWER = bytes(range(ord("a"), ord("z") + 1))
_UPPER = _LOWER.upper()
_DIGITS = b"0123456789"
_COMMON = _LOWER + b" ,.'"
"""A body without these is short, so that it costs little to look for one sign after another in it."""

_PHONE = re.compile(r"\d(?<![\w/.=-]\d)[\d ().-]{6,16}\d(?![\w/])")
_MAIL = re.compile(r"@(?<=[\w.+-]@)[\w-]{1,63}\.\w")
_MARKUP = re.compile(r"<a\s|\[url|\[link|href\s*=|</a>", re.IGNORECASE)
_ALNUM = re.compile(r"[a-z0-9]+")


def _host_features(links: Links, lexicon: Lexicon) -> tuple[float, float, float]:
    """The values of "link_shortener", "link_spam_domain" and "link_risky_ending"."""
    hosts = set(links.hosts)
    return (
        float(any(map(is_shortener, hosts))),
        float(any(lexicon.mark_of(host) & _SPAM_DOMAIN for host in hosts)),
        float(any(map(has_risky_ending, hosts))),
    )


def _sign_features(body: str, lexicon: Lexicon) -> list[float]:
    """The values of _BODY before "repeated_words", of the body as it was sent."""
    encoded = body.encode("latin-1", "replace")
    signs = encoded.translate(None, _COMMON)
    size = len(encoded) or 1
    digits = len(signs) - len(signs.translate(None, _DIGITS))
    upper = len(signs) - len(signs.translate(None, _UPPER))
    links = links_of(body, encoded)
    money = _money_signs(body, signs)
    marked_up = (b"<" in signs or b"[" in signs or b"=" in signs) and _MARKUP.search(body) is not None
    mailed = b"@" in signs and _MAIL.search(body) is not None
    phoned = digits >= _MIN_PHONE_DIGITS and _PHONE.search(body) is not None
    return [
        log1p(len(encoded)) / _LENGTH_SCALE,
        log1p(len(links.hosts)) if links.hosts else 0.0,
        links.chars / size,
        *(_host_features(links, lexicon) if links.hosts else _NO_HOSTS),
        1.0 if marked_up else 0.0,
        1.0 if mailed else 0.0,
        1.0 if phoned else 0.0,
        digits / size,
        upper / size,
        log1p(signs.count(b"!")),
        log1p(money) if money else 0.0,
    ]


def _money_signs(body: str, signs: bytes) -> int:
    """How many signs of currencies a body has; signs: the body in Latin-1 without letters and the commonest signs."""
    dollars = signs.count(b"$")
    return dollars if body.isascii() else dollars + body.count("£") + body.count("€")


def _spam_terms(words: list[str], lexicon: Lexicon) -> int:
    """How many of the words, and of the pairs of neighbours, are on a list of spam."""
    hashes = [word_hash(word) for word in words]
    hashes += [pair_hash(first, second) for first, second in pairwise(hashes)]
    return sum(1 for key in hashes if lexicon.mark_of_hash(key) & _SPAM_TERM)


def _name_features(name: str, lexicon: Lexicon) -> list[float]:
    """The values of _NAME, of a name in lower case."""
    words = _ALNUM.findall(name)[:_MAX_NAME_WORDS]
    return [
        log1p(_spam_terms(words, lexicon)),
        float(len(words) > _MANY_NAME_WORDS),
        float("http" in name or "www." in name or ".com" in name),
    ]


def _website_features(website: str, lexicon: Lexicon) -> list[float]:
    """The values of _WEBSITE."""
    host = host_of(website)
    path = website.partition("://")[2].partition("/")[2]
    return [
        float(bool(host)),
        float(bool(lexicon.mark_of(host) & _SPAM_DOMAIN)),
        log1p(_spam_terms(_ALNUM.findall(website.lower())[:_MAX_WEBSITE_WORDS], lexicon)),
        float(has_risky_ending(host)),
        float(host.count("-") > 1),
        float(len(path) > 1),
    ]


def _listed(marks: NDArray[np.uint16], bounds: Sequence[int]) -> dict[int, list[int]]:
    """Text -> the marks of its words and pairs that are on a list, for the texts that have any.

    marks: those of all words, then of all pairs of neighbours; bounds: `View.word_bounds`
    """
    listed: dict[int, list[int]] = {}
    n_words = bounds[-1]
    for place in (marks > _KNOWN).nonzero()[0].tolist():
        word, gap = (place, 0) if place < n_words else (place - n_words, 1)
        text = bisect_right(bounds, word) - 1
        if word + gap < bounds[text + 1]:
            listed.setdefault(text, []).append(marks.item(place))
    return listed


def _mark_counts(listed: list[int]) -> list[float]:
    """The values of _WORDS: log(1 + how many words and pairs of one text have the mark)."""
    return [log1p(sum(1 for marked in listed if marked & mark)) for mark in _MARK_VALUES]


def _repeated_share(pairs: NDArray[np.uint32]) -> float:
    """The share of pairs of neighbours that came before; sorting them takes half as long as making a set of them."""
    ordered = pairs.copy()
    ordered.sort()
    repeated: bytes = (ordered[1:] == ordered[:-1]).tobytes()
    return 1 - (repeated.count(0) + 1) / len(pairs)


def _body_features(
    texts: Sequence[Text], bounds: Sequence[int], keys: NDArray[np.uint32], marks: NDArray[np.uint16], lexicon: Lexicon
) -> list[list[float]]:
    """The values of _BODY for each text.

    bounds: `View.word_bounds`; keys, marks: those of all words, then of all pairs of neighbours
    """
    pairs = keys[bounds[-1] :]
    known = (marks[: bounds[-1]] != _UNKNOWN).tobytes()
    rows = []
    for text, (first, past) in zip(texts, pairwise(bounds), strict=True):
        count = past - first
        row = _sign_features(text.body, lexicon)
        row.append(_repeated_share(pairs[first : past - 1]) if count >= _REPEATED_FROM_WORDS else 0.0)
        row.append(1 - known.count(1, first, past) / count if count else 0.0)
        rows.append(row)
    return rows


def structure_of(texts: Sequence[Text], view: View, occurrences: Occurrences, lexicon: Lexicon) -> NDArray[np.float64]:
    """(n_texts, len(STRUCTURE)) float64: the structural features of a batch with this view and these occurrences."""
    marks = lexicon.marks_of(occurrences.keys)
    structure = np.zeros((len(texts), len(STRUCTURE)))
    structure[:, : len(_BODY)] = _body_features(texts, view.word_bounds, occurrences.keys, marks, lexicon)
    for index, text in enumerate(texts):
        if text.name:
            structure[index, _OF_NAME] = _name_features(text.name.lower(), lexicon)
        if text.website:
            structure[index, _OF_WEBSITE] = _website_features(text.website, lexicon)
    for index, listed in _listed(marks, view.word_bounds).items():
        structure[index, _OF_WORDS] = _mark_counts(listed)
    for index, count in view.disguised.items():
        structure[index, _DISGUISED_WORDS] = log1p(count)
    return structure
