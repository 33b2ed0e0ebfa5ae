"""Scores the labelled sets, and makes every figure of the table from the scores."""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from classifier.assessment import Text
from classifier.attribute import ATTRIBUTES
from classifier.evaluation.camouflage import DISGUISES
from classifier.evaluation.fairness import group_areas
from classifier.evaluation.measure import ALARMS, AREAS, CALIBRATION_AIM, CALIBRATIONS, RANKS, Row
from classifier.scorer import Classifier
from classifier.training.calibration import expected_calibration_error
from classifier.training.examples.corpus import read_rows

_BATCH = 64
_DISGUISED_SETS = ("jigsaw_wiki_test", "civil_balanced", "surge_toxicity")
_FLAGGED_FROM = 0.8
"""The model is sure of a text from this probability on."""

_STAYS_FROM = 0.5
_STAYS_AIM = 0.90
_GROUP_AIM = 0.90
_MAX_DISGUISED_CHARS = 1000
_MIN_ROWS = 10
"""With fewer rows of either label an area says nothing."""

_SEED = 11
_TIMED_CHARS = 400
_TIMED_ROUNDS = 3

Figure = dict[str, Any]
"""One line of the table: its kind, name, value, aim (None without one) and whether the aim is reached."""

Scorer = Callable[[Sequence[str]], NDArray[np.float64]]
"""Texts -> (n_texts, n_attributes) float64 probabilities, with nan for an attribute that it does not score."""


def scorer_of(classifier: Classifier) -> Scorer:
    """The classifier as a function from texts to an array of probabilities."""

    def scores(texts: Sequence[str]) -> NDArray[np.float64]:
        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [Text(body) for body in texts[start : start + _BATCH]]
            rows += [list(assessment.scores.values()) for assessment in classifier.assess(batch)]
        return np.array(rows).reshape(-1, len(ATTRIBUTES))

    return scores


class Sets:
    """The rows of the dev sets with their scores; a set is read and scored once.

    max_disguised: how many texts are disguised at most
    timed_texts: how many texts are timed
    """

    max_disguised = 400
    timed_texts = 512

    def __init__(self, data: Path, scorer: Scorer) -> None:
        self._data = data
        self.scorer = scorer
        self._known: dict[str, tuple[list[Row], NDArray[np.float64]]] = {}

    def rows(self, dataset: str) -> list[Row]:
        """The rows of a set that are scored."""
        return list(read_rows(self._data / "dev" / f"{dataset}.jsonl.gz"))

    def scored(self, dataset: str) -> tuple[list[Row], NDArray[np.float64]]:
        """The rows of a set, and their (n, n_attributes) scores."""
        if dataset not in self._known:
            rows = self.rows(dataset)
            self._known[dataset] = rows, self.scorer([row["text"] for row in rows])
        return self._known[dataset]

    def labelled(
        self, dataset: str, attribute: str, label: Callable[[Row], int | None]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(n,) labels and (n,) scores of the rows of a set for which `label` gives one."""
        rows, scores = self.scored(dataset)
        labels = [label(row) for row in rows]
        known = np.array([value is not None for value in labels])
        return np.array([value for value in labels if value is not None]), scores[known, ATTRIBUTES.index(attribute)]


class SampledSets(Sets):
    """Some rows of each set, always the same, for a scorer that needs milliseconds a text.

    _ROWS rows are drawn of a set, and more as long as all have fewer than _CHARS characters together.
    """

    max_disguised = 100
    timed_texts = 32
    _ROWS, _CHARS = 200, 50_000

    def rows(self, dataset: str) -> list[Row]:
        rows = super().rows(dataset)
        Random(_SEED).shuffle(rows)
        done = accumulate(len(row["text"]) for row in rows)
        return [
            row
            for place, (row, chars) in enumerate(zip(rows, done, strict=True))
            if place < self._ROWS or chars < self._CHARS
        ]


def _figure(kind: str, name: str, value: float, aim: float | None, *, at_most: bool = False) -> Figure:
    reached = None if aim is None else bool(value <= aim if at_most else value >= aim)
    return {"kind": kind, "name": name, "value": round(float(value), 4), "aim": aim, "reached": reached}


def _areas(sets: Sets) -> Iterator[Figure]:
    for measure in AREAS:
        labels, scores = sets.labelled(measure.dataset, measure.attribute, measure.label)
        if not np.isnan(scores).any() and min(np.bincount(labels, minlength=2)) >= _MIN_ROWS:
            yield _figure("area under ROC", measure.name, roc_auc_score(labels, scores), measure.aim)


def _ranks(sets: Sets) -> Iterator[Figure]:
    for name, dataset, field, attribute, aim in RANKS:
        rows, scores = sets.scored(dataset)
        known = [place for place, row in enumerate(rows) if row.get(field) is not None]
        ours = scores[known, ATTRIBUTES.index(attribute)]
        if np.ptp(ours) > 0:  # they are neither unknown nor all the same
            theirs = [rows[place][field] for place in known]
            yield _figure("rank correlation", name, spearmanr(theirs, ours).statistic, aim or None)


def _alarms(sets: Sets) -> Iterator[Figure]:
    for name, dataset, attribute, aim in ALARMS:
        scores = sets.scored(dataset)[1][:, ATTRIBUTES.index(attribute)]
        if not np.isnan(scores).any():
            yield _figure("share above 0.5", name, float((scores > _STAYS_FROM).mean()), aim, at_most=True)


def _calibrations(sets: Sets) -> Iterator[Figure]:
    for name, dataset, label in CALIBRATIONS:
        labels, scores = sets.labelled(dataset, "toxicity", label)
        if np.isnan(scores).any():
            continue
        error = expected_calibration_error(scores, labels.astype(np.float64))
        yield _figure("calibration error", name, error, CALIBRATION_AIM, at_most=True)


def _groups(sets: Sets) -> Iterator[Figure]:
    rows, scores = sets.scored("identity_templates")
    areas = group_areas(rows, scores[:, ATTRIBUTES.index("toxicity")])
    worst = min(areas, key=lambda group: areas[group])
    yield _figure("group against background", f"worst: {worst}", areas[worst], _GROUP_AIM)
    for group in sorted(areas, key=lambda group: areas[group]):
        yield _figure("group against background", group, areas[group], None)


def _flagged(sets: Sets) -> list[str]:
    """Some toxic texts of which the model is sure."""
    texts = []
    for dataset in _DISGUISED_SETS:
        rows, scores = sets.scored(dataset)
        sure = scores[:, ATTRIBUTES.index("toxicity")] > _FLAGGED_FROM
        flagged = [row["text"] for row, is_sure in zip(rows, sure, strict=True) if is_sure]
        texts += [text for text in flagged if len(text) < _MAX_DISGUISED_CHARS]
    Random(_SEED).shuffle(texts)
    return texts[: sets.max_disguised]


def _disguises(sets: Sets) -> Iterator[Figure]:
    texts = _flagged(sets)
    for name, disguise in DISGUISES.items():
        draw = Random(_SEED)
        scores = sets.scorer([disguise(text, draw) for text in texts])[:, ATTRIBUTES.index("toxicity")]
        yield _figure("stays above 0.5 disguised", name, float((scores > _STAYS_FROM).mean()), _STAYS_AIM)


def _cpu_seconds() -> float:
    """User and system time of this process and of its children, such as a peer."""
    used = [getrusage(whose) for whose in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _time(sets: Sets) -> Figure:
    """CPU time for texts of 400 characters, in the batches that the scorer makes; it includes the start of a peer."""
    rows, _ = sets.scored("globe_news_published")
    joined = " ".join(row["text"] for row in rows)
    texts = [joined[start : start + _TIMED_CHARS] for start in range(0, sets.timed_texts * _TIMED_CHARS, _TIMED_CHARS)]
    times = []
    for _ in range(_TIMED_ROUNDS):
        began = _cpu_seconds()
        sets.scorer(texts)
        times.append((_cpu_seconds() - began) / len(texts) * 1e6)
    return _figure("microseconds a text", "400 characters, batches of 64", min(times), None)


def figures_of(sets: Sets) -> Iterator[Figure]:
    """Every figure of the table, in order."""
    yield from _areas(sets)
    yield from _groups(sets)
    yield from _ranks(sets)
    yield from _alarms(sets)
    yield from _calibrations(sets)
    yield from _disguises(sets)
    yield _time(sets)


N_FIGURES = 110
"""There are about so many figures; a progress bar needs the number."""


def table_of(figures: Sequence[Figure]) -> str:
    """The figures as text, a line for each."""
    lines = []
    for figure in figures:
        aim = "" if figure["aim"] is None else f"{figure['aim']:8.3f} {'yes' if figure['reached'] else 'NO'}"
        lines.append(f"{figure['kind']:28} {figure['name']:32} {figure['value']:8.4f} {aim}".rstrip())
    return "\n".join(lines)
