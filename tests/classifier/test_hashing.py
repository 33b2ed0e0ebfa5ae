"""Rows of a batch: each text's own windows only, each row once, the same as the text's alone and in other threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Classifier, Text
from classifier.hashing import GRAM_BITS, Occurrences, multiplicities, pair_hash, unique_rows, word_hash
from classifier.lexicon import EMPTY
from classifier.view import view_of

BODIES = st.lists(st.text(alphabet="ab c.é🤡", max_size=30), min_size=1, max_size=6)


def sorted_blocks(bodies: list[str]) -> list[list[int]]:
    rows, bounds = unique_rows(Occurrences(view_of(bodies, EMPTY)))
    return [np.sort(rows[first:past]).tolist() for first, past in pairwise(bounds)]


@settings(max_examples=200)
@given(bodies=BODIES)
def test_rows_of_a_batch_are_those_of_its_texts(bodies: list[str]) -> None:
    assert sorted_blocks(bodies) == [block for body in bodies for block in sorted_blocks([body])]


@given(body=st.text(alphabet="ab ", max_size=60))
def test_rows_are_unique_and_counted(body: str) -> None:
    occurrences = Occurrences(view_of([body], EMPTY))
    unique, times = np.unique(occurrences.rows, return_counts=True)
    assert np.sort(unique_rows(occurrences)[0]).tolist() == unique.tolist()
    assert multiplicities(occurrences.last).tolist() == times[np.searchsorted(unique, occurrences.rows)].tolist()


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
    occurrences = Occurrences(view)
    blocks = [occurrences.rows[first:past].tolist() for first, past in pairwise(occurrences.bounds)]
    for text, (start, past) in enumerate(pairwise(view.starts)):
        symbols = view.symbols[start - 1 : past].tolist() if start < past else []
        assert (blocks[2 * text], blocks[2 * text + 1]) == slow_rows(symbols)


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
