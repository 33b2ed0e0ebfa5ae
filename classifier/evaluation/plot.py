"""Plots of reliability, of precision and recall, and of groups; they need the extra `plots`."""

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from classifier.attribute import ATTRIBUTES
from classifier.evaluation.evaluate import Sets
from classifier.evaluation.fairness import group_areas
from classifier.evaluation.measure import AREAS, CALIBRATIONS

matplotlib.use("svg")
from matplotlib import pyplot

_BINS = 10
_MAX_POINTS = 200
"""A curve has about so many points at most."""

_CURVES = ("jigsaw_wiki_test", "civil_balanced", "impermium insult", "surge", "openai sexual", "sms spam")


def _reliability(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[list[float], list[float]]:
    """The mean score, and the share of positives, of each bin that has rows."""
    places = np.minimum((scores * _BINS).astype(np.int64), _BINS - 1)
    filled = sorted(set(places.tolist()))
    return [float(scores[places == place].mean()) for place in filled], [
        float(labels[places == place].mean()) for place in filled
    ]


def _draw_reliability(sets: Sets, folder: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    for name, dataset, label in CALIBRATIONS:
        labels, scores = sets.labelled(dataset, "toxicity", label)
        axes.plot(*_reliability(scores, labels), marker="o", label=name)
    axes.set(xlabel="mean predicted toxicity", ylabel="share labelled toxic", title="Reliability")
    axes.legend()
    figure.savefig(folder / "reliability.svg", metadata={"Date": None})
    pyplot.close(figure)


def _draw_precision_recall(sets: Sets, folder: Path) -> None:
    figure, axes = pyplot.subplots(figsize=(6, 5))
    for measure in AREAS:
        if measure.name in _CURVES:
            labels, scores = sets.labelled(measure.dataset, measure.attribute, measure.label)
            precision, recall, _ = precision_recall_curve(labels, scores)
            step = max(len(recall) // _MAX_POINTS, 1)
            axes.plot(recall[::step], precision[::step], label=measure.name)
    axes.set(xlabel="recall", ylabel="precision", title="Precision and recall")
    axes.legend()
    figure.savefig(folder / "precision_recall.svg", metadata={"Date": None})
    pyplot.close(figure)


def _draw_groups(sets: Sets, folder: Path) -> None:
    rows, scores = sets.scored("identity_templates")
    areas = group_areas(rows, scores[:, ATTRIBUTES.index("toxicity")])
    names = sorted(areas, key=lambda group: areas[group])
    figure, axes = pyplot.subplots(figsize=(6, 9))
    axes.barh(names, [areas[name] for name in names])
    axes.set(xlim=(0.4, 1), xlabel="area under ROC, the lower of the two sides", title="Groups against the background")
    figure.tight_layout()
    figure.savefig(folder / "groups.svg", metadata={"Date": None})
    pyplot.close(figure)


def draw(sets: Sets, folder: Path) -> None:
    """Draws all plots into a folder, as SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    pyplot.rcParams["svg.hashsalt"] = "commentdesk"
    for draw_plot in (_draw_reliability, _draw_precision_recall, _draw_groups):
        draw_plot(sets, folder)
