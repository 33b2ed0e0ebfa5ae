"""The classifier in the process: texts that arrive in one turn of the event loop are scored as one batch."""

import asyncio
from collections import deque
from time import perf_counter

import structlog

from classifier import Assessment, Classifier, Span, Text
from service.counts import Counts
from service.domain import Assessed

MAX_BATCH = 16
"""Texts scored before the event loop gets its turn again: at 100 us each, 1.6 ms."""
SCORE_DECIMALS = 5
CONTRIBUTION_DECIMALS = 3
SECONDS = "commentdesk_scoring_seconds"
TEXTS = "commentdesk_scored_texts"
FAILURES = "commentdesk_scoring_failures"
BOUNDS_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1)

log = structlog.get_logger(__name__)


class Scorer:
    """Scores submissions; a classifier that fails gives `Assessed(None, None, ...)`, counted, and never an error."""

    def __init__(self, classifier: Classifier, counts: Counts) -> None:
        self._classifier = classifier
        self._counts = counts
        self._seconds = counts.timer(SECONDS, bounds=BOUNDS_SECONDS)
        self._texts, self._failures = counts.place(TEXTS), counts.place(FAILURES)
        self._waiting: deque[tuple[Text, asyncio.Future[Assessed]]] = deque()

    @property
    def model(self) -> str:
        return self._classifier.version

    def assess(self, text: Text) -> asyncio.Future[Assessed]:
        """What the classifier says of one text, soon."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Assessed] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._run)
        self._waiting.append((text, future))
        return future

    def _run(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._run)
        started = perf_counter()
        for (_, future), assessed in zip(batch, self._assess([text for text, _ in batch]), strict=True):
            if not future.done():
                future.set_result(assessed)
        self._seconds.observe(perf_counter() - started)
        self._counts.values[self._texts] += len(batch)

    def _assess(self, texts: list[Text]) -> list[Assessed]:
        try:
            return [self._assessed(each) for each in self._classifier.assess(texts)]
        except Exception:  # the failure policy: whatever breaks in the classifier, the comment is held
            if len(texts) > 1:
                return [assessed for text in texts for assessed in self._assess([text])]
            self._counts.values[self._failures] += 1
            log.exception("not_scored")
            return [Assessed(None, None, [], assessed=False, model=self.model)]

    def _assessed(self, assessment: Assessment) -> Assessed:
        return Assessed(
            {name: round(score, SCORE_DECIMALS) for name, score in assessment.scores.items()},
            round(assessment.reject, SCORE_DECIMALS),
            [_span_json(span) for span in assessment.spans],
            assessment.assessed,
            self.model,
        )


def _span_json(span: Span) -> dict[str, object]:
    return {
        "start": span.start,
        "end": span.end,
        "start_utf16": span.start_utf16,
        "end_utf16": span.end_utf16,
        "attribute": span.attribute,
        "contribution": round(span.contribution, CONTRIBUTION_DECIMALS),
    }
