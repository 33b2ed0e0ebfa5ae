"""The scorer's waiting list is bounded in time."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import cast

import pytest

from classifier import Assessment, Budget, Classifier, Folded, Text, TimeUsedError
from service import scoring
from service.errors import OverloadedError
from service.platform.counters import Counters
from service.scoring import MAX_BATCH, Scorer

TEXT = Text("It rained.", "Ada", "")


Assessed = list[tuple[Assessment, tuple[Folded, ...]]]


class SlowClassifier:
    """Takes so long for each text, of the processor's time."""

    version = "slow"
    text_seconds = 0.001

    def assess_and_fold(self, texts: Sequence[Text], budget: Budget) -> Assessed:
        until = perf_counter() + self.text_seconds * len(texts)
        while perf_counter() < until:
            pass
        return [(Assessment({}, 0.5, (), "en", assessed=True), ()) for _ in texts]


@pytest.fixture
def classifier() -> SlowClassifier:
    return SlowClassifier()


@pytest.fixture
def scorer(classifier: SlowClassifier) -> Scorer:
    return Scorer(cast("Classifier", classifier), Counters())


def ask(scorer: Scorer, times: int) -> tuple[list["asyncio.Future[object]"], int]:
    """What is waited for, and how many were refused at once."""
    taken: list[asyncio.Future[object]] = []
    for _ in range(times):
        try:
            taken.append(scorer.assess(TEXT))  # type: ignore[arg-type]
        except OverloadedError:
            continue
    return taken, times - len(taken)


class Picky(SlowClassifier):
    """One that takes for ever over some texts; it remembers what it was asked."""

    text_seconds = 0.0

    def __init__(self) -> None:
        self.asked: list[int] = []

    def assess_and_fold(self, texts: Sequence[Text], budget: Budget) -> Assessed:
        self.asked.append(len(texts))
        if any(text.body == "endless" for text in texts):
            raise TimeUsedError
        return super().assess_and_fold(texts, budget)


async def test_a_text_whose_time_is_used_is_not_scored_and_the_others_of_its_batch_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scoring, "LATE_SECONDS", 60.0)
    classifier = Picky()
    scorer = Scorer(cast("Classifier", classifier), Counters())
    bodies = ["plain", "endless", "plain", "plain"]
    turns: list[int] = []
    waiting = [scorer.assess(Text(body, "Ada", "")) for body in bodies]
    while not all(each.done() for each in waiting):
        turns.append(len(classifier.asked))
        await asyncio.sleep(0)
    assert [each.result().assessed.risk for each in waiting] == [0.5, None, 0.5, 0.5]
    assert classifier.asked == [4, 1, 1, 1, 1]
    assert turns == sorted(set(turns)), "one batch in a turn of the loop"


async def test_the_next_batch_is_scored_before_those_of_the_last_go_on() -> None:
    """So that both are on their way to the store together: the other order costs a submission a tenth."""
    classifier = Picky()
    scorer = Scorer(cast("Classifier", classifier), Counters())
    batches_seen: list[int] = []

    async def submit() -> None:
        await scorer.assess(TEXT)
        batches_seen.append(len(classifier.asked))

    await asyncio.gather(*(submit() for _ in range(2 * MAX_BATCH)))
    assert classifier.asked == [MAX_BATCH, MAX_BATCH]
    assert set(batches_seen) == {2}


async def test_a_batch_ends_where_its_characters_do() -> None:
    classifier = Picky()
    scorer = Scorer(cast("Classifier", classifier), Counters())
    await asyncio.gather(*(scorer.assess(Text("x" * 5000, "Ada", "")) for _ in range(6)))
    assert classifier.asked == [2, 2, 2]


async def test_texts_that_would_wait_too_long_are_refused_and_the_others_are_scored(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "LATE_SECONDS", 60.0)
    taken, refused = ask(scorer, 4000)
    assert len(taken) == 1001, "half a second at the first guess"
    assert refused == 2999
    await asyncio.gather(*taken)
    # It has learned how long a text takes, and there is room again.
    taken, refused = ask(scorer, 4000)
    assert 1 <= len(taken) <= 501
    await asyncio.gather(*taken)
    await asyncio.gather(*ask(scorer, MAX_BATCH)[0])


async def test_those_that_wait_too_long_all_the_same_are_refused(
    scorer: Scorer, classifier: SlowClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "LATE_SECONDS", 0.05)
    classifier.text_seconds = 0.1 / MAX_BATCH
    taken, _ = ask(scorer, 10 * MAX_BATCH)
    answers = await asyncio.gather(*taken, return_exceptions=True)
    assert sum(isinstance(each, OverloadedError) for each in answers) == 9 * MAX_BATCH
    classifier.text_seconds = 0
    await asyncio.gather(*ask(scorer, MAX_BATCH)[0])


async def test_one_slow_batch_does_not_stop_the_next_ones(scorer: Scorer, classifier: SlowClassifier) -> None:
    classifier.text_seconds = 0.02
    await asyncio.gather(*ask(scorer, 2 * MAX_BATCH)[0], return_exceptions=True)
    classifier.text_seconds = 0.00001
    served = 0
    for _ in range(20):
        taken, _ = ask(scorer, 10 * MAX_BATCH)
        served = len(taken)
        await asyncio.gather(*taken, return_exceptions=True)
    assert served == 10 * MAX_BATCH
