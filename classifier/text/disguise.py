"""Sees through disguised words: rewrites a body so that f u c k, 1d10t and f*ck read as what they mean.

Where a rewriting depends on the result being a word, a list of words decides, so that 4th,
well-known and b2b stay as they are.
"""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from itertools import compress, islice, product

import numpy as np
from numpy.typing import NDArray

from classifier.text.folding import DROPPED, FOLD_SIZE, SPACE, fold_table
from classifier.text.suspicion import classes_of, is_spaced, is_suspect, odd_tokens
from classifier.text.swearword import LOOKALIKE_LETTERS, MASKED_WORDS, PICTURE_LETTERS, PICTURE_WORDS

_LEET = {
    "0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "il", "+": "t",
}  # fmt: skip
_MASKS = frozenset("*#%-_.@$!?+")
_MAX_LEET_READINGS = 8
_MAX_TOKEN_CHARS = 30
_MAX_ODD_TOKENS = 96
_MAX_SPACED_LETTERS = 240
_MAX_ENTITIES = 500
"""What is rewritten in one body has an end, so that time has one: longer ones keep their rest as it is."""

_JOINTS = str.maketrans("-/.,;:'_()", " " * 10)
_OUTER = "'.,;:?\"()[]{}<>-_/~…“”„«»"

_PAST_SPACES = 0x3001
"""No code point from here on is white space."""

_MAX_PICTURES = 64
"""Pictures beyond these stay pictures: a wall of them must not become a wall of words."""

_TRIPLE = re.compile(r"([^\W\d_])\1\1")
_ODD = re.compile(r"[\u0370-\u052f\u2100-\u2bff\u2460-\u24ff\U0001f000-\U0001fbff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_SPACED = re.compile(r"(?<![\w@$*])[a-z013457@$!*](?:([ .,\-_*/|~])[a-z013457@$!*])(?:\1[a-z013457@$!*])+(?![\w@$*])")
_LETTERS = re.compile(r"[a-z]+")
_TOKEN = re.compile(r"\S+")


Edit = tuple[int, int, str, list[int]]
"""Start, stop, replacement, and the index in the old line that each of its characters stands for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text whose every character knows which stretch of the original it stands for (half-open)."""

    text: str
    begins: list[int]
    ends: list[int]

    def replaced(self, edits: list[Edit]) -> "Line":
        """With each edit carried out; they come in order and do not overlap."""
        if not edits:
            return self
        parts: list[str] = []
        begins: list[int] = []
        ends: list[int] = []
        done = 0
        for start, stop, replacement, sources in edits:
            parts += [self.text[done:start], replacement]
            begins += self.begins[done:start]
            ends += self.ends[done:start]
            begins += [self.begins[source] for source in sources]
            ends += [self.ends[source] for source in sources]
            done = stop
        parts.append(self.text[done:])
        return Line("".join(parts), begins + self.begins[done:], ends + self.ends[done:])


def _spread(start: int, stop: int, length: int) -> list[int]:
    """`length` sources spread over [start, stop)."""
    return [start + position * (stop - start) // length for position in range(length)]


@lru_cache(1024)
def _unescaped(entity: str) -> str:
    return unescape(entity)


def _without_entities(body: str) -> Line:
    line = _line_of(body)
    edits = []
    for match in islice(_ENTITY.finditer(body), _MAX_ENTITIES):
        character = _unescaped(match.group())
        if len(character) == 1:
            edits.append((match.start(), match.end(), character, [match.start()]))
    line = line.replaced(edits)
    for (start, stop, _, _), shrunk in zip(edits, _shrinkage(edits), strict=True):
        line.ends[start - shrunk] = stop
    return line


def _shrinkage(edits: list[Edit]) -> list[int]:
    """How many characters were lost before each edit."""
    lost, losses = 0, []
    for start, stop, replacement, _ in edits:
        losses.append(lost)
        lost += stop - start - len(replacement)
    return losses


@cache
def _plain_table() -> NDArray[np.uint32]:
    """(FOLD_SIZE,) uint32: as the fold table, but only white space becomes a space; other punctuation stays."""
    folded = fold_table()
    plain = np.where(folded == SPACE, np.arange(FOLD_SIZE, dtype=np.uint32), folded)
    plain[[code for code in range(_PAST_SPACES) if chr(code).isspace()]] = SPACE
    return plain


def _folded(line: Line) -> Line:
    """Lower-cased and plain, invisible characters gone, punctuation kept for the rules that need it."""
    codes = np.frombuffer(line.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kept = fold_table().take(codes, mode="clip") != DROPPED
    plain = np.where(codes < FOLD_SIZE, _plain_table().take(codes, mode="clip"), codes)
    text = plain[kept].tobytes().decode("utf-32-le", "surrogatepass")
    if kept.all():
        return Line(text, line.begins, line.ends)
    stay = kept.tolist()
    return Line(text, list(compress(line.begins, stay)), list(compress(line.ends, stay)))


def _picture_edit(line: Line, place: int) -> Edit | None:
    picture = line.text[place]
    before = line.text[place - 1 : place]
    after = line.text[place + 1 : place + 2]
    if picture in PICTURE_LETTERS and (before.isalpha() or after.isalpha()):
        return place, place + 1, PICTURE_LETTERS[picture], [place]
    if picture in PICTURE_WORDS:
        word = f" {PICTURE_WORDS[picture]} "
        return place, place + 1, word, [place] * len(word)
    return None


def _without_pictures(line: Line) -> Line:
    if line.text.isascii():
        return line
    places = [place for place, character in enumerate(line.text) if character > "\u2000"][:_MAX_PICTURES]
    edits = [_picture_edit(line, place) for place in places]
    return line.replaced([edit for edit in edits if edit is not None])


def _segmented(letters: str, is_word: Callable[[str], bool]) -> list[str]:
    """Cut greedily into the longest words, from the left."""
    words, place = [], 0
    while place < len(letters):
        length = next(
            (size for size in range(min(14, len(letters) - place), 2, -1) if is_word(letters[place : place + size])), 1
        )
        words.append(letters[place : place + length])
        place += length
    merged: list[str] = []
    for word in words:  # single letters that are no word stay with their neighbour
        if len(word) == 1 and word not in "ai" and merged and len(merged[-1]) < 3:
            merged[-1] += word
        else:
            merged.append(word)
    return merged


def _spacing_edits(line: Line, is_word: Callable[[str], bool]) -> list[Edit]:
    edits: list[Edit] = []
    room = _MAX_SPACED_LETTERS
    for match in _SPACED.finditer(line.text):
        places = list(range(match.start(), match.end(), 2))
        room -= len(places)
        if room < 0:
            break
        letters = "".join(_LEET.get(line.text[place], line.text[place])[0] for place in places)
        if not any(line.text[place].isalpha() for place in places):
            continue
        words = [letters] if is_word(letters) else _segmented(letters, is_word)
        sources, done = [], 0
        for word in words:
            sources += [*places[done : done + len(word)], places[done + len(word) - 1]]
            done += len(word)
        edits.append((match.start(), match.end(), " ".join(words), sources[:-1]))
    return edits


def _may_stand_for(sign: str, letter: str) -> bool:
    return sign == letter or sign in _MASKS or letter in _LEET.get(sign, "")


def _unmasked(token: str) -> str | None:
    """The swear word that a token with masked letters stands for."""
    for word in MASKED_WORDS.get(len(token), ()):
        if token[0] in (word[0], "@", "$") and all(map(_may_stand_for, token, word)):
            return word
    return None


def _readings(token: str) -> list[str]:
    """What leet letters may stand for, likeliest first."""
    choices = [_LEET.get(character, character) for character in token]
    return ["".join(reading) for reading, _ in zip(product(*choices), range(_MAX_LEET_READINGS), strict=False)]


def _plain_word(token: str, is_word: Callable[[str], bool]) -> str | None:
    """The word that a token disguises, or None when it is none."""
    core = token.rstrip("!") or token
    if any("\u0370" <= character <= "\u052f" for character in core) and _LETTERS.search(core):
        core = core.translate(LOOKALIKE_LETTERS)
        if core.isalpha():
            return core
    if _TRIPLE.search(core):
        core = re.sub(r"([^\W\d_])\1{2,}", r"\1\1", core)
        single = re.sub(r"([^\W\d_])\1", r"\1", core)
        if core.isalpha():
            return next((word for word in (core, single) if is_word(word)), None)
        core = single
    if core.isalpha() or (core[0].isdigit() and core.lstrip("0123456789").isalpha() and len(core) < 4):
        return core if core != token and is_word(core) else None
    bare = "".join([character for character in core if character in _LEET or character.isalpha()])
    whole = len(bare) == len(core)  # otherwise no reading is all letters
    word = next(filter(is_word, _readings(core)), None) if whole else None
    word = word or _unmasked(core) or (_unmasked(token) if core != token else None)
    if word is not None or whole:
        return word
    return next((reading for reading in _readings(bare) if len(reading) > 2 and is_word(reading)), None)


def _is_compound(core: str, is_word: Callable[[str], bool]) -> bool:
    """Whether a token is words joined by punctuation (well-known, and/or), as honest text has them."""
    parts = core.translate(_JOINTS).split()
    if len(parts) < 2:
        return False
    for part in parts:  # noqa: SIM110  a generator would take longer than what it asks
        if len(part) < 2 or not part.isalpha() or not is_word(part):
            return False
    return True


def _leet_edit(text: str, start: int, stop: int, is_word: Callable[[str], bool]) -> Edit | None:
    """The edit of the token text[start:stop], or None when it is none or stays."""
    token = text[start:stop]
    if len(token) > _MAX_TOKEN_CHARS:
        return None
    start += len(token) - len(token.lstrip(_OUTER))
    core = token.strip(_OUTER)
    if len(core) < 3 or core.isdigit() or "://" in core or _is_compound(core, is_word):
        return None
    plain = core.replace("'", "")
    if not (_LETTERS.search(plain) or "$" in plain or "@" in plain):
        return None
    word = _plain_word(plain, is_word)
    if word is None or word == plain.rstrip("!"):
        return None
    stop = start + len(core)
    sources = _spread(start, stop, len(word))
    sources[-1] = stop - 1
    return start, stop, word, sources


def _is_odd_token(token: str) -> bool:
    return not (token.isalpha() and token.isascii()) or _TRIPLE.search(token) is not None


def _edits_at(text: str, bounds: Iterator[tuple[int, int]], is_word: Callable[[str], bool]) -> list[Edit]:
    """The edits of the tokens at these bounds, of at most _MAX_ODD_TOKENS of them."""
    edits = []
    for start, stop in islice(bounds, _MAX_ODD_TOKENS):
        edit = _leet_edit(text, start, stop, is_word)
        if edit is not None:
            edits.append(edit)
    return edits


def _leet_edits(line: Line, is_word: Callable[[str], bool]) -> list[Edit]:
    tokens = _TOKEN.finditer(line.text)
    return _edits_at(line.text, (match.span() for match in tokens if _is_odd_token(match.group())), is_word)


def _candidate_edits(text: str, classes: bytes, is_word: Callable[[str], bool]) -> list[Edit]:
    """What `_leet_edits` finds, looking only at tokens whose classes are odd."""
    return _edits_at(text, odd_tokens(classes), is_word)


def _line_of(text: str) -> Line:
    return Line(text, list(range(len(text))), list(range(1, len(text) + 1)))


def reveal_ascii(body: str, words: Container[str]) -> tuple[Line, int] | None:
    """As `reveal`, quickly, for an ASCII body without stretched letters; None when nothing is disguised."""
    classes = classes_of(body)
    if is_spaced(classes) or ("&" in body and _ENTITY.search(body)):
        return reveal(body, words)
    if not is_suspect(classes):
        return None
    lower = body.lower()
    edits = _candidate_edits(lower, classes, words.__contains__)
    return (_line_of(lower).replaced(edits), len(edits)) if edits else None


def reveal(body: str, words: Container[str]) -> tuple[Line, int]:
    """The body with disguised words rewritten, and how many were; `words` has lower-case ASCII words."""
    is_word = words.__contains__
    line = _without_pictures(_folded(_without_entities(body)))
    spacing = _spacing_edits(line, is_word)
    line = line.replaced(spacing)
    leet = _leet_edits(line, is_word)
    return line.replaced(leet), len(spacing) + len(leet)


def is_odd(body: str) -> bool:
    """Whether a body that is not ASCII holds signs that `reveal` may rewrite."""
    return _ODD.search(body) is not None
