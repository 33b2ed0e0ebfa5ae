"""What a text is built like: links, shares, repetition, list hits, and what the author's name and website say.

Every feature has a name, a column and a value of the order of 1; counts enter as log(1 + count).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Text
from classifier.hashing import Occurrences, word_hash
from classifier.lexicon import COUNTED_MARKS, Lexicon, Mark
from classifier.link import NO_LINKS, Links, has_risky_ending, host_of, is_shortener, links_of
from classifier.view import View

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
    "lines",
    "repeated_words",
    "unknown_words",
)
_AUTHOR = (
    "name_spam_terms",
    "name_many_words",
    "name_link",
    "website",
    "website_spam_domain",
    "website_spam_terms",
    "website_risky_ending",
    "website_hyphens",
    "website_deep",
)
_WORDS = tuple(f"words_{(mark.name or '').lower()}" for mark in COUNTED_MARKS)
_DISGUISE = ("disguised_words",)

STRUCTURE: tuple[str, ...] = _BODY + _AUTHOR + _WORDS + _DISGUISE
"""The names of the features, in the order of their columns."""

STYLE = frozenset(_BODY + _AUTHOR + ("words_spam_term",))
"""Features that serve spam alone: for the other attributes they would tell the training sets apart, not the texts."""

_FIRST_WORDS = len(_BODY) + len(_AUTHOR)
_REPEATED_FROM_WORDS = 12
_LOWER = bytes(range(ord("a"), ord("z") + 1))
_UPPER = _LOWER.upper()
_DIGITS = b"0123456789"
_PHONE = re.compile(r"(?<![\w/.=-])\+?\d[\d ().-]{6,16}\d(?![\w/])")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w")
_MARKUP = re.compile(r"<a\s|\[url|\[link|href\s*=|</a>", re.IGNORECASE)
_ALNUM = re.compile(r"[a-z0-9]+")


def _host_features(links: Links, lexicon: Lexicon) -> tuple[float, float, float]:
    hosts = links.hosts
    return (
        float(any(map(is_shortener, hosts))),
        float(any(lexicon.mark_of(host) & Mark.SPAM_DOMAIN for host in hosts)),
        float(any(map(has_risky_ending, hosts))),
    )


def _body_features(body: str, lexicon: Lexicon) -> list[float]:
    """The features of _BODY up to "lines"; they look at the body as it was sent."""
    encoded = body.encode("latin-1", "replace")
    length = len(encoded)
    size = length or 1
    digits = length - len(encoded.translate(None, _DIGITS))
    upper = length - len(encoded.translate(None, _UPPER))
    has_dot = "." in body
    links = links_of(body) if has_dot else NO_LINKS
    return [
        log1p(length) / 5,
        log1p(len(links.hosts)),
        links.chars / size,
        *(_host_features(links, lexicon) if links.hosts else (0.0, 0.0, 0.0)),
        float(("[" in body or "<" in body or "=" in body) and _MARKUP.search(body) is not None),
        float(has_dot and "@" in body and _MAIL.search(body) is not None),
        float(digits > 6 and _PHONE.search(body) is not None),
        digits / size,
        upper / size,
        log1p(body.count("!")),
        log1p(body.count("$") + body.count("£") + body.count("€")),
        log1p(body.count("\n")),
    ]


def _spam_terms(words: list[str], lexicon: Lexicon) -> int:
    pairs = [f"{first} {second}" for first, second in zip(words, words[1:], strict=False)]
    return sum(bool(lexicon.mark_of(term) & Mark.SPAM_TERM) for term in words + pairs)


def _author_features(text: Text, lexicon: Lexicon) -> list[float]:
    name, host = text.name.lower(), host_of(text.website)
    if not name and not host:
        return [0.0] * len(_AUTHOR)
    name_words = _ALNUM.findall(name)[:20]
    path = text.website.partition("://")[2].partition("/")[2]
    return [
        log1p(_spam_terms(name_words, lexicon)),
        float(len(name_words) > 3),
        float("http" in name or "www." in name or ".com" in name),
        float(bool(host)),
        float(bool(lexicon.mark_of(host) & Mark.SPAM_DOMAIN)),
        log1p(_spam_terms(_ALNUM.findall(text.website.lower())[:40], lexicon)),
        float(has_risky_ending(host)),
        float(host.count("-") > 1),
        float(len(path) > 1),
    ]


def _mark_counts(view: View, occurrences: Occurrences, marks: NDArray[np.uint16], lexicon: Lexicon) -> NDArray[np.int64]:
    """(n_texts, n_counted_marks): how many words and pairs of each text carry each mark."""
    counts = np.zeros((len(view.starts) - 1, len(COUNTED_MARKS)), dtype=np.int64)
    pair_marks = lexicon.marks_of(occurrences.pairs)
    word_hits = np.flatnonzero(marks > Mark.KNOWN)
    pair_hits = np.flatnonzero(pair_marks > Mark.KNOWN)
    if not len(word_hits) and not len(pair_hits):
        return counts
    texts = np.searchsorted(view.starts, view.word_starts, side="right") - 1
    across = texts[pair_hits] != texts[pair_hits + 1] if len(pair_hits) else np.zeros(0, dtype=np.bool_)
    pair_hits = pair_hits[~across]
    for hits, found in ((word_hits, marks), (pair_hits, pair_marks)):
        for column, mark in enumerate(COUNTED_MARKS):
            np.add.at(counts[:, column], texts[hits], (found[hits] & mark) != 0)
    return counts


def structure_of(texts: Sequence[Text], view: View, occurrences: Occurrences, lexicon: Lexicon) -> NDArray[np.float64]:
    """(n_texts, len(STRUCTURE)) float64: the structural features of a batch."""
    values = np.zeros((len(texts), len(STRUCTURE)))
    marks = lexicon.marks_of(occurrences.words)
    for index, text in enumerate(texts):
        first, past = view.word_range(index)
        count = past - first
        row = _body_features(text.body, lexicon)
        words = occurrences.words[first:past]
        row.append(1 - len(set(words.tolist())) / count if count >= _REPEATED_FROM_WORDS else 0.0)
        row.append(1 - np.count_nonzero(marks[first:past]) / count if count else 0.0)
        row += _author_features(text, lexicon)
        values[index, :_FIRST_WORDS] = row
        values[index, -1] = log1p(view.disguised.get(index, 0))
    np.log1p(_mark_counts(view, occurrences, marks, lexicon), out=values[:, _FIRST_WORDS:-1])
    return values


def domain_hash(domain: str) -> int:
    """The key under which the lexicon holds a domain."""
    return word_hash(host_of(domain))
