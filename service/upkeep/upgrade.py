"""What lies in the store in an older format is rewritten in ours, in small steps, while the service answers.

Everything is read in both shapes and written in the newer one from the moment at which the upgrade begins. One process
at a time passes over all keys and rewrites what is older. Cut off at any point it is begun again by whoever comes next,
and what was rewritten is passed over quickly. The last pass begins when no process is listed any more that writes an
older format: such a one refuses the store as soon as it hears of the upgrade, but may still finish what it was at.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog

from service.errors import RequestError
from service.link.layout import unchanged
from service.link.link import Link
from service.store import key_kinds, keys
from service.store.upgrade_progress import UpgradeProgress, write_progress
from service.upkeep import installation, instant, lease, processes
from service.upkeep.format_steps import STEPS, FormatStep
from service.upkeep.patience import RETRY_SECONDS, patiently

KEYS_A_STEP = 25
"""So many keys are rewritten together: two milliseconds of this process's time, and of the server's."""
PAUSE_TIMES = 3
"""A pause is so many times as long as the step before it took: at most a quarter of the time is the upgrade's."""
LONGEST_PAUSE_SECONDS = 2.0
RENEW_SECONDS = 1.0
"""Well within `lease.LEASE_MS`."""

T = TypeVar("T")
Progress = Callable[[UpgradeProgress], None]

log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Somebody else upgrades the store by now."""


async def upgrade(link: Link, on_progress: Progress) -> None:
    """Brings all of the store to our format, or waits until somebody else has. `on_progress` hears how far the pass is
    that is done here."""
    holder = lease.new_holder()
    while True:
        try:
            if await _is_upgraded(link, holder, on_progress):
                return
        except (RequestError, LeaseLostError) as error:
            log.warning("upgrade_interrupted", reason=str(error))
        await asyncio.sleep(RETRY_SECONDS)


async def _is_upgraded(link: Link, holder: str, on_progress: Progress) -> bool:
    """Whether nothing is left to do: after a pass of ours, unless somebody else is at it."""
    await installation.begin_upgrade(link)
    formats = await installation.read_formats(link)
    if formats.is_mixed and await lease.hold(link, keys.UPGRADING, holder):
        try:
            await _Sweep(link, holder, formats.oldest, on_progress).run()
        finally:
            await lease.hand_back(link, keys.UPGRADING, holder)
        formats = await installation.read_formats(link)
    return not formats.is_mixed or formats.written > installation.FORMAT


class _Sweep:
    """One pass over all keys by the holder of the lease."""

    def __init__(self, link: Link, holder: str, oldest: int, on_progress: Progress) -> None:
        self._link = link
        self._holder = holder
        self._oldest = oldest
        self._steps = [STEPS[number] for number in range(oldest, installation.FORMAT)]
        self._on_progress = on_progress
        self._progress = UpgradeProgress(0, 0)
        self._ordered: dict[tuple[FormatStep, str], set[bytes]] = defaultdict(set)
        self._renewed = time.monotonic()

    async def run(self) -> None:
        """Ends the upgrade when it was the last pass."""
        is_last = not await self._has_older_writers()
        self._progress = UpgradeProgress(0, await instant.count_all_keys(self._link))
        await self._renew()
        async with unchanged(self._link):
            await instant.scan(self._link, self._look)
        await self._rewrite_ordered()
        if is_last:
            await installation.end_upgrade(self._link, self._oldest)
        while not is_last and await self._has_older_writers():
            await self._renew()
            await asyncio.sleep(RETRY_SECONDS)

    async def _has_older_writers(self) -> bool:
        return any(each.format < installation.FORMAT for each in await processes.list_all(self._link))

    async def _look(self, names: list[bytes]) -> None:
        by_site: dict[str, list[bytes]] = defaultdict(list)
        for name in names:
            by_site[key_kinds.parts_of(name).site].append(name)
        for step in self._steps:
            for site, mine in by_site.items():
                found = await self._paced(partial(step.find, self._link, mine))
                if step.is_ordered:
                    self._ordered[step, site].update(found)
                else:
                    await self._rewrite(step, found)
        self._add_progress(len(names))

    async def _rewrite_ordered(self) -> None:
        total = self._progress.total + sum(map(len, self._ordered.values()))
        self._progress = self._progress._replace(total=total)
        while self._ordered:
            (step, _), found = self._ordered.popitem()
            await self._rewrite(step, sorted(found, reverse=True), self._add_progress)

    async def _rewrite(
        self, step: FormatStep, names: Sequence[bytes], on_rewritten: Callable[[int], None] = lambda _: None
    ) -> None:
        for start in range(0, len(names), KEYS_A_STEP):
            some = names[start : start + KEYS_A_STEP]
            await self._paced(partial(step.rewrite, self._link, some))
            on_rewritten(len(some))

    def _add_progress(self, more: int) -> None:
        self._progress = self._progress._replace(looked_at=self._progress.looked_at + more)
        self._on_progress(self._progress)

    async def _paced(self, work: Callable[[], Awaitable[T]]) -> T:
        """What the work gives, once the store takes it, and after a pause that leaves the store to others."""
        began = time.monotonic()
        done = await patiently(work)
        await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, PAUSE_TIMES * (time.monotonic() - began)))
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            await patiently(self._renew)
        return done

    async def _renew(self) -> None:
        if not await lease.hold(self._link, keys.UPGRADING, self._holder):
            raise LeaseLostError("somebody else upgrades the store by now")
        self._renewed = time.monotonic()
        await write_progress(self._link, self._progress)
