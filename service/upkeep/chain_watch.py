"""What a process knows of the chain of each audit log: it is verified beside requests, when somebody looks at it."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import NamedTuple

import structlog

from service.audit.signer import faults_of
from service.errors import RequestError
from service.link.link import Link
from service.store.audit import read_signers
from service.upkeep import audit_logs
from service.upkeep.audit_logs import Verified

FRESH_MS = 60_000
"""So long a verification is new enough for who looks at a log."""
_SHARE = 20
"""It stays new enough for so many times as long as it took: at most a twentieth of the time is spent on it."""
PATIENCE_SECONDS = 0.5
"""Who looks at a log waits so long for a verification: that of a hundred thousand entries."""

log = structlog.get_logger(__name__)


class ChainState(NamedTuple):
    """A verification that began and ended at these times, in ms since 1970; `verified` is None where there was no log
    yet."""

    began_ms: int
    ended_ms: int
    verified: Verified | None

    def is_fresh(self, now_ms: int) -> bool:
        """Whether it is new enough for who looks at the log."""
        return now_ms - self.ended_ms < max(FRESH_MS, _SHARE * (self.ended_ms - self.began_ms))


class KnownChain(NamedTuple):
    """What the last verification of a log found, None where none ended yet, and whether another one goes on."""

    state: ChainState | None
    is_going_on: bool


class ChainWatch:
    """Verifies logs, one after the other and each at most once at a time, and keeps what was found."""

    def __init__(self, link: Link, now_ms: Callable[[], int]) -> None:
        self._link = link
        self._now_ms = now_ms
        self._states: dict[str, ChainState] = {}
        self._going_on: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    async def look(self, site: str) -> KnownChain:
        """What is known of the log of a site; one that was not verified lately is verified, which is waited for a
        while."""
        state = self._states.get(site)
        if state is not None and state.is_fresh(self._now_ms()):
            return KnownChain(state, site in self._going_on)
        return await self.verify(site)

    async def verify(self, site: str) -> KnownChain:
        """As `look`, whenever it was verified last; one that goes on is not begun anew."""
        task = self._going_on.get(site)
        if task is None:
            task = self._going_on[site] = asyncio.create_task(self._verify(site), context=Context())
        await asyncio.wait([task], timeout=PATIENCE_SECONDS)
        return KnownChain(self._states.get(site), site in self._going_on)

    async def _verify(self, site: str) -> None:
        """About 1 ms of the processor's time for 256 entries, in pieces of that."""
        try:
            async with self._turn:
                began_ms, signers = self._now_ms(), await read_signers(self._link)
                verified = await audit_logs.verify(self._link, site, signers)
            if verified is not None:
                verified.faults = [*faults_of(signers), *verified.faults]
            self._states[site] = ChainState(began_ms, self._now_ms(), verified)
        except RequestError as error:  # what was found before stays, and who looks next asks again
            log.info("audit_log_not_verified", site=site, reason=str(error))
        finally:
            del self._going_on[site]

    async def close(self) -> None:
        """Verifies nothing more."""
        tasks = list(self._going_on.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
