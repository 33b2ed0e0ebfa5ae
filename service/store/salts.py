"""The random salt of each day, with which readers' addresses are hashed: once it is gone, nobody can tell them.

A salt lies in Redis, so that all processes have the same. It is known for 15 minutes of the next day too, so that
limits and repeats hold over midnight, and is in no backup. Then whoever made the next one takes it out of Redis and has
the append-only file written anew, which held it; should that process die meanwhile, tomorrow's sees to both.
"""

import asyncio
import os
from contextlib import suppress
from typing import NamedTuple

import structlog

from service.domain.times import DAY_MS
from service.errors import RequestError
from service.link.append_only import rewrite_logs
from service.link.link import Link
from service.store import keys

OVERLAP_MS = 15 * 60 * 1000
SALT_BYTES = 16
MOST_DAYS = 7
"""So many days back salts are taken out by name: older ones expired long ago."""

log = structlog.get_logger(__name__)


class Salts(NamedTuple):
    """Today's salt, and yesterday's as long as it is kept and there was one."""

    today: bytes
    yesterday: bytes | None = None


class DaySalts:
    """The salts of now; days are those of UTC."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._salts: dict[int, bytes | None] = {}
        self._forgetting: asyncio.Task[None] | None = None

    def known(self, now_ms: int) -> Salts | None:
        """The salts, or None when they must be read first. Forgets what is over."""
        day, since_ms = divmod(now_ms, DAY_MS)
        today = self._salts.get(day)
        if today is None:
            return None
        if since_ms < OVERLAP_MS:
            return Salts(today, self._salts[day - 1]) if day - 1 in self._salts else None
        if len(self._salts) > 1:
            self._salts = {day: today}
        return Salts(today)

    async def read(self, now_ms: int) -> Salts:
        """The salts from Redis, where the first of the day makes the day's. What a `Link` may raise."""
        day, since_ms = divmod(now_ms, DAY_MS)
        salts: dict[int, bytes | None] = {}
        if since_ms < OVERLAP_MS:
            salts[day - 1] = await self._link.call("GET", keys.salt(day - 1))
        salts[day] = today = await self._make(day, since_ms)
        self._salts = salts
        return Salts(today, salts.get(day - 1))

    async def close(self) -> None:
        if self._forgetting is not None:
            self._forgetting.cancel()
            await asyncio.gather(self._forgetting, return_exceptions=True)

    async def _make(self, day: int, since_ms: int) -> bytes:
        """The day's salt: ours, unless another was first."""
        fresh = os.urandom(SALT_BYTES).hex().encode()
        lasts_ms = DAY_MS - since_ms + OVERLAP_MS
        kept: bytes | None = await self._link.call("SET", keys.salt(day), fresh, "NX", "GET", "PX", lasts_ms)
        if kept is not None:
            return kept
        first = await self._link.call("SET", keys.SALTED, day, "NX", "GET")
        if first is not None and int(first) < day and self._forgetting is None:
            self._forgetting = asyncio.create_task(self._forget(int(first), day, max(0, OVERLAP_MS - since_ms)))
        return fresh

    async def _forget(self, first: int, day: int, wait_ms: int) -> None:
        """Takes the salts before a day out of the store and its files, once their time is over."""
        await asyncio.sleep(wait_ms / 1000)
        is_gone = False
        with suppress(RequestError):
            await self._link.call("UNLINK", *map(keys.salt, range(max(first, day - MOST_DAYS), day)))
            is_gone = await rewrite_logs(self._link)
            if is_gone:
                await self._link.call("SET", keys.SALTED, day)
        if not is_gone:
            log.warning("salts_not_forgotten", advice="ask for BGREWRITEAOF")
        self._forgetting = None
