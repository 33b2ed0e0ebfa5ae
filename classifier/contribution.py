"""Which stretches of a body moved a score, exactly: what the spans say adds up to what the hashed features gave."""

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Span
from classifier.attribute import ATTRIBUTES
from classifier.folding import SPACE
from classifier.hashing import GRAM_SIZES, GRAMS, WORD_GAPS, WORDS, gram_ends
from classifier.view import View, original_ranges

MAX_SPANS = 8
_SPACE = np.array(SPACE, dtype=np.uint8)
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
    grams, words = _from_grams(view, parts[GRAMS]), _from_words(view, parts[WORDS])
    grams *= values[GRAMS, :, None]
    words *= values[WORDS, :, None]
    grams += words
    return grams


def _from_grams(view: View, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = view.symbols != _SPACE
    n_symbols, n_places = len(inside), parts.shape[2]
    in_words = np.zeros(n_places + GRAM_SIZES[-1])
    np.add.accumulate(inside, out=in_words[1 : n_symbols + 1])
    in_words[n_symbols + 1 :].fill(n_symbols)
    parts /= gram_ends(in_words, n_places) - in_words[:n_places]
    change = np.zeros((len(parts), n_places + GRAM_SIZES[-1]))
    np.add.reduce(parts, axis=1, out=change[:, :n_places])
    for place, size in enumerate(GRAM_SIZES):
        change[:, size : size + n_places] -= parts[:, place]
    by_symbol = np.add.accumulate(change[:, :n_symbols], axis=1)
    by_symbol *= inside
    given: NDArray[np.float64] = np.add.reduceat(by_symbol, view.word_starts, axis=1)
    return given


def _from_words(view: View, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    window = lengths = view.word_ends - view.word_starts
    each = np.zeros((len(parts), len(lengths)))
    for gap in WORD_GAPS[1:]:
        window = window[:-1] + lengths[gap:]
        share = parts[:, gap, : len(window)] / window
        for word in range(gap + 1):
            each[:, word : word + len(window)] += share
    each *= lengths
    each += parts[:, 0]
    return each


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
