"""The shipped model on the labelled sets: floors a little below the figures of the model card."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from classifier import ATTRIBUTES, Classifier
from classifier.evaluation.camouflage import DISGUISES
from classifier.evaluation.evaluate import Sets, scorer_of
from classifier.evaluation.measure import AREAS
from classifier.training.examples.corpus import CORPORA

FLOORS = {
    "civil_balanced": 0.91,
    "surge": 0.90,
    "hatecheck": 0.69,
    "hatemoji": 0.73,
    "ethos": 0.79,
    "openai sexual": 0.90,
    "identity_templates": 0.97,
    "sms spam": 0.98,
}
TOXICITY = ATTRIBUTES.index("toxicity")
INSULTS = (
    "you are such a stupid idiot and nobody wants to hear your pathetic lies",
    "what a fucking moron, go to hell you worthless bastard",
    "shut your mouth, stupid bitch, everybody here hates you",
    "these disgusting idiots should crawl back into their filthy holes",
    "you pathetic loser, your stupid opinion is garbage and always was",
    "asshole, learn to read before you write such fucking garbage",
)


THREATS = ("I will kill you tonight", "I'm going to find you and hurt you")
PLANS = ("I will call you tonight", "I'm going to find you and thank you", "this heat will kill my tomatoes")


@pytest.fixture(scope="module")
def sets(classifier: Classifier, data: Path) -> Sets:
    return Sets(data, scorer_of(classifier))


@pytest.mark.parametrize("name", FLOORS)
def test_areas(sets: Sets, name: str) -> None:
    measure = next(measure for measure in AREAS if measure.name == name)
    labels, scores = sets.labelled(measure.dataset, measure.attribute, measure.label)
    assert roc_auc_score(labels, scores) > FLOORS[name]


def test_published_news_is_seldom_called_toxic_or_spam(sets: Sets) -> None:
    _, scores = sets.scored("globe_news_published")
    assert (scores[:, TOXICITY] > 0.5).mean() <= 0.03
    assert (scores[:, ATTRIBUTES.index("spam")] > 0.5).mean() <= 0.003


@pytest.mark.parametrize("name", DISGUISES)
def test_insults_survive_disguise(classifier: Classifier, name: str) -> None:
    draw = Random(1)
    texts = [DISGUISES[name](text, draw) for text in INSULTS for _ in range(5)]
    scores = scorer_of(classifier)(texts)[:, TOXICITY]
    assert np.mean(scores > 0.5) >= 0.9


def test_short_threats_are_threats_and_plans_are_not(classifier: Classifier) -> None:
    threat = ATTRIBUTES.index("threat")
    plain, indirect = scorer_of(classifier)(THREATS)[:, threat]
    assert plain > 0.8
    assert indirect > 0.3
    assert scorer_of(classifier)(PLANS)[:, threat].max() < 0.1


def _mean(classifier: Classifier, texts: Sequence[str]) -> float:
    return float(scorer_of(classifier)(texts)[:, TOXICITY].mean())


@pytest.mark.parametrize("group", ["gay", "muslim", "jewish", "black", "trans", "old", "catholic", "deaf"])
def test_naming_a_group_is_harmless(classifier: Classifier, group: str) -> None:
    harmless = [
        f"My {group} neighbour brought us soup.",
        f"The {group} choir sings on Friday.",
        f"I am {group}, by the way.",
    ]
    assert _mean(classifier, harmless) < 0.2
    assert _mean(classifier, [f"You filthy {group} pig, I hate you {group} scum."]) > 0.5


def test_no_evaluation_set_trains() -> None:
    """Sets for evaluation only lie in dev/; what is trained on is named in one place."""
    assert not {"impermium_insults", "globe_news_published", "reddit_removed", "ethos_binary"} & set(CORPORA)
