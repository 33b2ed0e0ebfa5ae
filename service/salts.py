"""The random salt of each day, with which readers' addresses are hashed: once it is gone, nobody can tell them.

A salt lies in Redis, so that all processes have the same, and expires there. It is known for 15 minutes of the next day
too, so that limits and repeats hold over midnight, and is in no backup.
"""

import os
from typing import NamedTuple

from service import keys
from service.store.link import Link

DAY_MS = 24 * 3600 * 1000
OVERLAP_MS = 15 * 60 * 1000
SALT_BYTES = 16


class Salts(NamedTuple):
    """Today's salt, and yesterday's as long as it is kept and there was one."""

    today: bytes
    yesterday: bytes | None = None


class DaySalts:
    """The salts of now; days are those of UTC."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._salts: dict[int, bytes | None] = {}

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
        salts[day] = today = await self._make(day, DAY_MS - since_ms + OVERLAP_MS)
        self._salts = salts
        return Salts(today, salts.get(day - 1))

    async def _make(self, day: int, lasts_ms: int) -> bytes:
        """The day's salt: ours, unless another was first."""
        fresh = os.urandom(SALT_BYTES).hex().encode()
        kept: bytes | None = await self._link.call("SET", keys.salt(day), fresh, "NX", "GET", "PX", lasts_ms)
        return kept or fresh
