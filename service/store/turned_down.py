"""What moderators turned down lately, by its signatures: held in memory, a second behind the store."""

import asyncio
import time
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import structlog
from numpy.typing import NDArray

from service.domain.reason import Reason
from service.domain.times import DAY_MS
from service.errors import RequestError
from service.link.link import Link
from service.near.likeness import alike, signatures_in
from service.store import keys

NEAR_DUPLICATE = "near_duplicate"
"""The reason for holding a comment that is like several which moderators turned down."""
FEWEST_ALIKE = 3
"""So many comments of other authors make a campaign of one more."""
REFRESH_SECONDS = 1.0
"""So old may be what is in memory when a submission is compared with it: it is read again beside the request."""
MOST_KEPT = 500
_AT_ONCE = 500

log = structlog.get_logger(__name__)


class _TurnedDown(NamedTuple):
    author: str
    at_ms: int
    signature: bytes


@dataclass(slots=True)
class _OfSite:
    """What is known of a site, and the stream's entry up to which it was read."""

    last: str = "-"
    read_at: float = float("-inf")
    comments: dict[str, _TurnedDown] = field(default_factory=dict)
    in_order: list[tuple[str, _TurnedDown]] = field(default_factory=list)
    signatures: NDArray[np.uint8] = field(default_factory=lambda: signatures_in(b""))
    """Of those in order."""

    def add(self, entry_id: bytes, flat: list[bytes]) -> None:
        self.last = f"({entry_id.decode()}"
        fields = dict(zip(flat[::2], flat[1::2], strict=True))
        comment_id, signature = fields[b"i"].decode(), fields[b"s"]
        self.comments.pop(comment_id, None)
        if signature:
            self.comments[comment_id] = _TurnedDown(fields[b"a"].decode(), int(fields[b"m"]), signature)

    def settle(self) -> None:
        for oldest in list(self.comments)[:-MOST_KEPT]:
            del self.comments[oldest]
        self.in_order = list(self.comments.items())
        self.signatures = signatures_in(b"".join(each.signature for _, each in self.in_order))


class TurnedDown:
    """What moderators of any site turned down within a day: for longer a decision does not count here."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._sites: dict[str, _OfSite] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}

    def reason_against(self, site: str, author: str, signature: bytes, now_ms: int) -> Reason | None:
        """Why a comment is to be held: it is like several of other authors, by what is known now. What is known grows
        old here, and is read again in the background, which is no part of what is done now."""
        known = self._sites.setdefault(site, _OfSite())
        if time.monotonic() - known.read_at > REFRESH_SECONDS and site not in self._reading:
            self._reading[site] = asyncio.create_task(self._read(site, known), context=Context())
        if len(known.in_order) < FEWEST_ALIKE:
            return None
        others = [
            comment_id
            for comment_id, each in (known.in_order[at] for at in alike(known.signatures, signature))
            if each.author != author and abs(now_ms - each.at_ms) <= DAY_MS
        ]
        if len(others) < FEWEST_ALIKE:
            return None
        return Reason(NEAR_DUPLICATE, {"comment_id": others[-1], "count": len(others)})

    async def _read(self, site: str, known: _OfSite) -> None:
        try:
            while await self._read_more(site, known) == _AT_ONCE:
                pass
            known.read_at = time.monotonic()
        except RequestError as error:  # what is known goes on to count, and the next submission asks again
            log.info("turned_down_not_read", site=site, reason=str(error))
        finally:
            del self._reading[site]

    async def _read_more(self, site: str, known: _OfSite) -> int:
        entries: list[Any] = await self._link.call("XRANGE", keys.turned_down(site), known.last, "+", "COUNT", _AT_ONCE)
        for entry_id, flat in entries:
            known.add(entry_id, flat)
        if entries:
            known.settle()
        return len(entries)

    async def close(self) -> None:
        """Reads nothing more."""
        tasks = list(self._reading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
