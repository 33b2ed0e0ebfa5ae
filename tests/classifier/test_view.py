"""Normalisation: what is seen through, what is left alone, and where each symbol came from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import Classifier
from classifier.text.symbol import original_ranges, traced
from classifier.text.view import view_of

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=120)


def words_seen(classifier: Classifier, body: str) -> list[str]:
    view = view_of([body], classifier._lexicon)
    symbols = [chr(symbol) for symbol in view.symbols.tolist()]
    return ["".join(symbols[start:end]) for start, end in zip(view.word_starts, view.word_ends, strict=True)]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("YoU aRe An IdIoT", "you are an idiot"),
        ("you are an id.iot", "you are an idiot"),
        ("you are an idioooooot", "you are an idiot"),
        ("you are an i d i o t", "you are an idiot"),
        ("y o u  are an i d i o t", "you are an idiot"),
        ("you are an 1d10t", "you are an idiot"),
        ("what a$$hole", "what asshole"),
        ("f*ck this sh!t", "fuck this shit"),
        ("i\u200bd\u202eiot", "idiot"),
        ("ｉｄｉｏｔ 𝐢𝐝𝐢𝐨𝐭 ⓘⓓⓘⓞⓣ", "idiot idiot idiot"),
        ("id\u0456\u043et", "idiot"),
        ("&#105;d&#x69;ot &amp; co", "idiot co"),
        ("i̷d̷i̷o̷t̷", "idiot"),
        ("🖕 you", "fuck you you"),
        ("it’s “fine” — naïve café…", "its fine naive cafe"),
        ("well-known and/or 2nd 4th 1990s covid19 U.S. it's", "well known and or 2nd 4th 1990s covid19 u s its"),
        ("Привет", "привет"),
    ],
)
def test_what_is_seen(classifier: Classifier, body: str, seen: str) -> None:
    assert words_seen(classifier, body) == seen.split()


@settings(max_examples=300)
@given(body=ANY_TEXT)
def test_the_quick_path_sees_what_the_traced_one_sees(body: str) -> None:
    view = view_of([body], ())
    line = view.lines.get(0)
    found, _ = traced(body if line is None else line.text)
    assert view.symbols[1 : len(found) + 1].tolist() == found.tolist()
    assert len(view.symbols) == len(found) + (2 if len(found) else 1)


@settings(max_examples=300)
@given(body=ANY_TEXT)
def test_sources_lie_in_the_body_in_order(body: str) -> None:
    view = view_of([body], ())
    symbols = np.arange(max(len(view.symbols) - 2, 0))
    ranges = original_ranges(body, view.lines.get(0), symbols, symbols)
    assert all(0 <= begin < end <= len(body) for begin, end in ranges)


@settings(max_examples=100)
@given(bodies=st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_a_batch_is_its_texts_side_by_side(bodies: list[str]) -> None:
    batch = view_of(bodies, ())
    for place, body in enumerate(bodies):
        alone = view_of([body], ())
        part = batch.symbols[batch.starts[place] : batch.starts[place + 1]]
        assert np.array_equal(part, alone.symbols[1:])
