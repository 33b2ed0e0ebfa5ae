"""What a moderator searches for: words that a comment's name and body must all say."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from service.errors import InvalidFieldsError

MAX_QUERY_WORDS = 8
_BEYOND_MARKS = 0x20000
"""No combining mark in use is at this code point or above, but for variation selectors and tags."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
"""Combining Diacritical Marks: those of Latin, Greek and Cyrillic letters."""
_HAS_OTHER_SCRIPT = re.compile("[\u0483-\U0001ffff]")
"""Where marks of other blocks can be: a class of many ranges takes ten times as long as one of a single range."""

_MOST_GROWTH = 4
"""A syllable of Hangul has three parts; what grows more is of ligatures that nobody writes with, and is cut off."""
_SHORT_CHARS = 1000


class Query(NamedTuple):
    """Patterns of folded words, all of which must be found; what is least likely to be found is looked for first."""

    words: tuple[tuple[str, re.Pattern[str]], ...]

    def matches(self, name: str, body: str) -> bool:
        """Whether a comment says all words, each between two ends of words."""
        text = folded(f"{name}\n{body}")
        return all(word in text for word, _ in self.words) and all(pattern.search(text) for _, pattern in self.words)


def query_of(text: str) -> Query:
    """Reads a query: words with spaces between, of which one with `*` at its end stands for all that begin so.
    InvalidFieldsError for one without a word, or with more than `MAX_QUERY_WORDS`."""
    words = {word for word in folded(text).split() if word.strip("*")}
    if not words:
        raise InvalidFieldsError(errors={"q": ["Has no word to search for."]})
    if len(words) > MAX_QUERY_WORDS:
        raise InvalidFieldsError(errors={"q": [f"Has more than {MAX_QUERY_WORDS} words."]})
    by_length = sorted(words, key=lambda word: (-len(word), word))
    return Query(tuple((word.removesuffix("*"), _pattern_of(word)) for word in by_length))


def folded(text: str) -> str:
    """A text without differences of case, accents and form: alike for é, É and e. Marks in a row are put in order in
    quadratic time, so that every text that is taken has few of them, see `schemas/visibility.py`."""
    if text.isascii():
        return text.lower()
    most_chars = max(_SHORT_CHARS, _MOST_GROWTH * len(text))
    parted = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)[:most_chars])
    return (_other_marks().sub("", parted) if _HAS_OTHER_SCRIPT.search(parted) else parted).casefold()


def _pattern_of(word: str) -> re.Pattern[str]:
    """A sign at an end of a word is an end of a word by itself."""
    bare, of_words = word.removesuffix("*"), _word_characters()
    before = f"(?<![{of_words}])" if re.match(f"[{of_words}]", bare) else ""
    after = f"(?![{of_words}])" if bare == word and re.search(f"[{of_words}]$", bare) else ""
    return re.compile(before + re.escape(bare) + after)


@cache
def _other_marks() -> re.Pattern[str]:
    """Marks that are put on a letter, in any script; a vowel of Devanagari, which is none of these, stays."""
    return re.compile(f"[{_ranges_of([code for code in range(_BEYOND_MARKS) if unicodedata.combining(chr(code))])}]+")


@cache
def _word_characters() -> str:
    """Of which words are made, for a class of a pattern: letters, digits, and the marks among them."""
    marks = [code for code in range(_BEYOND_MARKS) if unicodedata.category(chr(code))[0] == "M"]
    return rf"\w{_ranges_of(marks)}"


def _ranges_of(codes: list[int]) -> str:
    """Ascending code points as a class of a pattern writes them."""
    starts = [code for code, before in zip(codes, [-1, *codes], strict=False) if code - 1 != before]
    ends = [code for code, after in zip(codes, [*codes[1:], -1], strict=True) if code + 1 != after]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))
