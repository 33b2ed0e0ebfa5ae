"""Work beside the requests, looked for again and again as long as a process lasts."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from service.errors import RequestError
from service.link.link import Link
from service.upkeep import lease

log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Another process is at the work by now."""


class Rounds(ABC):
    """Looks for work, and rests, and looks again; a look that fails is no end of that. `work` names it in the log."""

    def __init__(self, link: Link, work: str) -> None:
        self._link = link
        self._work = work
        self._holder = lease.new_holder()
        self._looking: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begins to look."""
        self._looking = asyncio.create_task(self._look_for_ever())

    async def close(self) -> None:
        """Stops at once: what is not done yet is found by another process."""
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    @abstractmethod
    async def look(self) -> None:
        """Does what is to be done now, or begins with it."""

    @abstractmethod
    async def rest(self) -> None:
        """Returns when it is time for another look."""

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self.look()
            except RequestError as error:
                log.info("work_waits", work=self._work, reason=str(error))
            except Exception:  # whatever it is: were this to end, work would pile up in silence
                log.exception("work_failed", work=self._work)
            await self.rest()


class RoundsOfSites(Rounds):
    """Rounds of all places that `places` gives: sites, and perhaps the installation. Every process that takes part
    looks; a lease says which one works at a place. A place whose work is slow, or fails, keeps no other one waiting."""

    def __init__(self, link: Link, work: str, places: Callable[[], Iterable[str]], *, at_once: int) -> None:
        super().__init__(link, work)
        self._places = places
        self._working: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(at_once)

    async def close(self) -> None:
        """Stops at once, what is being worked on too."""
        await super().close()
        working = list(self._working.values())
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

    async def look(self) -> None:
        """Goes to work at every place where something is to be done and nobody of this process is at it."""
        idle = [place for place in self._places() if place not in self._working]
        found = await asyncio.gather(*(self.is_due(place) for place in idle))
        for place, is_due in zip(idle, found, strict=True):
            if is_due:
                self._working[place] = asyncio.create_task(self._go_to_work(place))

    @abstractmethod
    async def is_due(self, place: str) -> bool:
        """Whether something is to be done there."""

    @abstractmethod
    def lease_key(self, place: str) -> str:
        """The lease of who works there."""

    @abstractmethod
    async def work(self, place: str, renewing: asyncio.Task[None]) -> None:
        """Does all there is to do, while `renewing` is not done: then the lease is lost, which its result tells."""

    async def _go_to_work(self, place: str) -> None:
        key = self.lease_key(place)
        try:
            async with self._slots:
                if await lease.hold(self._link, key, self._holder):
                    async with lease.renewed(self._link, key, self._holder, LeaseLostError()) as renewing:
                        await self.work(place, renewing)
        except (LeaseLostError, RequestError) as error:
            log.info("work_stopped", work=self._work, site=place, reason=repr(error))
        except asyncio.CancelledError:  # perhaps between taking the lease and hearing of it
            with suppress(RequestError):
                await lease.hand_back(self._link, key, self._holder)
            raise
        except Exception:  # it begins anew at the next look
            log.exception("work_failed", work=self._work, site=place)
        finally:
            del self._working[place]
