"""The fast path from texts to assessments."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Assessment, AttributeExplanation, Explanation, Span, Text
from classifier.attribute import ATTRIBUTES
from classifier.budget import UNLIMITED, Budget
from classifier.contribution import driving_spans, make_span, word_contributions, word_ranges
from classifier.features.batch import Features, features_of
from classifier.features.language import languages_of
from classifier.features.structure import STRUCTURE
from classifier.features.vector import Vector, vectors_of
from classifier.features.window import blocks_of, window_places
from classifier.model_file import Weights, read_weights
from classifier.table import Sums, Table
from classifier.text.appearance import Appearance, Reading, appearance_of
from classifier.text.view import View

MAX_CHARS = 50_000
"""Longest body, name and website together, in code points; longer raises ValueError."""

_PASS_CHARS = 14_000
_PASS_TEXTS = 1024
_SPANS_FROM = 0.5
_MOST = np.array(700.0)
"""The exponential of more than 709 is no number."""

_ONE = np.ones(())

_SPAM = ATTRIBUTES.index("spam")
_TOXICITY = ATTRIBUTES.index("toxicity")


class Classifier:
    """Scores texts; made by `load`. Safe to share between threads: nothing in it changes."""

    def __init__(self, weights: Weights) -> None:
        self._lexicon = weights.lexicon()
        self._table = Table(weights.hashed, weights.scales)
        self._worth = (weights.scales[:, None] * weights.shares).tolist()
        self._in_all, self._in_window = weights.shares[:, :, None]
        self._structure, self._bias = weights.structure, weights.bias
        self.version = weights.version
        self.features_version = weights.features_version

    @classmethod
    def load(cls, directory: Path | None = None) -> "Classifier":
        """The classifier of a model folder (default: the one shipped), or ModelError."""
        return cls(read_weights(directory))

    def assess(self, texts: Sequence[Text], budget: Budget = UNLIMITED) -> list[Assessment]:
        """One assessment a text, in order; ValueError for a text over MAX_CHARS, TimeUsedError for a batch over its
        budget. What is shown in another order than it is sent is scored in both, and the worse of them counts."""
        appearances = [appearance_of(text.body) for text in texts]
        if not any(appearances):
            return self._assess_all(texts, budget)
        plain = [text for text, hidden in zip(texts, appearances, strict=True) if hidden is None]
        assessments = iter(self._assess_all(plain, budget))
        return [
            next(assessments) if hidden is None else self._worst_of(text, hidden, budget)[0]
            for text, hidden in zip(texts, appearances, strict=True)
        ]

    def _worst_of(self, text: Text, hidden: Appearance, budget: Budget = UNLIMITED) -> tuple[Assessment, Reading]:
        """The worst of what a text may be read as, its spans those of the text as sent."""
        found = self._assess_all([text._replace(body=each.text) for each in hidden.readings], budget)
        worst, reading = max(zip(found, hidden.readings, strict=True), key=lambda pair: pair[0].reject)
        return worst._replace(spans=reading.restored(text.body, worst.spans), findings=hidden.findings), reading

    def _assess_all(self, texts: Sequence[Text], budget: Budget) -> list[Assessment]:
        assessments: list[Assessment] = []
        for part in _passes(texts):
            features = features_of(part, self._lexicon, budget)
            assessments += self._assess(part, features, self._sums(features), budget)
        return assessments

    def assess_with_vectors(self, texts: Sequence[Text]) -> list[tuple[Assessment, Vector]]:
        """As `assess`, with each text's feature vector, at no second pass over the text.

        Vectors mean the same as long as `features_version` is the same, also with other weights.
        """
        pairs: list[tuple[Assessment, Vector]] = []
        read = [self._as_read(text) for text in texts]
        for part in _passes([text for text, _, _ in read]):
            features = self.features(part)
            pairs += zip(self._assess(part, features, self._sums(features)), vectors_of(features), strict=True)
        return [
            (assessment if worst is None else worst, vector)
            for (assessment, vector), (_, worst, _) in zip(pairs, read, strict=True)
        ]

    def _as_read(self, text: Text) -> tuple[Text, Assessment | None, Reading | None]:
        """A text as it is; one that hides something as its worst reading, with what is said of that."""
        hidden = appearance_of(text.body)
        if hidden is None:
            return text, None, None
        worst, reading = self._worst_of(text, hidden)
        return text._replace(body=reading.text), worst, reading

    def features(self, texts: Sequence[Text]) -> Features:
        """What a few texts are scored by; at most 65,000 code points in all."""
        return features_of(texts, self._lexicon)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """(n_texts, n_attributes) float64."""
        return self._logits(features, self._sums(features))

    def _sums(self, features: Features) -> Sums:
        return self._table.sums(features.occurrences, features.pieces)

    def _logits(self, features: Features, sums: Sums) -> NDArray[np.float64]:
        hashed = self._in_all * sums.texts
        hashed += self._in_window * sums.worst()
        logits: NDArray[np.float64] = features.structure.dot(self._structure)
        logits += self._bias
        logits += hashed.T
        return logits

    def explain(self, text: Text) -> Explanation:
        """Every attribute's logit as its bias and what each word and each structural feature added."""
        read, worst, reading = self._as_read(text)
        (only,) = _passes([read])
        features = self.features(only)
        sums = self._sums(features)
        (assessment,) = self._assess(only, features, sums)
        logits = self._logits(features, sums)[0].tolist()
        columns = list(range(len(ATTRIBUTES)))
        contributions = self._contributions(features, 0, features.view, sums, columns)
        ranges = word_ranges(features.view, np.arange(len(features.view.word_starts)))
        explained = []
        for column, attribute in enumerate(ATTRIBUTES):
            spans = tuple(
                make_span(read.body, *place, attribute, contribution)
                for place, contribution in zip(ranges, contributions[column].tolist(), strict=True)
            )
            if reading is not None:
                spans = reading.restored(text.body, spans)
            parts = features.structure[0] * self._structure[:, column]
            named = {STRUCTURE[place]: float(parts[place]) for place in np.flatnonzero(parts)}
            bias = float(self._bias[column])
            explained.append(AttributeExplanation(attribute, logits[column], bias, spans, named))
        return Explanation(worst or assessment, tuple(explained))

    def _contributions(
        self, features: Features, text: int, view: View, sums: Sums, columns: list[int]
    ) -> NDArray[np.float64]:
        """(n_columns, n_words): what each word of one text, whose view is given, added to some attributes' logits."""
        edges = features.pieces.of_text(text)
        windows = sums.worst_windows(text, columns)
        parts, values = [], []
        for block, rows in enumerate(blocks_of(features.occurrences, edges)):
            in_all, *in_windows = sums.values(block, text, windows)
            worth_all, worth_window = self._worth[block]
            values.append([worth_all[column] * in_all for column in columns])
            more = [worth_window[column] * value for column, value in zip(columns, in_windows, strict=True)]
            parts.append(self._table.steps(rows, columns))
            places = window_places(edges[block], windows)
            for steps, place, part, whole in zip(parts[-1], places, more, values[-1], strict=True):
                in_worst = steps[:, place]
                in_worst *= 1 + part / whole
        return word_contributions(view, parts, np.array(values))

    def _spans(self, body: str, features: Features, text: int, sums: Sums, scores: list[float]) -> tuple[Span, ...]:
        columns = _shown_columns(scores)
        view = features.view.cut(text)
        contributions = self._contributions(features, text, view, sums, columns)
        return driving_spans(view, body, columns, contributions)

    def _assess(
        self, texts: list[Text], features: Features, sums: Sums, budget: Budget = UNLIMITED
    ) -> list[Assessment]:
        assessments = []
        found = zip(texts, _probabilities(self._logits(features, sums)), languages_of(features), strict=True)
        for index, (text, row, (language, assessed)) in enumerate(found):
            likely = max(row) >= _SPANS_FROM
            if likely:
                budget.check()
            spans = self._spans(text.body, features, index, sums, row) if likely else ()
            assessments.append(
                Assessment(dict(zip(ATTRIBUTES, row, strict=True)), reject_of(row), spans, language, assessed)
            )
        return assessments


def _probabilities(logits: NDArray[np.float64]) -> list[list[float]]:
    """(n_texts, n_attributes)"""
    odds_against = np.exp(np.minimum(-logits, _MOST))
    odds_against += _ONE
    rows: list[list[float]] = (_ONE / odds_against).tolist()
    return rows


def _shown_columns(scores: list[float]) -> list[int]:
    """The attributes whose spans are shown: spam, and of the others the likeliest that says more than toxicity."""
    likely = [column for column, score in enumerate(scores) if score >= _SPANS_FROM]
    telling = [column for column in likely if column not in (_SPAM, _TOXICITY)]
    only = [column for column in likely if column == _TOXICITY]
    columns = [max(telling, key=scores.__getitem__)] if telling else only
    return columns + [column for column in likely if column == _SPAM]


def reject_of(scores: list[float]) -> float:
    """The probability that a moderator would not publish: spam, or the worst of the others, taken as independent."""
    others = scores.copy()
    others[_SPAM] = 0.0
    return 1 - (1 - max(others)) * (1 - scores[_SPAM])


def _passes(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """Runs of texts short enough for one pass."""
    run: list[Text] = []
    room = _PASS_CHARS
    for text in texts:
        length = len(text.body) + len(text.name) + len(text.website)
        if length > MAX_CHARS:
            raise ValueError(f"a text of {length} characters is over the {MAX_CHARS} that are assessed")
        if run and (length >= room or len(run) == _PASS_TEXTS):
            yield run
            run, room = [], _PASS_CHARS
        run.append(text)
        room -= length + 1
    if run:
        yield run
