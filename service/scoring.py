"""Scores texts with the classifier in this process; those that arrive in one turn of the event loop are one batch.

A batch is bounded in texts, in characters and in processor time. When its time is used, or the classifier fails, its
texts are scored one by one, each in a turn of its own. A text that fails alone is not scored, and so it is held.
"""

import asyncio
from collections import deque
from time import perf_counter
from typing import NamedTuple

import structlog

import classifier
from classifier import Assessment, Budget, Classifier, Folded, Text, TimeUsedError
from service.domain.assessed import SCORE_DECIMALS, Assessed, Span
from service.errors import OverloadedError
from service.platform.counters import Counters

MAX_BATCH = 16
"""The number of texts that are scored before the event loop continues: at 100 us each, 1.6 ms."""
MAX_BATCH_CHARS = 12_000
"""The number of characters of a batch, unless one text alone has more: about 6 ms for the slowest text found."""
BATCH_SECONDS = 0.05
"""The processor time of a batch: eight times that of the slowest text on a machine of 2026, for slower machines."""
WAIT_SECONDS = 0.5
"""A text that would have to wait longer is refused when it comes."""
LATE_SECONDS = 0.75
"""A text that has waited this long all the same is refused, so that its request is answered within two seconds."""
FIRST_GUESS_SECONDS = 0.0005
RECENT = 0.2
"""The weight of the last batch in the moving average of the time per text."""
CONTRIBUTION_DECIMALS = 3
QUEUE = "classifier"
SECONDS = "commentdesk_scoring_seconds"
TEXTS = "commentdesk_scored_texts"
FAILURES = "commentdesk_scoring_failures"
BOUNDS_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1)

log = structlog.get_logger(__name__)


class Scored(NamedTuple):
    """A text's assessment, and the text as it was read; () where that failed."""

    assessed: Assessed
    readings: tuple[Folded, ...] = ()


class _Waiting(NamedTuple):
    """A text that waits since a time, with the future of its result; `is_alone` after a batch with it has failed."""

    since: float
    text: Text
    scored: asyncio.Future[Scored]
    is_alone: bool = False


class Scorer:
    """Scores submissions. When the classifier fails it counts that and gives `Assessed(None, None, ...)`, no error."""

    def __init__(self, classifier: Classifier, counts: Counters) -> None:
        self._classifier = classifier
        self._counts = counts
        self._seconds = counts.timer(SECONDS, bounds=BOUNDS_SECONDS)
        self._texts, self._failures = counts.slot(TEXTS), counts.slot(FAILURES)
        self._waiting: deque[_Waiting] = deque()
        # Measured from the start of one batch to the next while texts wait: it includes the other work of the process.
        self._text_seconds = FIRST_GUESS_SECONDS
        self._last_batch: tuple[float, int] | None = None

    @property
    def model(self) -> str:
        """The version of the model."""
        return self._classifier.version

    def require_room(self) -> None:
        """Raises OverloadedError when one more text would have to wait longer than WAIT_SECONDS."""
        if len(self._waiting) * self._text_seconds > WAIT_SECONDS:
            raise OverloadedError(QUEUE)

    def assess(self, text: Text) -> asyncio.Future[Scored]:
        """Returns a future of one text's assessment.

        The call or the future raises OverloadedError when the result would come too late.
        """
        self.require_room()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Scored] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._run)
        self._waiting.append(_Waiting(perf_counter(), text, future))
        return future

    def _run(self) -> None:
        started = perf_counter()
        if self._last_batch is not None:
            before, size = self._last_batch
            self._text_seconds += RECENT * ((started - before) / size - self._text_seconds)
        self._refuse_late(started - LATE_SECONDS)
        batch = self._next_batch()
        found = self._score_or_postpone(batch)
        self._last_batch = (started, len(batch)) if self._waiting and batch else None
        if self._waiting:  # scheduled first, so that the results of this batch and the next share a write to Redis
            asyncio.get_running_loop().call_soon(self._run)
        for waiting, scored in zip(batch, found, strict=False):
            if not waiting.scored.done():
                waiting.scored.set_result(scored)
        self._seconds.observe(perf_counter() - started)

    def _next_batch(self) -> list["_Waiting"]:
        """Returns the texts that have waited longest, as many as may be scored in one turn."""
        batch: list[_Waiting] = []
        chars = 0
        while self._waiting and len(batch) < MAX_BATCH:
            following = self._waiting[0]
            chars += len(following.text.body)
            if batch and (chars > MAX_BATCH_CHARS or following.is_alone):
                break
            batch.append(self._waiting.popleft())
            if following.is_alone:
                break
        return batch

    def _refuse_late(self, before: float) -> None:
        """Refuses the texts that came before that time."""
        while self._waiting and self._waiting[0].since < before:
            refused = self._waiting.popleft().scored
            if not refused.done():
                refused.set_exception(OverloadedError(QUEUE))

    def _score_or_postpone(self, batch: list["_Waiting"]) -> list[Scored]:
        """Returns the results of a batch, or none when it failed and its texts are queued again, one by one."""
        try:
            scored = self._score([waiting.text for waiting in batch])
        except Exception as error:  # the failure policy: whatever breaks in the classifier, the comment is held
            if len(batch) > 1:
                self._waiting.extendleft(waiting._replace(is_alone=True) for waiting in reversed(batch))
                return []
            self._counts.values[self._failures] += 1
            log.exception("not_scored", is_time_used=isinstance(error, TimeUsedError))
            scored = [Scored(Assessed(None, None, [], assessed=False, model=self.model))]
        self._counts.values[self._texts] += len(batch)
        return scored

    def _score(self, texts: list[Text]) -> list[Scored]:
        assessed = self._classifier.assess_and_fold(texts, Budget(BATCH_SECONDS))
        return [Scored(self._assessed(assessment), readings) for assessment, readings in assessed]

    def _assessed(self, assessment: Assessment) -> Assessed:
        return Assessed(
            assessment.scores,
            round(assessment.reject, SCORE_DECIMALS),
            [_span(span) for span in assessment.spans],
            assessed=assessment.assessed,
            model=self.model,
            findings=assessment.findings,
        )


def _span(span: classifier.Span) -> Span:
    return Span(
        span.start,
        span.end,
        span.start_utf16,
        end_utf16=span.end_utf16,
        attribute=span.attribute,
        contribution=round(span.contribution, CONTRIBUTION_DECIMALS),
    )
