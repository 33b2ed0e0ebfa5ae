"""How many lines of one kind the log takes: a flood of refusals must not fill the disk, nor hide what else is said."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

LINES_A_SECOND = 20
"""Of one kind: of one event, and of requests one route and code."""
LINES_OF_AN_EVENT_A_SECOND = 100
"""All its kinds together: of refusals about 30 KB."""
LEFT_OUT = "lines_left_out"
_SECOND = 1.0

Kind = tuple[str, object, object]


class LogLimit:
    """A processor of structlog that lets so many lines a second through. Of each kind that had more, one line tells
    how many were left out when the second is over: by a timer where an event loop runs, else before the next line."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = 0.0
        self._lines: Counter[Kind | str] = Counter()
        self._left_out: Counter[Kind] = Counter()

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ARG002 structlog's own signature
        name = str(event["event"])
        if name == LEFT_OUT:
            return event
        if self._clock() >= self._ends:
            self.end_second()
            self._ends = self._clock() + _SECOND
        kind = (name, event.get("code"), event.get("route"))
        if self._lines[kind] >= LINES_A_SECOND or self._lines[name] >= LINES_OF_AN_EVENT_A_SECOND:
            if not self._left_out:
                self._await_end()
            self._left_out[kind] += 1
            raise structlog.DropEvent
        self._lines[kind] += 1
        self._lines[name] += 1
        return event

    def end_second(self) -> None:
        """Tells what was left out, and counts anew."""
        left_out, self._left_out = self._left_out, Counter()
        self._lines.clear()
        for (name, code, route), count in left_out.items():
            known = {"code": code, "route": route}
            told = {field: value for field, value in known.items() if value is not None}
            structlog.get_logger(__name__).warning(LEFT_OUT, of=name, count=count, **told)

    def _await_end(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        loop.call_later(self._ends - self._clock(), self.end_second)
