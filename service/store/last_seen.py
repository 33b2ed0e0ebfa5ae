"""When each member showed a token last: to the minute, and never in the way of a request."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context

from service.errors import RequestError
from service.link.link import Link
from service.store import keys

EVERY_MS = 60_000
"""What a process saw of a member is written this often at most."""


class LastSeen:
    """Notes who was seen, and writes it beside the requests. What Redis does not take now is not written."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._noted: dict[str, int] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, member_id: str, now_ms: int) -> None:
        """A member was seen. Of a clock that was set back nothing is written until it is where it was."""
        if now_ms - self._noted.get(member_id, -EVERY_MS) < EVERY_MS:
            return
        self._noted[member_id] = now_ms
        task = asyncio.create_task(self._write(member_id, now_ms), context=Context())
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, member_id: str, now_ms: int) -> None:
        with suppress(RequestError):
            await self._link.call("HSET", keys.MEMBERS_SEEN, member_id, now_ms)

    async def read(self, ids: Sequence[str]) -> dict[str, int]:
        """When these members were seen last, in ms since 1970; nothing of those who never were."""
        if not ids:
            return {}
        found = await self._link.call("HMGET", keys.MEMBERS_SEEN, *ids)
        return {member_id: int(seen) for member_id, seen in zip(ids, found, strict=True) if seen is not None}

    async def close(self) -> None:
        """Returns when all that was noted is written, or was not taken."""
        await asyncio.gather(*self._writing)
