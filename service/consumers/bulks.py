"""Carries out bulks beside the requests, each site's one after the other, in one process at a time."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from service.desk import Desk
from service.errors import RequestError
from service.store import keys
from service.upkeep import lease
from service.use_cases.bulk import carry_on

LOOK_SECONDS = 1.0
"""Between two looks for bulks that another process started or left behind: 5 µs of the server's time a site."""
SITES_AT_ONCE = 4

log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Another process carries out the site's bulks by now."""


class BulkRunner:
    """What carries out the bulks of the sites that `sites` gives; one that it cannot finish another process will."""

    def __init__(self, desk: Desk, sites: Callable[[], Iterable[str]]) -> None:
        self._desk = desk
        self._sites = sites
        self._holder = lease.new_holder()
        self._working: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(SITES_AT_ONCE)
        self._looking: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._looking = asyncio.create_task(self._look_for_ever())

    async def close(self) -> None:
        """Stops at once: a step is done whole or not at all, and the place that a bulk has reached is in the store."""
        tasks = [*self._working.values(), *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self.look()
            except RequestError as error:
                log.info("bulks_wait", reason=str(error))
            except Exception:  # whatever it is: were this to end, bulks would wait for ever
                log.exception("bulks_failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._desk.bulks.started.wait()
            self._desk.bulks.started.clear()

    async def look(self) -> None:
        """Goes to work on every site with a bulk to do, where nobody of this process is at work."""
        idle = [site for site in self._sites() if site not in self._working]
        found = await asyncio.gather(*(self._desk.bulks.oldest_running(site) for site in idle))
        for site, bulk_id in zip(idle, found, strict=True):
            if bulk_id is not None:
                self._working[site] = asyncio.create_task(self._work(site))

    async def _work(self, site: str) -> None:
        link, key = self._desk.link, keys.bulk_runner(site)
        try:
            async with self._slots:
                if await lease.hold(link, key, self._holder):
                    async with lease.renewed(link, key, self._holder, LeaseLostError()) as renewing:
                        await carry_on(self._desk, site, renewing)
        except (LeaseLostError, RequestError) as error:
            log.info("bulk_stopped", site=site, reason=repr(error))
        except asyncio.CancelledError:  # perhaps between taking the lease and hearing of it
            with suppress(RequestError):
                await lease.hand_back(link, key, self._holder)
            raise
        except Exception:  # it begins anew at the next look
            log.exception("bulk_failed", site=site)
        finally:
            del self._working[site]
