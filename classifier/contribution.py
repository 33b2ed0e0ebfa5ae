"""Which stretches of a body moved a score, exactly: what the spans say adds up to what the hashed features gave."""

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Span
from classifier.attribute import ATTRIBUTES
from classifier.folding import SPACE
from classifier.hashing import GRAM_SIZES, PAIR_GAPS
from classifier.view import View, original_ranges

MAX_SPANS = 8
_SHOWN_SHARE = 0.1
_LEAST_SHOWN = 1e-9


def word_contributions(view: View, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_columns, n_words): each word's part of the logits, for a view of ONE text.

    parts: (n_columns, n_occurrences), kind by kind what each feature adds. It gives its symbols that are in words
        equal parts, hence the sum over words is exact.
    """
    n_words = len(view.word_starts)
    n_grams = parts.shape[1] - sum(max(n_words - gap, 0) for gap in (0, *PAIR_GAPS))
    return _from_grams(view, parts[:, :n_grams]) + _from_words(view, parts[:, n_grams:])


def _from_grams(view: View, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = view.symbols != SPACE
    in_words = np.zeros(len(inside) + 1)
    np.add.accumulate(inside, out=in_words[1:])
    change = np.zeros((len(parts), len(inside) + 1))
    done = 0
    for size in GRAM_SIZES:
        length = max(len(inside) + 1 - size, 0)
        share = parts[:, done : done + length] / (in_words[size:] - in_words[:length])
        change[:, :length] += share
        change[:, size:] -= share
        done += length
    np.add.accumulate(change, axis=1, out=change)
    by_symbol = change[:, :-1] * inside
    given: NDArray[np.float64] = np.add.reduceat(by_symbol, view.word_starts, axis=1)
    return given


def _from_words(view: View, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = view.word_ends - view.word_starts
    n_words = len(lengths)
    window, done = lengths, n_words
    each = np.zeros((len(parts), n_words))
    for gap in PAIR_GAPS:
        window = window[:-1] + lengths[gap:]
        share = parts[:, done : done + len(window)] / window
        for word in range(gap + 1):
            each[:, word : word + len(window)] += share
        done += len(window)
    each *= lengths
    each += parts[:, :n_words]
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
    found = []
    for column, given in zip(columns, contributions.tolist(), strict=True):
        least = max(_SHOWN_SHARE * sum([part for part in given if part > 0]), _LEAST_SHOWN)
        found += [(column, word, part) for word, part in enumerate(given) if part > least]
    ranges = word_ranges(view, np.array([word for _, word, _ in found], dtype=np.int64))
    spans = [
        make_span(body, *bounds, ATTRIBUTES[column], part)
        for bounds, (column, _, part) in zip(ranges, found, strict=True)
    ]
    strongest = sorted(_merged(spans, body), key=lambda span: -span.contribution)[:MAX_SPANS]
    return tuple(sorted(strongest, key=lambda span: (span.start, span.end)))
