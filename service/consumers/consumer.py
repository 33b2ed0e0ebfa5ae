"""What a consumer of events is. `runner.py` runs one."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from service.desk import Desk
from service.domain.event import Event
from service.store.consumers import Start


class Consumer(ABC):
    """Is given every event of every site and of the installation, or of the installation alone, oldest first in each
    stream, at least once.

    An event may come again: after a crash, a failover or a restore, and when the process that handled it was cut off
    before it could say so. What is done twice must do no harm.
    """

    name: ClassVar[str]
    """Names its position in the store, for ever: lower-case letters, digits and hyphens."""
    start: ClassVar[Start] = Start.OLDEST
    """Where it begins in a stream that it has not read yet."""
    reads_sites: ClassVar[bool] = True
    """Whether it is given the events of sites too: each site keeps what a consumer has not handled."""
    attempts: ClassVar[int] = 8
    """So often an event is tried, then it is written to the dead letters. With the waits below that takes a minute."""
    first_wait_seconds: ClassVar[float] = 0.5
    """After the first attempt; twice as long after each that follows."""
    most_wait_seconds: ClassVar[float] = 30.0

    @abstractmethod
    async def handle(self, site: str, event: Event) -> None:
        """Does with an event what there is to do; `site` is `INSTALLATION` for one of the installation's.

        An UnavailableError is the store's: all waits until it is back. Any other error is the event's: it is tried
        again, and given up after so many attempts.
        """


MakeConsumer = Callable[[Desk], Consumer]
