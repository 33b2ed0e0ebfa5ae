"""Rows of a batch: each text's own windows only, each row once, the same as the text's alone and in other threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Classifier, Text
from classifier.hashing import Occurrences, multiplicities, unique_rows, word_hash
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
    rows = Occurrences(view_of([body], EMPTY)).rows
    unique, times = np.unique(rows, return_counts=True)
    assert np.sort(unique_rows(Occurrences(view_of([body], EMPTY)))[0]).tolist() == unique.tolist()
    assert multiplicities(rows).tolist() == times[np.searchsorted(unique, rows)].tolist()


@given(word=st.text(alphabet="abcdefghij", min_size=1, max_size=200))
def test_a_word_has_one_hash_whatever_its_length(word: str) -> None:
    view = view_of([word], EMPTY)
    seen = "".join(map(chr, view.symbols.tolist())).strip()
    assert Occurrences(view).words.tolist() == [word_hash(seen)]


def test_threads_do_not_disturb_each_other(classifier: Classifier) -> None:
    texts = [Text(f"comment number {number}, you idiot {number % 7}" * (1 + number % 5)) for number in range(200)]
    expected = [classifier.assess([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: classifier.assess([text])[0], texts))
    assert found == expected
