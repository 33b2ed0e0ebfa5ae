"""Why a text got its scores: the stretches of its body and the named features that moved each attribute."""

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import LAST_SINGLE_UNIT, AttributeExplanation, Span
from classifier.attribute import ATTRIBUTES
from classifier.contribution import word_contributions
from classifier.features.structure import STRUCTURE
from classifier.linear_model import LinearModel, Scored
from classifier.text.symbol import original_ranges
from classifier.text.view import View

LIKELY = 0.5
"""Spans are shown for attributes whose probability reaches this."""

MAX_SPANS = 8
_SHOWN_SHARE = 0.1
"""A word is shown when it gave at least this share of what all raising words gave together."""

_LEAST_SHOWN = 1e-9
_SPAM = ATTRIBUTES.index("spam")
_TOXICITY = ATTRIBUTES.index("toxicity")


def shown_spans(model: LinearModel, scored: Scored, *, text: int, scores: list[float]) -> tuple[Span, ...]:
    """At most MAX_SPANS spans of one text of a batch, in order of position: those that raised its attributes most.

    text: its index in the batch; scores: its probabilities in the order of ATTRIBUTES
    """
    columns = _shown_columns(scores)
    contributions = word_contributions(model.table, scored, text=text, columns=columns)
    return _driving_spans(scored.features.view, text, columns=columns, contributions=contributions)


def attribute_explanations(model: LinearModel, scored: Scored) -> tuple[AttributeExplanation, ...]:
    """Every attribute of a batch of ONE text: its bias, and what each word and each structural feature added."""
    columns = list(range(len(ATTRIBUTES)))
    contributions = word_contributions(model.table, scored, text=0, columns=columns).tolist()
    view = scored.features.view
    ranges = _word_ranges(view, 0, np.arange(len(view.word_starts)))
    (logits,) = scored.logits.tolist()
    (structure,) = scored.features.structure
    explanations = []
    for column, attribute in enumerate(ATTRIBUTES):
        spans = [
            _span_of(view.bodies[0], *bounds, attribute=attribute, contribution=contribution)
            for bounds, contribution in zip(ranges, contributions[column], strict=True)
        ]
        added = structure * model.structure[:, column]
        named = {STRUCTURE[place]: float(added[place]) for place in np.flatnonzero(added)}
        bias = float(model.bias[column])
        explanations.append(AttributeExplanation(attribute, logits[column], bias, tuple(spans), named))
    return tuple(explanations)


def _shown_columns(scores: list[float]) -> list[int]:
    """The attributes whose spans are shown: the likeliest that says more than toxicity, or else toxicity, and spam."""
    likely = [column for column, score in enumerate(scores) if score >= LIKELY]
    telling = [column for column in likely if column not in (_SPAM, _TOXICITY)]
    only = [column for column in likely if column == _TOXICITY]
    columns = [max(telling, key=scores.__getitem__)] if telling else only
    return columns + [column for column in likely if column == _SPAM]


def _driving_spans(
    view: View, text: int, *, columns: list[int], contributions: NDArray[np.float64]
) -> tuple[Span, ...]:
    """The strongest spans, in order of position; contributions: (n_columns, n_words)."""
    raised = np.add.reduce(np.maximum(contributions, 0), axis=1, keepdims=True)
    rows, words = (contributions > np.maximum(_SHOWN_SHARE * raised, _LEAST_SHOWN)).nonzero()
    given = contributions[rows, words].tolist()
    body = view.bodies[text]
    spans = [
        _span_of(body, *bounds, attribute=ATTRIBUTES[columns[row]], contribution=contribution)
        for bounds, row, contribution in zip(_word_ranges(view, text, words), rows.tolist(), given, strict=True)
    ]
    strongest = sorted(_merged(spans, body), key=lambda span: -span.contribution)[:MAX_SPANS]
    return tuple(sorted(strongest, key=lambda span: (span.start, span.end)))


def _word_ranges(view: View, text: int, words: NDArray[np.int64]) -> list[tuple[int, int]]:
    """The half-open ranges of code points of the body of one text that some of its words stand for."""
    first = view.starts[text]
    places = words + view.word_bounds[text]
    firsts, lasts = view.word_starts[places] - first, view.word_ends[places] - (first + 1)
    return original_ranges(view.bodies[text], view.lines.get(text), firsts, lasts)


def _merged(spans: list[Span], body: str) -> list[Span]:
    """The spans, where neighbours of one attribute with at most one character between them are one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.attribute, span.start)):
        last = merged[-1] if merged else None
        if last is not None and last.attribute == span.attribute and span.start <= last.end + 1:
            both = last.contribution + span.contribution
            end = max(span.end, last.end)
            merged[-1] = _span_of(body, last.start, end, attribute=span.attribute, contribution=both)
        else:
            merged.append(span)
    return merged


def _span_of(body: str, start: int, end: int, *, attribute: str, contribution: float) -> Span:
    """A span of code points [start, end) with its UTF-16 offsets."""
    if body.isascii():
        start_utf16, end_utf16 = start, end
    else:
        start_utf16 = _utf16_units(body[:start])
        end_utf16 = start_utf16 + _utf16_units(body[start:end])
    return Span(start, end, start_utf16, end_utf16, attribute=attribute, contribution=contribution)


def _utf16_units(text: str) -> int:
    return len(text) + sum(character > LAST_SINGLE_UNIT for character in text)
