"""Rows of a batch: each text's own features only, the same as the text's alone and in other threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Classifier, Text
from classifier.features.hashing import GRAM_BITS, NO_ROW, Occurrences, pair_hash, word_hash
from classifier.features.lexicon import EMPTY
from classifier.features.window import PIECE_SYMBOLS, pieces_of, rows_of, windows_within
from classifier.text.view import view_of

BODIES = st.lists(st.text(alphabet="ab c.é🤡", max_size=3 * PIECE_SYMBOLS), min_size=1, max_size=6)


def rows_by_text(bodies: list[str]) -> list[list[int]]:
    view = view_of(bodies, EMPTY)
    occurrences = Occurrences(view)
    pieces = pieces_of(view)
    return [rows_of(occurrences, pieces.of_text(text)).tolist() for text in range(len(bodies))]


@settings(max_examples=200)
@given(bodies=BODIES)
def test_rows_of_a_batch_are_those_of_its_texts(bodies: list[str]) -> None:
    assert rows_by_text(bodies) == [rows for body in bodies for rows in rows_by_text([body])]


@settings(max_examples=200)
@given(bodies=BODIES)
def test_each_feature_is_in_the_piece_in_which_it_begins(bodies: list[str]) -> None:
    view = view_of(bodies, EMPTY)
    pieces = pieces_of(view)
    for text, (start, stop) in enumerate(pairwise(view.starts)):
        (*edges, last), words = pieces.of_text(text).tolist()
        assert edges == [start - 1 + PIECE_SYMBOLS * piece for piece in range(len(edges))]
        assert last == stop - 1 <= edges[-1] + PIECE_SYMBOLS + 1
        assert words == (len(view.symbols) + view.word_starts.searchsorted([*edges, last])).tolist()
    assert (
        pieces.edges[:, 1:][:, np.array(pieces.bounds[1:]) - 1].tolist() == pieces.edges[:, pieces.bounds[1:]].tolist()
    )


@settings(max_examples=200)
@given(bodies=BODIES)
def test_what_begins_somewhere_is_counted(bodies: list[str]) -> None:
    view = view_of(bodies, EMPTY)
    occurrences = Occurrences(view)
    n_symbols, n_places = len(view.symbols), len(view.symbols) + len(view.word_starts)
    counts = (occurrences.rows != NO_ROW).sum(axis=0)
    for part in (slice(n_symbols - 1), slice(n_symbols, n_places)):  # no text has the last symbol
        assert counts[part].tolist() == occurrences.begins[part].tolist()


def test_windows_are_of_one_text() -> None:
    """Of pieces with an empty one after each text's: texts of one, three and two pieces."""
    assert windows_within([0, 2, 6, 9]) == [0, 1, 2, 4, 6, 7]


def slow_hash(codes: list[int]) -> int:
    return sum(code * pow(0x9E3779B1, place, 1 << 32) for place, code in enumerate(codes)) % (1 << 32)


def slow_rows(symbols: list[int]) -> tuple[list[int], list[int]]:
    """The rows of one text's n-grams and of its words and pairs, one window after the other, from the definition."""

    def row(key: int, factor: int) -> int:
        return key * factor % (1 << 32) >> 32 - GRAM_BITS

    grams = [
        row(slow_hash(symbols[place : place + size]), factor)
        for size, factor in ((3, 0x85EBCA6B), (4, 0xC2B2AE3D), (5, 0x2C1B3C6D))
        for place in range(len(symbols) - size + 1)
    ]
    words = [slow_hash([ord(sign) for sign in word]) for word in "".join(map(chr, symbols)).split()]
    keyed = [(word, 0x297A2D39) for word in words]
    keyed += [(pair_hash(*pair), 0x9E3779B9) for pair in pairwise(words)]
    keyed += [(pair_hash(*pair), 0x7FEB352D) for pair in zip(words, words[2:], strict=False)]
    return grams, [row(key, factor) + (1 << GRAM_BITS) for key, factor in keyed]


@given(bodies=st.lists(st.text(alphabet="ab c.é", max_size=30), min_size=1, max_size=4))
def test_rows_are_those_of_the_definition(bodies: list[str]) -> None:
    view = view_of(bodies, EMPTY)
    found = rows_by_text(bodies)
    for text, (start, past) in enumerate(pairwise(view.starts)):
        grams, words = slow_rows(view.symbols[start - 1 : past].tolist() if start < past else [])
        assert found[text] == grams + words


@given(word=st.text(alphabet="abcdefghij", min_size=1, max_size=200))
def test_a_word_has_one_hash_whatever_its_length(word: str) -> None:
    view = view_of([word], EMPTY)
    seen = "".join(map(chr, view.symbols.tolist())).strip()
    assert Occurrences(view).keys.tolist() == [word_hash(seen)]


def test_threads_do_not_disturb_each_other(classifier: Classifier) -> None:
    texts = [Text(f"comment number {number}, you idiot {number % 7}" * (1 + number % 5)) for number in range(200)]
    expected = [classifier.assess([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: classifier.assess([text])[0], texts))
    assert found == expected
