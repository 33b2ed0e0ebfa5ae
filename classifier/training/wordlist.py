"""Builds the lexicon from the word lists of the data folder and from the words of the training texts."""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.features.hashing import pair_hash, word_hash
from classifier.features.lexicon import EMPTY, Mark
from classifier.features.link import host_of
from classifier.text.swearword import MASKED_WORDS
from classifier.text.view import view_of

LISTS = (
    "ldnoobw_en.txt",
    "matomo_referrer_spammers.txt",
    "surge_profanity_en.csv",
    "wordpress_comment_blocklist.txt",
    "wp_spam_comment_urls_keywords.txt",
    "wp_spam_email_domains.txt",
)

KNOWN_FROM_TEXTS = 15
"""A word is known when it occurs in at least so many of the training comments."""

SPAM_TERM_IN_TEXTS = 2
"""A listed term that occurs in more of the training comments is no sign of spam."""

_MIN_SPAM_TERM_CHARS = 4
_PLAIN = re.compile(r"[a-z]+")
_KINDS = {
    "sexual anatomy / sexual acts": Mark.SEXUAL,
    "racial / ethnic slurs": Mark.RACIAL,
    "sexual orientation / gender": Mark.ORIENTATION,
    "bodily fluids / excrement": Mark.EXCREMENT,
}
_SEVERITIES = {"Mild": Mark.MILD, "Strong": Mark.STRONG, "Severe": Mark.SEVERE}

_EROTIC_WORDS_LISTED = (
    "anal arousal aroused blowjob blowjobs boner boobs breasts clit clitoris climax cocks creampie cum cumming "
    "cumshot dildo ejaculate ejaculation erect erection erotic fetish foreplay gangbang genitals handjob "
    "hardcore hentai horny incest kinky lust masturbate masturbated masturbating masturbation milf moan moaned "
    "moaning naked nipple nipples nude nudes nudity oral orgasm orgasms orgy panties penetrate penetration penis "
    "porn porno pornographic pornography pornstar semen sensual sex sexual sexually sexy sperm stripper "
    "striptease thrust thrusting threesome throbbing tits titties undress undressed vagina vibrator virgin "
    "virginity voyeur vulva xxx"
)
EROTIC_WORDS = _EROTIC_WORDS_LISTED.split()

_COMMON_HOSTS_LISTED = (
    "gmail.com yahoo.com hotmail.com outlook.com aol.com google.com youtube.com facebook.com twitter.com live.com "
    "wikipedia.org en.wikipedia.org icloud.com msn.com bbc.co.uk cnn.com github.com ntis.gov"
)
_COMMON_HOSTS = frozenset(_COMMON_HOSTS_LISTED.split())
"""The lists of spam name these hosts too, but honest people link to them."""

_MIN_NAME_CHARS = 8
"""A shorter spam term may be an honest name."""


def lexicon_path(data: Path, name: str) -> Path:
    """The path of a word list in the data folder."""
    return data / "lexicons" / f"{name}.gz"


def _lines(data: Path, name: str) -> Iterator[str]:
    """The lines of a word list that are not empty, without white space around them."""
    with gzip.open(lexicon_path(data, name), "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield line.strip()


def words_of(texts: list[str]) -> list[list[str]]:
    """The folded words of each text, in order."""
    view = view_of(texts, EMPTY)
    characters = [chr(symbol) for symbol in view.symbols.tolist()]
    words = ["".join(characters[start:end]) for start, end in zip(view.word_starts, view.word_ends, strict=True)]
    return [words[first:past] for first, past in pairwise(view.word_bounds)]


def _document_counts(texts: Iterable[str]) -> Counter[str]:
    """Word, or two neighbours with a space between them -> in how many texts it occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = words_of([text])[0]
        counts.update(set(words))
        counts.update({f"{first} {second}" for first, second in pairwise(words)})
    return counts


def profanities(data: Path) -> Iterator[tuple[str, int]]:
    """The entries of the lists of profanity, with the marks of their severity and kind."""
    for row in csv.DictReader(_lines(data, "surge_profanity_en.csv")):
        mark = _SEVERITIES[row["severity_description"]]
        for column in ("category_1", "category_2", "category_3"):
            if row[column]:
                mark |= _KINDS.get(row[column], Mark.INSULT)
        yield row["text"], mark
    for entry in _lines(data, "ldnoobw_en.txt"):
        yield entry, Mark.STRONG


def _spam_domains(data: Path) -> Iterator[str]:
    """The addresses and domains of the lists of spam, as the lists have them."""
    yield from _lines(data, "matomo_referrer_spammers.txt")
    for address in _lines(data, "wp_spam_email_domains.txt"):
        yield address.lstrip("@")
    for address in _lines(data, "wp_spam_comment_urls_keywords.txt"):
        yield address


def spam_terms(data: Path) -> list[str]:
    """The listed spam terms of two or three words, which simulated spammers take as names."""
    terms = [" ".join(words_of([entry])[0]) for entry in _lines(data, "wordpress_comment_blocklist.txt")]
    long = [term for term in terms if len(term) >= _MIN_NAME_CHARS]
    return [term for term in long if 1 <= term.count(" ") <= 2 and term.replace(" ", "").isalpha()]


def spam_hosts(data: Path) -> list[str]:
    """The listed hosts of spam, each once, without those that honest people link to."""
    hosts = dict.fromkeys(host_of(domain) for domain in _spam_domains(data))
    return [host for host in hosts if "." in host and host not in _COMMON_HOSTS]


def _entries(data: Path, counts: Counter[str]) -> Iterator[tuple[str, int]]:
    """Terms with their marks, the most important first; a term with more than two words is not used."""
    for words in MASKED_WORDS.values():
        yield from ((word, Mark.KNOWN) for word in words)
    yield from ((word, Mark.EROTIC) for word in EROTIC_WORDS)
    for entry, mark in profanities(data):
        yield " ".join(words_of([entry])[0]), mark
    for word, count in sorted(counts.items()):
        if count >= KNOWN_FROM_TEXTS and _PLAIN.fullmatch(word):
            yield word, Mark.KNOWN
    for entry in _lines(data, "wordpress_comment_blocklist.txt"):
        term = " ".join(words_of([entry])[0])
        if len(term) >= _MIN_SPAM_TERM_CHARS and counts[term] <= SPAM_TERM_IN_TEXTS:
            yield term, Mark.SPAM_TERM
    for domain in _spam_domains(data):
        host = host_of(domain)
        if "." in host and host not in _COMMON_HOSTS:
            yield host, Mark.SPAM_DOMAIN


def _key_of(term: str) -> int | None:
    """The hash of a term of one or two words, or None for any other."""
    words = term.split(" ")
    if len(words) > 2 or not term:
        return None
    hashes = [word_hash(word) for word in words]
    return hashes[0] if len(hashes) == 1 else pair_hash(*hashes)


def build_lexicon(data: Path, texts: Iterable[str]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """(n,) uint32 keys and (n,) uint16 marks, the most important first; texts: the training comments."""
    marks: dict[int, int] = {}
    for term, mark in _entries(data, _document_counts(texts)):
        key = _key_of(term)
        if key is not None:
            marks[key] = marks.get(key, 0) | int(mark)
    return np.array(list(marks), dtype=np.uint32), np.array(list(marks.values()), dtype=np.uint16)
