"""The processor time that a batch of texts may take."""

import time
from collections.abc import Callable

from classifier.error import TimeUsedError


class Budget:
    """A number of seconds of this thread's processor time, counted from now on.

    Other programs on a busy machine use none of it. It is checked between the stages of a batch and between its texts;
    the time of a stage is linear in the length of its text, and so has a bound too.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.thread_time) -> None:
        """clock: gives the seconds that have been used since some fixed point"""
        self._clock = clock
        self._ends = clock() + seconds

    def check(self) -> None:
        """Raises TimeUsedError once the time is used."""
        if self._clock() > self._ends:
            raise TimeUsedError


UNLIMITED = Budget(float("inf"))
