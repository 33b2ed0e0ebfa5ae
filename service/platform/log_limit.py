"""Limits how many lines of one kind are logged: a flood of refusals must neither fill the disk nor hide the rest."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

LINES_A_SECOND = 20
"""The limit for one kind of line: one event, and where it has them one code and one route."""
LINES_OF_AN_EVENT_A_SECOND = 100
"""The limit for all kinds of one event together; so many refusals have about 30 KB."""
LEFT_OUT = "lines_left_out"
_SECOND = 1.0

Kind = tuple[str, object, object]


class LogLimit:
    """A processor of structlog that drops lines over the limits of each second.

    At the end of the second one line for each kind says how many were dropped. It is written by a timer where an event
    loop runs, or else before the next line.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = 0.0
        self._lines: Counter[Kind | str] = Counter()
        self._left_out: Counter[Kind] = Counter()

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ARG002 the signature is structlog's
        name = str(event["event"])
        if name == LEFT_OUT:
            return event
        if self._clock() >= self._ends:
            self.end_second()
            self._ends = self._clock() + _SECOND
        kind = (name, event.get("code"), event.get("route"))
        if self._lines[kind] >= LINES_A_SECOND or self._lines[name] >= LINES_OF_AN_EVENT_A_SECOND:
            if not self._left_out:
                self._schedule_end()
            self._left_out[kind] += 1
            raise structlog.DropEvent
        self._lines[kind] += 1
        self._lines[name] += 1
        return event

    def leaves_out(self, name: str, code: object, route: object) -> bool:
        """Whether a line of this kind would be left out now; it is counted as one then. So that what a line would tell
        need not be found out for nothing."""
        kind = (name, code, route)
        is_full = self._lines[kind] >= LINES_A_SECOND or self._lines[name] >= LINES_OF_AN_EVENT_A_SECOND
        if not is_full or self._clock() >= self._ends:
            return False
        if not self._left_out:
            self._schedule_end()
        self._left_out[kind] += 1
        return True

    def end_second(self) -> None:
        """Logs how many lines of each kind were dropped, and starts to count from 0."""
        left_out, self._left_out = self._left_out, Counter()
        self._lines.clear()
        for (event, code, route), count in left_out.items():
            fields = {name: value for name, value in (("code", code), ("route", route)) if value is not None}
            structlog.get_logger(__name__).warning(LEFT_OUT, of=event, count=count, **fields)

    def _schedule_end(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        loop.call_later(self._ends - self._clock(), self.end_second)


LOG_LIMIT = LogLimit()
"""That of this process."""
