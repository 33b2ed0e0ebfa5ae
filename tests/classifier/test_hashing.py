"""Rows of a batch: each text's own features only, the same as the text's alone and in other threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Classifier, Text
from classifier.hashing import Occurrences, word_hash
from classifier.lexicon import EMPTY
from classifier.view import view_of
from classifier.window import PIECE_SYMBOLS, pieces_of, rows_of, runs_of

BODIES = st.lists(st.text(alphabet="ab c.é🤡", max_size=3 * PIECE_SYMBOLS), min_size=1, max_size=6)


def rows_by_text(bodies: list[str]) -> list[list[int]]:
    view = view_of(bodies, EMPTY)
    occurrences = Occurrences(view)
    pieces = pieces_of(view, occurrences)
    return [rows_of(pieces.of_text(text), occurrences).tolist() for text in range(len(bodies))]


@settings(max_examples=200)
@given(bodies=BODIES)
def test_rows_of_a_batch_are_those_of_its_texts(bodies: list[str]) -> None:
    assert rows_by_text(bodies) == [rows for body in bodies for rows in rows_by_text([body])]


@settings(max_examples=200)
@given(body=st.text(alphabet="ab c", max_size=200))
def test_each_feature_is_in_the_piece_in_which_it_begins(body: str) -> None:
    view = view_of([body], EMPTY)
    occurrences = Occurrences(view)
    pieces = pieces_of(view, occurrences)
    assert pieces.pasts[:, :-1].tolist() == pieces.firsts[:, 1:].tolist()
    assert int(pieces.counts().sum()) == len(occurrences.rows)
    assert pieces.bounds[1] == max(-(-(len(view.symbols) - 2) // PIECE_SYMBOLS), 1)
    for kind, offset in enumerate(occurrences.offsets[:-1]):
        firsts = pieces.firsts[kind] - offset
        begins = np.arange(len(view.symbols)) if kind < 3 else view.word_starts
        for piece, (first, past) in enumerate(zip(firsts, pieces.pasts[kind] - offset, strict=True)):
            assert {place // PIECE_SYMBOLS for place in begins[first:past].tolist()} <= {piece}


def test_runs_are_all_windows_then_all_texts() -> None:
    runs = runs_of([0, 1, 4, 6])
    places = list(zip(runs.firsts.tolist(), runs.pasts.tolist(), strict=True))
    assert runs.bounds == [0, 1, 3, 4]
    assert places == [(0, 1), (1, 3), (2, 4), (4, 6), (0, 1), (1, 4), (4, 6)]


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
