"""Sees through disguised words: rewrites a body so that f u c k, 1d10t and f*ck read as what they mean.

A body goes through these passes, in this order; each rewrites the line that the one before left.

pass                 from                 to              where
_without_entities    &#105;d&#x69;ot      idiot           HTML entities of one character
_folded              ｉＤïо𝐭              idiоt           every character; an invisible one is dropped
_without_pictures    🖕, f🌕ol            fuck you, fool  pictures used as words or, beside letters, as a letter
_spacing_edits       i d i o t            idiot           single letters with the same sign between them
_token_edits         1d10t, f*ck, idiоt   idiot, fuck     tokens with digits, signs, stretched or look-alike letters

Where a rewriting depends on the result being a word, a list of words decides, so that 4th, well-known and b2b stay as
they are. Nearly all bodies are ASCII and hide nothing: `reveal_ascii` finds that out without any of the passes.
"""

import re
from collections.abc import Container, Iterator
from functools import cache, lru_cache
from html import unescape
from itertools import compress, islice

import numpy as np
from numpy.typing import NDArray

from classifier.text.folding import DROPPED, FOLD_SIZE, SPACE, fold_table
from classifier.text.leet import LEET, STRETCHED, IsWord, word_of
from classifier.text.line import Edit, Line, line_of, spread
from classifier.text.suspicion import classes_of, is_spaced, is_suspect, odd_tokens
from classifier.text.swearword import PICTURE_LETTERS, PICTURE_WORDS

_MAX_ENTITIES = 500
_MAX_PICTURES = 64
_MAX_SPACED_LETTERS = 240
_MAX_ODD_TOKENS = 96
_MAX_TOKEN_CHARS = 30
"""What is rewritten in one body has a bound, so that time has one: a longer body keeps the rest as it is. The bound of
pictures is low because a body of pictures alone must not become as many words."""

_MIN_TOKEN_CHARS = 3
_MAX_WORD_CHARS = 14
"""The longest word that is looked for in a row of single letters."""

_JOINTS = str.maketrans("-/.,;:'_()", " " * 10)
_OUTER = "'.,;:?\"()[]{}<>-_/~…“”„«»"

_PAST_SPACES = 0x3001
"""No code point from here on is white space."""

_BEFORE_PICTURES = "\u2000"
"""No code point up to here is a picture."""

_ODD = re.compile(r"[\u0370-\u052f\u2100-\u2bff\u2460-\u24ff\U0001f000-\U0001fbff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_SPACED = re.compile(r"(?<![\w@$*])[a-z013457@$!*](?:([ .,\-_*/|~])[a-z013457@$!*])(?:\1[a-z013457@$!*])+(?![\w@$*])")
_LETTER = re.compile(r"[a-z]")
_TOKEN = re.compile(r"\S+")


def reveal(body: str, words: Container[str]) -> tuple[Line, int]:
    """The body with its disguised words rewritten, and how many were disguised.

    words: holds the known words, in lower-case ASCII
    """
    is_word = words.__contains__
    line = _without_pictures(_folded(_without_entities(body)))
    spacing = _spacing_edits(line, is_word)
    line = line.replaced(spacing)
    tokens = _token_edits(line, is_word)
    return line.replaced(tokens), len(spacing) + len(tokens)


def reveal_ascii(body: str, words: Container[str]) -> tuple[Line, int] | None:
    """What `reveal` gives for an ASCII body without stretched letters, or None when nothing in it is disguised."""
    classes = classes_of(body)
    if is_spaced(classes) or ("&" in body and _ENTITY.search(body)):
        return reveal(body, words)
    if not is_suspect(classes):
        return None
    lower = body.lower()
    edits = _edits_at(lower, odd_tokens(classes), words.__contains__)
    return (line_of(lower).replaced(edits), len(edits)) if edits else None


def is_odd(body: str) -> bool:
    """Whether a body that is not ASCII holds signs that `reveal` may rewrite."""
    return _ODD.search(body) is not None


def _without_entities(body: str) -> Line:
    """The body with each HTML entity of one character as that character."""
    line = line_of(body)
    edits = []
    for match in islice(_ENTITY.finditer(body), _MAX_ENTITIES):
        character = _unescaped(match.group())
        if len(character) == 1:
            edits.append((match.start(), match.end(), character, [match.start()]))
    line = line.replaced(edits)
    for (start, stop, _, _), lost in zip(edits, _losses(edits), strict=True):
        line.ends[start - lost] = stop
    return line


@lru_cache(1024)
def _unescaped(entity: str) -> str:
    return unescape(entity)


def _losses(edits: list[Edit]) -> list[int]:
    """How many characters are lost before each edit."""
    lost, losses = 0, []
    for start, stop, replacement, _ in edits:
        losses.append(lost)
        lost += stop - start - len(replacement)
    return losses


def _folded(line: Line) -> Line:
    """The line in plain lower-case symbols without invisible characters; punctuation is kept for the later passes."""
    codes = np.frombuffer(line.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kept = fold_table().take(codes, mode="clip") != DROPPED
    plain = np.where(codes < FOLD_SIZE, _plain_table().take(codes, mode="clip"), codes)
    text = plain[kept].tobytes().decode("utf-32-le", "surrogatepass")
    if kept.all():
        return Line(text, line.begins, line.ends)
    stay = kept.tolist()
    return Line(text, list(compress(line.begins, stay)), list(compress(line.ends, stay)))


@cache
def _plain_table() -> NDArray[np.uint32]:
    """(FOLD_SIZE,) uint32: the fold table, except that only white space becomes a space and punctuation stays."""
    folded = fold_table()
    plain = np.where(folded == SPACE, np.arange(FOLD_SIZE, dtype=np.uint32), folded)
    plain[[code for code in range(_PAST_SPACES) if chr(code).isspace()]] = SPACE
    return plain


def _without_pictures(line: Line) -> Line:
    """The line with pictures that are used as words or letters as these."""
    if line.text.isascii():
        return line
    places = [place for place, character in enumerate(line.text) if character > _BEFORE_PICTURES][:_MAX_PICTURES]
    edits = [_picture_edit(line, place) for place in places]
    return line.replaced([edit for edit in edits if edit is not None])


def _picture_edit(line: Line, place: int) -> Edit | None:
    """The edit of the character at a place: beside a letter it may be a letter, otherwise words."""
    picture = line.text[place]
    before = line.text[place - 1 : place]
    after = line.text[place + 1 : place + 2]
    if picture in PICTURE_LETTERS and (before.isalpha() or after.isalpha()):
        return place, place + 1, PICTURE_LETTERS[picture], [place]
    if picture in PICTURE_WORDS:
        word = f" {PICTURE_WORDS[picture]} "
        return place, place + 1, word, [place] * len(word)
    return None


def _spacing_edits(line: Line, is_word: IsWord) -> list[Edit]:
    """The edits that close up single letters with the same sign between them."""
    edits: list[Edit] = []
    room = _MAX_SPACED_LETTERS
    for match in _SPACED.finditer(line.text):
        places = list(range(match.start(), match.end(), 2))
        room -= len(places)
        if room < 0:
            break
        if any(line.text[place].isalpha() for place in places):
            edits.append(_closed_up(line, places, is_word))
    return edits


def _closed_up(line: Line, places: list[int], is_word: IsWord) -> Edit:
    """The edit that makes one word, or several, of the letters at these places."""
    letters = "".join(LEET.get(line.text[place], line.text[place])[0] for place in places)
    words = [letters] if is_word(letters) else _segmented(letters, is_word)
    sources: list[int] = []
    done = 0
    for word in words:
        sources += [*places[done : done + len(word)], places[done + len(word) - 1]]
        done += len(word)
    return places[0], places[-1] + 1, " ".join(words), sources[:-1]


def _segmented(letters: str, is_word: IsWord) -> list[str]:
    """The letters cut from the left into the longest words that begin there; a letter that begins none stays single."""
    words, place = [], 0
    while place < len(letters):
        sizes = range(min(_MAX_WORD_CHARS, len(letters) - place), 2, -1)
        length = next((size for size in sizes if is_word(letters[place : place + size])), 1)
        words.append(letters[place : place + length])
        place += length
    return _without_single_letters(words)


def _without_single_letters(words: list[str]) -> list[str]:
    """The same words, where a single letter that is no word goes to the short one before it."""
    merged: list[str] = []
    for word in words:
        if len(word) == 1 and word not in "ai" and merged and len(merged[-1]) < 3:
            merged[-1] += word
        else:
            merged.append(word)
    return merged


def _token_edits(line: Line, is_word: IsWord) -> list[Edit]:
    """The edits of tokens that are not plain letters."""
    tokens = _TOKEN.finditer(line.text)
    return _edits_at(line.text, (match.span() for match in tokens if _is_odd_token(match.group())), is_word)


def _is_odd_token(token: str) -> bool:
    return not (token.isalpha() and token.isascii()) or STRETCHED.search(token) is not None


def _edits_at(text: str, bounds: Iterator[tuple[int, int]], is_word: IsWord) -> list[Edit]:
    """The edits of the tokens at these bounds, of which the first _MAX_ODD_TOKENS are looked at."""
    edits = []
    for start, stop in islice(bounds, _MAX_ODD_TOKENS):
        edit = _token_edit(text, start, stop, is_word=is_word)
        if edit is not None:
            edits.append(edit)
    return edits


def _token_edit(text: str, start: int, stop: int, *, is_word: IsWord) -> Edit | None:
    """The edit of the token text[start:stop], or None when it disguises no word."""
    token = text[start:stop]
    if len(token) > _MAX_TOKEN_CHARS:
        return None
    start += len(token) - len(token.lstrip(_OUTER))
    core = token.strip(_OUTER)
    if len(core) < _MIN_TOKEN_CHARS or core.isdigit() or "://" in core or _is_compound(core, is_word):
        return None
    plain = core.replace("'", "")
    if not (_LETTER.search(plain) or "$" in plain or "@" in plain):
        return None
    word = word_of(plain, is_word)
    if word is None or word == plain.rstrip("!"):
        return None
    stop = start + len(core)
    sources = spread(start, stop, len(word))
    sources[-1] = stop - 1
    return start, stop, word, sources


def _is_compound(core: str, is_word: IsWord) -> bool:
    """Whether a token is words joined by punctuation (well-known, and/or), as honest text has them."""
    parts = core.translate(_JOINTS).split()
    if len(parts) < 2:
        return False
    for part in parts:  # noqa: SIM110  a generator would take longer than what it asks
        if len(part) < 2 or not part.isalpha() or not is_word(part):
            return False
    return True
