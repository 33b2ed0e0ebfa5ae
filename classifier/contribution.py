"""Which stretches of a body moved a score, exactly: what the spans say adds up to what the hashed features gave."""

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Span
from classifier.attribute import ATTRIBUTES
from classifier.feature import Features
from classifier.folding import SPACE
from classifier.view import sources_of

MAX_SPANS = 8


def _multiplicities(rows: NDArray[np.uint32]) -> NDArray[np.int64]:
    """(n,) how often each row occurs."""
    order = rows.argsort()
    ordered = rows[order]
    fresh = np.ones(len(rows), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    groups = np.cumsum(fresh) - 1
    counts = np.diff(np.append(np.flatnonzero(fresh), len(rows)))
    times = np.empty(len(rows), dtype=np.int64)
    times[order] = counts[groups]
    return times


def word_contributions(features: Features, hashed: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_words, n_columns) float64: each word's part of the logits, for features of ONE text.

    hashed: (n_occurrences, n_columns), weight times value of the row of each occurrence. A row that occurs twice gives
    half to each place; a window gives its symbols that are in words equal parts. Hence the sum over words is exact.
    """
    view, occurrences = features.view, features.occurrences
    n_words = len(view.word_starts)
    if not n_words:
        return np.zeros((0, hashed.shape[1]))
    first, past = occurrences.bounds()
    inside = np.zeros(len(view.symbols) + 1)
    is_inside = view.symbols != SPACE
    np.cumsum(is_inside, out=inside[1:])
    share = 1 / ((inside[past] - inside[first]) * _multiplicities(occurrences.row))
    word_of = np.repeat(np.arange(n_words), view.word_ends - view.word_starts)
    result = np.empty((n_words, hashed.shape[1]))
    for column in range(hashed.shape[1]):
        parts = hashed[:, column] * share
        change = np.bincount(first, parts, len(inside)) - np.bincount(past, parts, len(inside))
        result[:, column] = np.bincount(word_of, np.cumsum(change)[:-1][is_inside], n_words)
    return result


def word_ranges(features: Features) -> list[tuple[int, int]]:
    """Of each word of the only text, the half-open range of code points of the body that it stands for."""
    view = features.view
    begins, ends = sources_of(view, 0)
    words = zip((view.word_starts - 1).tolist(), (view.word_ends - 2).tolist(), strict=True)
    return [(begins[first], ends[last]) for first, last in words]


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


def driving_spans(
    features: Features, body: str, columns: list[int], contributions: NDArray[np.float64]
) -> tuple[Span, ...]:
    """At most MAX_SPANS, those that raised the attributes of `columns` most, in order of position.

    contributions: (n_words, n_columns). A word counts where it gave at least a tenth of what all raising words gave.
    """
    spans, ranges = [], word_ranges(features)
    raised = np.maximum(contributions, 0).sum(axis=0)
    for place, column in enumerate(columns):
        for word in np.flatnonzero(contributions[:, place] > np.maximum(0.1 * raised[place], 1e-9)).tolist():
            start, end = ranges[word]
            spans.append(make_span(body, start, end, ATTRIBUTES[column], float(contributions[word, place])))
    strongest = sorted(_merged(spans, body), key=lambda span: -span.contribution)[:MAX_SPANS]
    return tuple(sorted(strongest, key=lambda span: (span.start, span.end)))
