"""What clients have not taken yet of their answers: it lies in this process's memory, which has an end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

MAX_UNSENT_BYTES = 64 * 1024 * 1024
"""Of one process: twenty of the longest pages."""
YOUNG_SECONDS = 1.0
"""An answer has so long before its client is called slow."""

log = structlog.get_logger(__name__)


class Client(Protocol):
    """Who is sent an answer."""

    @property
    def unsent_bytes(self) -> int: ...

    def abort(self) -> None: ...


@dataclass(slots=True)
class _Answer:
    since: float
    begun_bytes: int
    left_bytes: int

    def rank(self, now: float) -> tuple[bool, float, float]:
        """The lowest is given up first: the slowest of those that had their time, then the oldest of the others."""
        age = now - self.since
        is_young = age < YOUNG_SECONDS
        return is_young, 0.0 if is_young else (self.begun_bytes - self.left_bytes) / age, self.since


class Unsent:
    """The answers that wait for their clients. When they are more than `most_bytes` together, the slowest clients are
    cut, so that those who read are answered whoever does not."""

    def __init__(self, most_bytes: int = MAX_UNSENT_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
        self._clock = clock
        self._answers: dict[Client, _Answer] = {}
        self._bytes = 0
        """At most so many: what each was when it was last looked at."""

    def begin(self, client: Client) -> None:
        """The client did not take all of an answer at once; `end` is called when it has, or is gone."""
        size = client.unsent_bytes
        self._answers[client] = _Answer(self._clock(), size, size)
        self._bytes += size
        if self._bytes > self._most_bytes:
            self._make_room()

    def end(self, client: Client) -> None:
        answer = self._answers.pop(client, None)
        if answer is not None:
            self._bytes -= answer.left_bytes

    def _make_room(self) -> None:
        for client, answer in self._answers.items():
            answer.left_bytes = client.unsent_bytes
        self._bytes = sum(answer.left_bytes for answer in self._answers.values())
        if self._bytes <= self._most_bytes:
            return
        now = self._clock()
        cut = 0
        for client, _ in sorted(self._answers.items(), key=lambda each: each[1].rank(now)):
            self.end(client)
            client.abort()
            cut += 1
            if self._bytes <= self._most_bytes:
                break
        log.warning("slow_readers_cut", connections=cut, most_bytes=self._most_bytes)
