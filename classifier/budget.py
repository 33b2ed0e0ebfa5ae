"""How much of the processor's time a batch of texts may take."""

import time
from collections.abc import Callable

from classifier.error import TimeUsedError


class Budget:
    """So many seconds of this thread's processor time from now on; other programs on a busy machine use none of it.

    It is asked between the stages of a batch and between its texts. Each stage is linear in its text, so that what
    one takes has an end too.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.thread_time) -> None:
        self._clock = clock
        self._ends = clock() + seconds

    def check(self) -> None:
        """TimeUsedError once the time is used."""
        if self._clock() > self._ends:
            raise TimeUsedError


UNLIMITED = Budget(float("inf"))
