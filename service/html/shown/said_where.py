"""Where a text says something, through invisible characters, accents, foreign letters and digits for letters."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from service.domain.likeness import skeleton
from service.html.shown.piece import Foreign
from service.html.shown.special import Looked, look_through

MAX_LOOKED_AT = 50
"""So many places of a phrase are tried for one that stands there as whole words."""
MAX_WORDS = 2_000
"""So many words are compared with one that they may pass for: honest comments have fewer."""
MAX_WORD_CHARS = 40
_MIN_DISGUISED_CHARS = 3
_TOKEN = re.compile(r"\S+")


class Said(NamedTuple):
    """A stretch of a text and what it reads as; the end is exclusive."""

    start: int
    end: int
    reads_as: str


def find_said(piece: str, body: Looked) -> Said | None:
    """Where a text first says a piece in whole words, or a word that is written to pass for it; None where it does
    not, or in a way that only the classifier sees through."""
    phrase = _lower(_looked(piece).bare).rstrip("*").strip()
    if not phrase:
        return None
    is_open = piece.endswith("*")
    bare = _lower(body.bare)
    for found in islice(re.finditer(re.escape(phrase), bare), MAX_LOOKED_AT):
        if _is_whole(bare, *found.span(), is_open=is_open):
            return _said(body, *found.span())
    return _disguised(phrase, body)


def read_of(body: Looked, start: int, end: int) -> str:
    """What a stretch of a text reads as."""
    return body.bare[bisect_left(body.sources, start) : bisect_left(body.sources, end)]


def foreign_words(body: Looked) -> Iterator[Said]:
    """The words that foreign letters stand in, each once."""
    told, done = set(), 0
    for place in body.places:
        if isinstance(place.piece, Foreign) and place.start >= done:
            said = _said(body, *_word_around(body.bare, bisect_left(body.sources, place.start)))
            done = said.end
            if body.text[said.start : said.end] not in told:
                told.add(body.text[said.start : said.end])
                yield said


@lru_cache(256)
def _looked(piece: str) -> Looked:
    return look_through(piece)


def _lower(text: str) -> str:
    """In lower case, as long as before."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join([each.lower()[:1] for each in text])


def _is_whole(text: str, start: int, end: int, *, is_open: bool) -> bool:
    """Whether a stretch begins and ends where words do."""
    begins = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    ends = is_open or end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
    return begins and ends


def _said(body: Looked, start: int, end: int) -> Said:
    return Said(body.sources[start], body.sources[end - 1] + 1, body.bare[start:end])


def _disguised(phrase: str, body: Looked) -> Said | None:
    """The first word that looks like a phrase of one word."""
    shape = skeleton(phrase) if phrase.isalnum() and len(phrase) <= MAX_WORD_CHARS else ""
    if len(shape) < _MIN_DISGUISED_CHARS:
        return None
    for token in islice(_TOKEN.finditer(body.bare), MAX_WORDS):
        if len(token[0]) <= MAX_WORD_CHARS and skeleton(token[0]) == shape:
            start, end = body.sources[token.start()], body.sources[token.end() - 1] + 1
            return Said(start, end, phrase)
    return None


def _word_around(text: str, place: int) -> tuple[int, int]:
    start, end = place, place + 1
    while start > 0 and text[start - 1].isalnum() and end - start < MAX_WORD_CHARS:
        start -= 1
    while end < len(text) and text[end].isalnum() and end - start < MAX_WORD_CHARS:
        end += 1
    return start, end
