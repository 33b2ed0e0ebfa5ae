"""The fast path from texts to assessments."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.assessment import Assessment, Explanation, Span, Text
from classifier.attribute import ATTRIBUTES
from classifier.budget import UNLIMITED, Budget
from classifier.explanation import LIKELY, attribute_explanations, shown_spans
from classifier.features.batch import Features, features_of
from classifier.features.language import Language, languages_of
from classifier.linear_model import LinearModel, Scored
from classifier.model_file import Weights, read_weights
from classifier.text.appearance import Appearance, Reading, appearance_of
from classifier.text.folded import Folded, folded_phrases
from classifier.text.view import view_of
from classifier.vector import Vector, vectors_of

MAX_CHARS = 50_000
"""The longest body, name and website together, in code points; a longer text raises ValueError."""

_PASS_CHARS = 14_000
_PASS_TEXTS = 1024
"""So many characters and texts go through the arrays together; a text that is longer goes alone."""

_MAX_EXPONENT = np.array(700.0)
"""The exponential of more than 709 is no float64."""

_ONE = np.ones(())
"""It has no dimension: numpy takes such an array in quicker than a Python number, which it must convert."""

_SPAM = ATTRIBUTES.index("spam")


class Classifier:
    """Scores texts; `load` makes it. Threads may share it, because nothing in it changes.

    version: names the weights
    features_version: names the features; vectors mean the same as long as it is the same, also with other weights
    """

    def __init__(self, weights: Weights) -> None:
        self._lexicon = weights.lexicon()
        self._model = LinearModel(weights)
        self.version = weights.version
        self.features_version = weights.features_version

    @classmethod
    def load(cls, directory: Path | None = None) -> "Classifier":
        """The classifier of a model folder, by default the shipped one. It raises ModelError for a bad file."""
        return cls(read_weights(directory))

    def assess(self, texts: Sequence[Text], budget: Budget = UNLIMITED) -> list[Assessment]:
        """One assessment a text, in order.

        A text that is shown in another order than it is sent is scored in both, and the worse of the two counts. It
        raises ValueError for a text over MAX_CHARS, and TimeUsedError once the budget is used.
        """
        return [assessment for assessment, _ in self.assess_and_fold(texts, budget)]

    def assess_and_fold(
        self, texts: Sequence[Text], budget: Budget = UNLIMITED
    ) -> list[tuple[Assessment, tuple[Folded, ...]]]:
        """What `assess` gives, each with the body as it was read, at no second pass over the text: one, or where it is
        shown otherwise than it is sent each way to read it."""
        appearances = [appearance_of(text.body) for text in texts]
        if not any(appearances):
            return self._assess_all(texts, budget)
        plain = [text for text, hidden in zip(texts, appearances, strict=True) if hidden is None]
        assessed = iter(self._assess_all(plain, budget))
        return [
            next(assessed) if hidden is None else self._assess_hidden(text, hidden, budget)
            for text, hidden in zip(texts, appearances, strict=True)
        ]

    def fold(self, phrases: Sequence[str]) -> list[str]:
        """Each phrase as it stands in `Folded.read` of a text that says it; "" for one without anything to read."""
        return list(folded_phrases(phrases, self._lexicon))

    def assess_with_vectors(self, texts: Sequence[Text]) -> list[tuple[Assessment, Vector]]:
        """What `assess` gives, each with the text's feature vector, at no second pass over the text."""
        pairs: list[tuple[Assessment, Vector]] = []
        read = [self._as_read(text) for text in texts]
        for part in _passes([text for text, _, _ in read]):
            features = self.features(part)
            pairs += zip(self._assess(features), vectors_of(features), strict=True)
        return [
            (assessment if worst is None else worst, vector)
            for (assessment, vector), (_, worst, _) in zip(pairs, read, strict=True)
        ]

    def explain(self, text: Text) -> Explanation:
        """Every attribute's logit as its bias and what each word and each structural feature added."""
        read, worst, reading = self._as_read(text)
        (only,) = _passes([read])
        features = self.features(only)
        languages = languages_of(features)
        scored = self._model.score(features)
        (assessment,) = self._assessments(languages, scored)
        attributes = attribute_explanations(self._model, scored)
        if reading is not None:
            attributes = tuple(
                explained._replace(spans=reading.restored(text.body, explained.spans)) for explained in attributes
            )
        return Explanation(worst or assessment, attributes)

    def features(self, texts: Sequence[Text], budget: Budget = UNLIMITED) -> Features:
        """What a few texts are scored by; they may have 65,000 code points in all. It raises TimeUsedError."""
        view = view_of([text.body for text in texts], self._lexicon, budget)
        return features_of(texts, view, self._lexicon, budget=budget)

    def logits(self, features: Features) -> NDArray[np.float64]:
        """(n_texts, n_attributes) float64, the logits of a batch."""
        return self._model.score(features).logits

    def _assess_hidden(self, text: Text, hidden: Appearance, budget: Budget) -> tuple[Assessment, tuple[Folded, ...]]:
        found = self._assess_all([text._replace(body=reading.text) for reading in hidden.readings], budget)
        worst, _ = _worst_of(text, hidden, [assessment for assessment, _ in found])
        return worst, tuple(each for _, folded in found for each in folded)

    def _as_read(self, text: Text) -> tuple[Text, Assessment | None, Reading | None]:
        """The text that is read: as it is or, where it hides something, its worst reading, whose assessment follows."""
        hidden = appearance_of(text.body)
        if hidden is None:
            return text, None, None
        found = self._assess_all([text._replace(body=each.text) for each in hidden.readings], UNLIMITED)
        worst, reading = _worst_of(text, hidden, [assessment for assessment, _ in found])
        return text._replace(body=reading.text), worst, reading

    def _assess_all(self, texts: Sequence[Text], budget: Budget) -> list[tuple[Assessment, tuple[Folded, ...]]]:
        assessed: list[tuple[Assessment, tuple[Folded, ...]]] = []
        for part in _passes(texts):
            features = self.features(part, budget)
            found, grams = self._assess(features, budget), features.occurrences.rows[-1]
            assessed += [(each, (Folded(features.view, text, grams),)) for text, each in enumerate(found)]
        return assessed

    def _assess(self, features: Features, budget: Budget = UNLIMITED) -> list[Assessment]:
        """One assessment for each text of a pass."""
        languages = languages_of(features)
        return self._assessments(languages, self._model.score(features), budget)

    def _assessments(self, languages: list[Language], scored: Scored, budget: Budget = UNLIMITED) -> list[Assessment]:
        assessments = []
        rows = zip(_probabilities(scored.logits), languages, strict=True)
        for text, (scores, (language, is_known)) in enumerate(rows):
            spans: tuple[Span, ...] = ()
            if max(scores) >= LIKELY:
                budget.check()
                spans = shown_spans(self._model, scored, text=text, scores=scores)
            named = dict(zip(ATTRIBUTES, scores, strict=True))
            assessments.append(Assessment(named, reject_of(scores), spans, language, is_known))
        return assessments


def _worst_of(text: Text, hidden: Appearance, found: Sequence[Assessment]) -> tuple[Assessment, Reading]:
    """The worst assessment of what a text may be read as, with spans of the text as sent, and that reading."""
    worst, reading = max(zip(found, hidden.readings, strict=True), key=lambda pair: pair[0].reject)
    return worst._replace(spans=reading.restored(text.body, worst.spans), findings=hidden.findings), reading


def reject_of(scores: list[float]) -> float:
    """The probability that a moderator would not publish the text, in [0, 1]: that it is spam, or has the worst of the
    other attributes, where the two are taken as independent. scores: probabilities in the order of ATTRIBUTES."""
    others = scores.copy()
    others[_SPAM] = 0.0
    return 1 - (1 - max(others)) * (1 - scores[_SPAM])


def _probabilities(logits: NDArray[np.float64]) -> list[list[float]]:
    """(n_texts, n_attributes) probabilities in [0, 1]."""
    odds_against = np.exp(np.minimum(-logits, _MAX_EXPONENT))
    odds_against += _ONE
    rows: list[list[float]] = (_ONE / odds_against).tolist()
    return rows


def _passes(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """The texts in order, in runs short enough for one pass. It raises ValueError for a text over MAX_CHARS."""
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
