"""The classifier in the process: texts that arrive in one turn of the event loop are scored as one batch."""

import asyncio
from collections import deque
from time import perf_counter

import structlog

from classifier import Assessment, Classifier, Span, Text
from service.counts import Counts
from service.domain import SCORE_DECIMALS, Assessed
from service.errors import OverloadedError

MAX_BATCH = 16
"""Texts scored before the event loop gets its turn again: at 100 us each, 1.6 ms."""
WAIT_SECONDS = 0.5
"""A text that would wait longer than this is refused."""
LATE_SECONDS = 0.75
"""One that has waited this long all the same is refused too: its sender shall have an answer within two seconds."""
FIRST_GUESS_SECONDS = 0.0005
RECENT = 0.2
"""Weight of the last batch in the time that a text takes."""
CONTRIBUTION_DECIMALS = 3
QUEUE = "classifier"
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
        self._waiting: deque[tuple[float, Text, asyncio.Future[Assessed]]] = deque()
        # From the start of one batch to the next while texts wait: all the work of the process, not of scoring alone.
        self._text_seconds = FIRST_GUESS_SECONDS
        self._last_batch: tuple[float, int] | None = None

    @property
    def model(self) -> str:
        return self._classifier.version

    def require_room(self) -> None:
        """OverloadedError when one more text would wait too long."""
        if len(self._waiting) * self._text_seconds > WAIT_SECONDS:
            raise OverloadedError(QUEUE)

    def assess(self, text: Text) -> asyncio.Future[Assessed]:
        """What the classifier says of one text, soon; OverloadedError when that would be too late."""
        self.require_room()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Assessed] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._run)
        self._waiting.append((perf_counter(), text, future))
        return future

    def _run(self) -> None:
        started = perf_counter()
        if self._last_batch is not None:
            before, size = self._last_batch
            self._text_seconds += RECENT * ((started - before) / size - self._text_seconds)
        self._refuse_late(started - LATE_SECONDS)
        batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
        self._last_batch = (started, len(batch)) if self._waiting else None
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._run)
        for (_, _, future), assessed in zip(batch, self._assess([text for _, text, _ in batch]), strict=True):
            if not future.done():
                future.set_result(assessed)
        self._seconds.observe(perf_counter() - started)
        self._counts.values[self._texts] += len(batch)

    def _refuse_late(self, before: float) -> None:
        while self._waiting and self._waiting[0][0] < before:
            _, _, future = self._waiting.popleft()
            if not future.done():
                future.set_exception(OverloadedError(QUEUE))

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
            assessment.scores,
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
