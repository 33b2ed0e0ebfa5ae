"""Carries out bulks beside the requests, each site's one after the other, in one process at a time."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from service.consumers.rounds import RoundsOfSites
from service.desk import Desk
from service.store import keys
from service.use_cases.bulk import carry_on

LOOK_SECONDS = 1.0
"""Between two looks for bulks that another process started or left behind: 5 µs of the server's time a site."""
SITES_AT_ONCE = 4


class BulkRunner(RoundsOfSites):
    """What carries out the bulks of the sites that `sites` gives; one that it cannot finish another process will. A
    step is done whole or not at all, and the place that a bulk has reached is in the store."""

    def __init__(self, desk: Desk, sites: Callable[[], Iterable[str]]) -> None:
        super().__init__(desk.link, "bulk", sites, at_once=SITES_AT_ONCE)
        self._desk = desk

    async def rest(self) -> None:
        """Until a bulk is started in this process, or for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._desk.bulks.started.wait()
        self._desk.bulks.started.clear()

    async def is_due(self, place: str) -> bool:
        """Whether a site has a bulk that runs."""
        return await self._desk.bulks.oldest_running(place) is not None

    def lease_key(self, place: str) -> str:
        return keys.bulk_runner(place)

    async def work(self, place: str, renewing: asyncio.Task[None]) -> None:
        await carry_on(self._desk, place, renewing)
