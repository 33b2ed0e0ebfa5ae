"""Seals what was done into the audit logs: every event of every stream becomes an entry, in two seconds.

One process of all seals, under a lease that saves work alone: that a log has one chain is held by the script that adds
to it. So a process that was cut off for a while, and two that seal at once, can do no harm.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from service.audit import sealing
from service.audit.chain import origin_of
from service.audit.checkpoint import Checkpoint, key_id_of
from service.audit.export import told_of
from service.audit.line import line_of, packed
from service.audit.sealing import Sealing
from service.audit.segment import LINES
from service.audit.signer import Signers
from service.audit.verification import check_tail
from service.consumers.rounds import Rounds
from service.domain.audit_entry import OwnKind
from service.domain.event import MACHINE
from service.domain.times import DAY_MS
from service.errors import RequestError
from service.link.link import Link
from service.store import audit, keys
from service.store.consumers import Entry
from service.store.events import unpack_event
from service.upkeep import audit_keys, lease
from service.vault import Vault

LOOK_SECONDS = 0.5
"""Between two looks for something to seal: 11 µs of the server's time for each stream."""
LEASE_MS = 2_000
STREAMS_AT_ONCE = 8
KEEP_DAYS = 400
DROP_MS = 3600 * 1000
"""Between two looks for segments that are old enough to be dropped."""

log = structlog.get_logger(__name__)


class Sealer(Rounds):
    """The sealer at work. `streams` gives the sites that there are now, and INSTALLATION; the vault's secret has to be
    in force when it gives any."""

    def __init__(
        self,
        link: Link,
        vault: Vault,
        streams: Callable[[], Iterable[str]],
        now_ms: Callable[[], int],
        keep_days: int = KEEP_DAYS,
    ) -> None:
        super().__init__(link, "sealing")
        self._vault = vault
        self._streams = streams
        self._now_ms = now_ms
        self._keep_ms = keep_days * DAY_MS
        self._dropped_at: dict[str, int] = {}
        self._slots = asyncio.Semaphore(STREAMS_AT_ONCE)
        self._signers = Signers()
        self._broken: set[str] = set()

    async def close(self) -> None:
        """Stops at once: what is not sealed stays in its stream."""
        await super().close()
        if self._link.is_up:
            with suppress(RequestError):
                await lease.hand_back(self._link, keys.AUDIT_SEALING, self._holder)

    async def rest(self) -> None:
        await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Seals all that is not sealed, unless another process is at it."""
        streams = list(self._streams())
        if not streams or not await lease.hold(self._link, keys.AUDIT_SEALING, self._holder, LEASE_MS):
            return
        await self.introduce()
        await asyncio.gather(*(self._seal_all(site) for site in streams))

    async def introduce(self) -> None:
        """Writes our key down before anything is signed with it."""
        if key_id_of(self._vault.audit_key.public_key()).hex() not in self._signers:
            self._signers = await audit_keys.introduce(self._link, self._vault, self._now_ms())

    async def _seal_all(self, site: str) -> None:
        async with self._slots:
            try:
                while await self.seal_some(site):
                    await lease.hold(self._link, keys.AUDIT_SEALING, self._holder, LEASE_MS)
                await self._drop_old(site)
            except RequestError as error:  # a part of a cluster may be away
                log.info("work_waits", work=self._work, site=site, reason=str(error))

    async def _drop_old(self, site: str) -> None:
        """Drops what was signed longer ago than entries are kept, once in an hour."""
        now_ms = self._now_ms()
        if 0 <= now_ms - self._dropped_at.get(site, -DROP_MS) < DROP_MS:
            return
        found = await audit.read_end(self._link, site)
        number = found[0].first_segment if found else 0
        while await audit.drop_segment(self._link, site, number, now_ms - self._keep_ms, now_ms):
            number += 1
        self._dropped_at[site] = now_ms

    async def seal_some(self, site: str) -> bool:
        """Seals the next events of a stream, up to the end of a segment. True when there are more of them."""
        unsealed = await audit.read_unsealed(self._link, site)
        now_ms = self._now_ms()
        seen = unsealed.seen
        lines = sealing.first_lines(seen, now_ms)
        events = unsealed.events[: seen.room - len(lines)]
        lines += map(_line_of, events)
        is_due = sealing.is_checkpoint_due(seen, len(lines), now_ms)
        if not lines and not (is_due and site not in self._broken):
            return False
        wanted = sealing.seal(site, seen, lines)
        if is_due:
            wanted = await self._with_checkpoint(site, wanted, lines, now_ms)
        place = events[-1].event_id if events else b""
        is_sealed = await audit.seal(self._link, site, wanted, place, seen.handled + len(events))
        if is_sealed and wanted.checkpoint:
            log.info("audit_checkpoint", site=site, **told_of(Checkpoint.unpacked(wanted.checkpoint)))
        return is_sealed and len(unsealed.events) >= seen.room

    async def _with_checkpoint(self, site: str, wanted: Sealing, lines: list[bytes], now_ms: int) -> Sealing:
        """A checkpoint, and the segment where one is full. What stands before it is signed only if it is what was
        sealed. If it is not, the newest checkpoint stays, which shows that, and the segment's own is not signed."""
        tail, faults = await self._checked_tail(site)
        lines = [*tail, *lines]
        if not faults:
            return sealing.signed(wanted, site, lines, key=self._vault.audit_key, now_ms=now_ms)
        if site not in self._broken:
            self._broken.add(site)
            log.error("audit_log_broken", site=site, faults=faults)
        if wanted.entries % LINES:
            return wanted
        self._broken.remove(site)
        return sealing.signed(wanted, site, lines, key=None, now_ms=now_ms)

    async def _checked_tail(self, site: str) -> tuple[list[bytes], list[str]]:
        """The lines of the tail, and what is wrong with them."""
        found = await audit.read_end(self._link, site)
        if found is None:
            return [], []
        state, last = found
        start = Checkpoint.unpacked(last).head if last else origin_of(site)
        newest = Checkpoint.unpacked(state.newest_checkpoint) if state.newest_checkpoint else None
        if newest and newest.key_id.hex() not in self._signers:
            self._signers = await audit.read_signers(self._link)
        tail, faults, _ = check_tail(site, state, start, self._signers)
        return tail, faults


def _line_of(entry: Entry) -> bytes:
    """The line of an event; one that cannot be read is told by its id."""
    try:
        return line_of(unpack_event(*entry))
    except ValueError:
        at_ms = int(entry.event_id.partition(b"-")[0])
        return packed(at_ms, OwnKind.UNREADABLE, MACHINE, entry.event_id.decode())
