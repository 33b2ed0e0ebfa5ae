"""Which stretches of a body moved a score, exactly: what the spans say adds up to what the hashed features gave."""

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Span
from classifier.attribute import ATTRIBUTES
from classifier.features.hashing import GRAM_SIZES, GRAMS, WORD_GAPS, WORDS, window_ends
from classifier.text.folding import SPACE
from classifier.text.view import View, original_ranges

MAX_SPANS = 8
_SPACE = np.array(SPACE, dtype=np.uint8)
_WORDS_COVERED = tuple(gap + 1 for gap in WORD_GAPS)
_SHOWN_SHARE = 0.1
_LEAST_SHOWN = 1e-9


def word_contributions(
    view: View, parts: list[NDArray[np.float64]], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n_columns, n_words): each word's part of the logits, for a view of ONE text.

    parts: of n-grams (n_columns, n_sizes, n_symbols - 1), and of words (n_columns, n_gaps, n_words), what each feature
        adds, 0 where one would reach beyond the text. It gives its symbols that are in words equal parts, hence the
        sum over words is exact.
    values: (N_BLOCKS, n_columns) what to multiply those of each block by
    """
    inside = view.symbols != _SPACE
    by_symbol = _shared_out(parts[GRAMS], inside, GRAM_SIZES)
    given: NDArray[np.float64] = np.add.reduceat(by_symbol, view.word_starts, axis=1)
    given *= values[GRAMS, :, None]
    words = _shared_out(parts[WORDS], view.word_ends - view.word_starts, _WORDS_COVERED)
    words *= values[WORDS, :, None]
    given += words
    return given


def _shared_out(
    parts: NDArray[np.float64], weights: NDArray[np.bool_] | NDArray[np.int64], sizes: tuple[int, ...]
) -> NDArray[np.float64]:
    """(n_columns, len(weights)): each feature's part shared out by weight among as many as its kind covers.

    parts: (n_columns, n_kinds, n_places), used up; sizes: how many each kind covers, from its place on
    """
    n_places = parts.shape[2]
    before = np.zeros(n_places + sizes[-1])
    np.add.accumulate(weights, out=before[1 : len(weights) + 1])
    before[len(weights) + 1 :].fill(before[len(weights)])
    parts /= window_ends(before, sizes, n_places) - before[:n_places]
    change = np.zeros((len(parts), n_places + sizes[-1]))
    np.add.reduce(parts, axis=1, out=change[:, :n_places])
    for kind, size in enumerate(sizes):
        change[:, size : size + n_places] -= parts[:, kind]
    shares: NDArray[np.float64] = np.add.accumulate(change[:, : len(weights)], axis=1)
    shares *= weights
    return shares


def word_ranges(view: View, words: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Of some words of a view of ONE text, the half-open ranges of code points of the body that they stand for."""
    return original_ranges(view, view.word_starts[words] - 1, view.word_ends[words] - 2)


def make_span(body: str, start: int, end: int, attribute: str, contribution: float) -> Span:
    """A span of code points [start, end) with its UTF-16 offsets."""
    if body.isascii():
        return Span(start, end, start, end, attribute, contribution)
    start_utf16 = _utf16_units(body[:start])
    return Span(start, end, start_utf16, start_utf16 + _utf16_units(body[start:end]), attribute, contribution)


def _utf16_units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _merged(spans: list[Span], body: str) -> list[Span]:
    """Neighbours of one attribute, parted by at most one character, as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.attribute, span.start)):
        last = merged[-1] if merged else None
        if last is not None and last.attribute == span.attribute and span.start <= last.end + 1:
            total = last.contribution + span.contribution
            merged[-1] = make_span(body, last.start, max(span.end, last.end), span.attribute, total)
        else:
            merged.append(span)
    return merged


def driving_spans(view: View, body: str, columns: list[int], contributions: NDArray[np.float64]) -> tuple[Span, ...]:
    """At most MAX_SPANS, those that raised the attributes of `columns` most, in order of position.

    contributions: (n_columns, n_words). A word counts where it gave at least a tenth of what all raising words gave.
    """
    raised = np.add.reduce(np.maximum(contributions, 0), axis=1, keepdims=True)
    rows, words = (contributions > np.maximum(_SHOWN_SHARE * raised, _LEAST_SHOWN)).nonzero()
    given = contributions[rows, words].tolist()
    spans = [
        make_span(body, *bounds, ATTRIBUTES[columns[row]], part)
        for bounds, row, part in zip(word_ranges(view, words), rows.tolist(), given, strict=True)
    ]
    strongest = sorted(_merged(spans, body), key=lambda span: -span.contribution)[:MAX_SPANS]
    return tuple(sorted(strongest, key=lambda span: (span.start, span.end)))
