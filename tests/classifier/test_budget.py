"""The time that a batch of texts may take."""

from collections.abc import Iterator
from itertools import count

import pytest

from classifier import Budget, Classifier, Text, TimeUsedError

TEXTS = [Text("You are an idiot, and the bridge is a disgrace. " * 30, "Ada", "")] * 3


def ticking() -> Iterator[float]:
    """A clock that goes on by a second whenever it is asked."""
    return map(float, count())


def test_what_takes_less_is_scored_as_without(classifier: Classifier) -> None:
    assert classifier.assess(TEXTS, Budget(60.0)) == classifier.assess(TEXTS)


def test_the_time_is_asked_for_at_every_stage(classifier: Classifier) -> None:
    """Whatever stage uses it up, the next one does not begin."""
    clock = ticking()
    classifier.assess(TEXTS, Budget(1000.0, clock.__next__))
    stages = int(next(clock)) - 1
    assert stages >= 3 * len(TEXTS), "each text when it is normalised and when it is assessed, and each stage between"
    for seconds in range(stages):
        with pytest.raises(TimeUsedError):
            classifier.assess(TEXTS, Budget(seconds - 0.5, ticking().__next__))
