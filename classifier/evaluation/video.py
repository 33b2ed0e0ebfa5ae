"""Measures spam under a video that training did not see: each video of youtube_spam is left out in turn."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from classifier.attribute import ATTRIBUTES
from classifier.model_file import read_weights
from classifier.training.cross_fit import fit_rows, logits_of
from classifier.training.examples.corpus import corpus_path, read_rows
from classifier.training.training_set import read_training_set

_CORPUS = "youtube_spam"
_SPAM = ATTRIBUTES.index("spam")


def unseen_videos(data: Path) -> Iterator[tuple[str, float]]:
    """Each video with the area under the ROC curve of spam on its comments, fitted without them; "all" comes last."""
    training = read_training_set(data, read_weights().lexicon())
    videos = [row["video"] for row in read_rows(corpus_path(data, _CORPUS))]
    place = np.flatnonzero(training.corpora == _CORPUS)
    scores = np.zeros(len(place))
    labels = training.labels[place, _SPAM]
    for video in sorted(set(videos)):
        left_out = np.array([name == video for name in videos])
        rows = np.setdiff1d(training.known_rows("spam"), place[left_out])
        fitted = fit_rows("spam", training, rows)
        scores[left_out] = logits_of("spam", fitted, training, rows=place[left_out])
        yield video, float(roc_auc_score(labels[left_out], scores[left_out]))
    yield "all", float(roc_auc_score(labels, scores))
