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


def word_contributions(view: View, hashed: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_columns, n_words) float64: each word's part of the logits, for a view of ONE text.

    hashed: (n_columns, n_occurrences), kind by kind what each feature adds. It gives its symbols that are in words
        equal parts, hence the sum over words is exact.
    """
    starts, ends = view.word_starts, view.word_ends
    inside = view.symbols != SPACE
    in_words = np.zeros(len(inside) + 1)
    np.cumsum(inside, out=in_words[1:])
    change = np.zeros((len(hashed), len(inside) + 1))
    done = 0
    for size in GRAM_SIZES:
        length = max(len(inside) + 1 - size, 0)
        part = hashed[:, done : done + length] / (in_words[size:] - in_words[:length])
        change[:, :length] += part
        change[:, size:] -= part
        done += length
    for gap in (0, *PAIR_GAPS):
        first, past = starts[: max(len(starts) - gap, 0)], ends[gap:]
        part = hashed[:, done : done + len(first)] / (in_words[past] - in_words[first])
        change[:, first] += part
        change[:, past] -= part
        done += len(first)
    by_symbol = change[:, :-1].cumsum(axis=1) * inside
    np.cumsum(by_symbol, axis=1, out=change[:, 1:])
    change[:, 0] = 0
    contributions: NDArray[np.float64] = change[:, ends] - change[:, starts]
    return contributions


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
    raised = np.maximum(contributions, 0).sum(axis=1)
    places, words = np.nonzero(contributions > np.maximum(_SHOWN_SHARE * raised, _LEAST_SHOWN)[:, None])
    given = contributions[places, words].tolist()
    spans = [
        make_span(body, *bounds, ATTRIBUTES[columns[place]], contribution)
        for bounds, place, contribution in zip(word_ranges(view, words), places.tolist(), given, strict=True)
    ]
    strongest = sorted(_merged(spans, body), key=lambda span: -span.contribution)[:MAX_SPANS]
    return tuple(sorted(strongest, key=lambda span: (span.start, span.end)))
