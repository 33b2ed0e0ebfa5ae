"""Audit logs in Redis: what is not sealed yet, sealing it, and what there is. One log a site, and one of the
installation, whose place is INSTALLATION."""

from contextlib import suppress
from typing import NamedTuple

from service.audit.checkpoint import CHECKPOINT_BYTES, TIME_BYTE
from service.audit.sealing import Sealing, Seen
from service.audit.segment import LINES
from service.audit.signer import Signer, pack_signer, unpack_signer
from service.audit.verification import LogState
from service.link.link import Link
from service.store import keys, scripts
from service.store.consumers import INSTALLATION, Entry, stream_of
from service.store.keys import AuditKeys


class Unsealed(NamedTuple):
    """A log as it was seen, and the next events after its place."""

    seen: Seen
    events: list[Entry]


def audit_of(site: str) -> AuditKeys:
    return keys.CHANGE_AUDIT if site == INSTALLATION else keys.audit_keys(site)


async def read_unsealed(link: Link, site: str) -> Unsealed:
    """What a sealer looks at: no more events than a segment has entries."""
    events = stream_of(site).events
    *seen, place = await scripts.READ_UNSEALED.run(link, [events, audit_of(site).head])
    found = await link.call("XRANGE", events, b"(" + place, "+", "COUNT", LINES) if place else []
    return Unsealed(Seen(*seen), [Entry(*each) for each in found])


async def seal(link: Link, site: str, sealing: Sealing, place: bytes, handled: int) -> bool:
    """Writes new entries, made of the events up to `place`, the `handled`th of the stream; an empty place is as it was.
    False, and nothing happens, when the log goes on from another head by now."""
    stream, log = stream_of(site), audit_of(site)
    names = [*stream[:2], *log[:3], log.segment((sealing.entries - 1) // LINES)]
    newest = keys.NEWEST_CHANGES if site == INSTALLATION else keys.NEWEST_EVENTS
    arguments = (sealing.seen, sealing.head, sealing.entries, place, handled)
    (is_sealed,) = await scripts.SEAL.run(
        link, names, *arguments, sealing.lines, sealing.segment, sealing.checkpoint, newest
    )
    return bool(is_sealed)


async def read_log(link: Link, site: str) -> LogState | None:
    """What is stored of a log beside its segments; None where there is none yet."""
    return await _read(link, site, 0)


async def read_end(link: Link, site: str) -> tuple[LogState, bytes] | None:
    """The same without the checkpoints of segments, and beside it the last of these, b"" where there is no segment."""
    state = await _read(link, site, -CHECKPOINT_BYTES)
    return state and (state._replace(checkpoints=b""), state.checkpoints)


async def _read(link: Link, site: str, first_byte: int) -> LogState | None:
    found = await scripts.READ_AUDIT.run(link, audit_of(site)[:3], first_byte)
    return LogState(*found) if found else None


async def read_segment(link: Link, site: str, number: int) -> bytes | None:
    """A segment, compressed; None where it is not, or not any more."""
    packed: bytes | None = await link.call("GET", audit_of(site).segment(number))
    return packed


async def drop_segment(link: Link, site: str, number: int, before_ms: int, now_ms: int) -> bool:
    """Drops a segment, if it is the oldest that is kept and was signed before that time; its checkpoint stays."""
    log = audit_of(site)
    names = [log.head, log.checkpoints, log.segment(number), stream_of(site).events]
    at_byte = number * CHECKPOINT_BYTES + TIME_BYTE
    (is_dropped,) = await scripts.DROP_AUDIT.run(link, names, number, before_ms, at_byte, (number + 1) * LINES, now_ms)
    return bool(is_dropped)


async def read_signers(link: Link) -> dict[str, Signer]:
    """The keys that sign checkpoints, by id. One that cannot be read is left out: it vouches for nothing."""
    flat = await link.call("HGETALL", keys.AUDIT_KEYS)
    signers: dict[str, Signer] = {}
    for key_id, packed in zip(flat[::2], flat[1::2], strict=True):
        with suppress(ValueError):
            signers[key_id.decode()] = unpack_signer(packed)
    return signers


async def add_signer(link: Link, signer: Signer) -> None:
    """Writes a key down, unless it is known."""
    await scripts.ADD_SIGNER.run(link, [keys.AUDIT_KEYS], signer.key_id, pack_signer(signer))
