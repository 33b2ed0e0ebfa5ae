"""The fast path from texts to assessments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Assessment, AttributeExplanation, Explanation, Span, Text
from classifier.attribute import ATTRIBUTES
from classifier.hashing import Occurrences
from classifier.model_file import Weights, read_weights
from classifier.view import View, view_of

MAX_CHARS = 50_000
"""Longest body, name and website together, in code points; longer raises ValueError."""

MAX_SPANS = 8
_PASS_CHARS = 60_000
_SPAN_ABOVE = 0.5
_SPAN_SHARE = 0.15


class Classifier:
    """Scores texts; made by `load`. Safe to share between threads: nothing in it changes."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.version = weights.version

    @classmethod
    def load(cls, directory: Path | None = None) -> Classifier:
        """The classifier of a model folder (default: the one shipped), or ModelError."""
        return cls(read_weights(directory))

    def assess(self, texts: Sequence[Text]) -> list[Assessment]:
        """One assessment a text, in order; ValueError for a text over MAX_CHARS."""
        return [assessment for part in _passes(texts) for assessment in self._assess(part)]

    def explain(self, text: Text) -> Explanation:
        """Every attribute's logit as bias + spans + features."""
        assessment = self.assess([text])[0]
        view, occurrences, keep, logits = self._logits([text])
        explained = []
        for column, attribute in enumerate(ATTRIBUTES):
            spans = self._spans(view, occurrences, keep, 0, column, text.body, 0.0)
            explained.append(
                AttributeExplanation(
                    attribute, float(logits[0, column]), float(self._weights.bias[column]), spans, {}
                )
            )
        return Explanation(assessment, tuple(explained))

    def _logits(
        self, texts: Sequence[Text]
    ) -> tuple[View, Occurrences, NDArray[np.int64], NDArray[np.float64]]:
        view = view_of([text.body for text in texts])
        occurrences = Occurrences(view)
        key = (occurrences.text.astype(np.uint64) << np.uint64(32)) | occurrences.bucket
        _, keep = np.unique(key, return_index=True)
        counts = np.bincount(occurrences.text[keep], minlength=len(texts))
        rows = self._weights.grams[occurrences.bucket[keep]].astype(np.float64)
        sums = np.zeros((len(texts), len(ATTRIBUTES)))
        np.add.at(sums, occurrences.text[keep], rows)
        logits = sums * self._weights.scales / np.sqrt(np.maximum(counts, 1))[:, None] + self._weights.bias
        return view, occurrences, keep, logits

    def _assess(self, texts: Sequence[Text]) -> list[Assessment]:
        view, occurrences, keep, logits = self._logits(texts)
        probabilities = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        assessments = []
        for index, text in enumerate(texts):
            row = probabilities[index].tolist()
            reject = 1 - (1 - max(row[:-1])) * (1 - row[-1])
            spans: tuple[Span, ...] = ()
            top = int(np.argmax(probabilities[index]))
            if row[top] >= _SPAN_ABOVE:
                spans = self._spans(view, occurrences, keep, index, top, text.body, _SPAN_SHARE)[:MAX_SPANS]
            assessments.append(Assessment(dict(zip(ATTRIBUTES, row, strict=True)), reject, spans, None, True))
        return assessments

    def _spans(
        self,
        view: View,
        occurrences: Occurrences,
        keep: NDArray[np.int64],
        index: int,
        column: int,
        body: str,
        threshold: float,
    ) -> tuple[Span, ...]:
        """Contributions of one attribute, each feature's spread over its symbols, summed by word."""
        first, past = occurrences.bounds()
        mine = keep[occurrences.text[keep] == index]
        if not len(mine):
            return ()
        value = self._weights.scales[column] / np.sqrt(len(mine))
        share = self._weights.grams[occurrences.bucket[mine], column] * value / (past[mine] - first[mine])
        change = np.zeros(len(view.symbols) + 1)
        np.add.at(change, first[mine], share)
        np.add.at(change, past[mine], -share)
        by_symbol = np.cumsum(change)
        low = int(np.searchsorted(view.word_starts, view.starts[index]))
        high = int(np.searchsorted(view.word_starts, view.starts[index + 1]))
        offset = int(view.code_starts[index])
        spans = []
        for word in range(low, high):
            begin, end = int(view.word_starts[word]), int(view.word_ends[word])
            contribution = float(by_symbol[begin:end].sum())
            if contribution > threshold or not threshold:
                start, stop = int(view.sources[begin]) - offset, int(view.sources[end - 1]) - offset + 1
                spans.append(_span(body, start, stop, ATTRIBUTES[column], contribution))
        if threshold:
            spans = sorted(sorted(spans, key=lambda span: -span.contribution)[:MAX_SPANS], key=lambda span: span.start)
        return tuple(spans)


def _utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _span(body: str, start: int, end: int, attribute: str, contribution: float) -> Span:
    start_utf16 = _utf16(body[:start])
    return Span(start, end, start_utf16, start_utf16 + _utf16(body[start:end]), attribute, contribution)


def _passes(texts: Sequence[Text]) -> list[list[Text]]:
    """Runs of texts short enough for one pass."""
    passes: list[list[Text]] = []
    room = 0
    for text in texts:
        length = len(text.body) + len(text.name) + len(text.website)
        if length > MAX_CHARS:
            raise ValueError(f"a text of {length} characters is over the {MAX_CHARS} that are assessed")
        if length + 1 > room:
            passes.append([])
            room = _PASS_CHARS
        passes[-1].append(text)
        room -= length + 1
    return passes
