"""One step of sealing: from what a sealer has seen of a log to what it asks the store to write."""

from collections.abc import Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.audit.chain import extended, origin_of
from service.audit.checkpoint import SIGNATURE_BYTES, Checkpoint
from service.audit.line import packed
from service.audit.segment import LINES, joined, pack_segment
from service.domain.audit_entry import OwnKind
from service.domain.event import MACHINE

CHECKPOINT_MS = 60_000
"""After so long entries that no checkpoint covers are signed."""


class Seen(NamedTuple):
    """A log and its stream when the sealer looked: the head ("" for a log that is not begun), how many entries there
    are, how many events had been in the stream until the last that is sealed, how many after that were trimmed before
    they were sealed, and the newest checkpoint, b"" for none."""

    head: bytes
    entries: int
    handled: int
    lost: int
    newest_checkpoint: bytes

    @property
    def room(self) -> int:
        """How many entries go into the tail until it is a segment."""
        return LINES - self.entries % LINES


class Sealing(NamedTuple):
    """What is to be written: the head that this follows, the head and the number of entries after it, lines for the
    tail, or in their place the segment that they complete, and a checkpoint, where they are due."""

    seen: bytes
    head: bytes
    entries: int
    lines: bytes
    segment: bytes
    checkpoint: bytes


def first_lines(seen: Seen, now_ms: int) -> list[bytes]:
    """What the log tells of itself: where it begins, and that events are missing in it."""
    lines = []
    if not seen.head:
        lines.append(_own_line(OwnKind.LOG_BEGUN, {"format": 1, "events_before": seen.handled}, now_ms))
    if seen.lost:
        lines.append(_own_line(OwnKind.EVENTS_LOST, {"events": seen.lost}, now_ms))
    return lines


def _own_line(kind: OwnKind, detail: dict[str, int], now_ms: int) -> bytes:
    return packed(now_ms, kind, MACHINE, "", "", None, "", "", detail)


def head_of(stream: str, seen: Seen) -> bytes:
    """The head that the next line follows."""
    return seen.head or origin_of(stream)


def is_checkpoint_due(seen: Seen, new: int, now_ms: int) -> bool:
    """Whether the log is to be signed when so many entries are added: a segment ends, or the newest entries wait for a
    signature, and the last one is a minute old."""
    if new == seen.room:
        return True
    newest = Checkpoint.unpacked(seen.newest_checkpoint) if seen.newest_checkpoint else None
    if newest is None:
        return new > 0
    return seen.entries + new > newest.entries and not 0 <= now_ms - newest.at_ms < CHECKPOINT_MS


def seal(stream: str, seen: Seen, lines: Sequence[bytes]) -> Sealing:
    """New lines for the tail, without a checkpoint."""
    head = extended(head_of(stream, seen), lines)
    return Sealing(seen.head, head, seen.entries + len(lines), joined(lines), b"", b"")


def signed(
    sealing: Sealing, stream: str, tail: Sequence[bytes], *, key: Ed25519PrivateKey | None, now_ms: int
) -> Sealing:
    """The same with a checkpoint, and as a segment where the tail, which has the new lines already, is one. Without a
    key the checkpoint is not signed: what stands before it is not what was sealed, and stays to be found so."""
    if key:
        checkpoint = Checkpoint.signed(key, stream, sealing.entries, sealing.head, now_ms)
    else:
        checkpoint = Checkpoint(sealing.entries, sealing.head, now_ms, b"\0" * 4, b"\0" * SIGNATURE_BYTES)
    segment = b"" if sealing.entries % LINES else pack_segment(tail)
    return sealing._replace(segment=segment, checkpoint=checkpoint.packed())
