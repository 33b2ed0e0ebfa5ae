"""Whether an audit log is the one that was sealed: its chain, its signatures, and nothing between them missing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from service.audit.chain import extended, origin_of
from service.audit.checkpoint import CHECKPOINT_BYTES, Checkpoint
from service.audit.segment import LINES, split, unpack_segment
from service.audit.signer import Signer


class LogState(NamedTuple):
    """What is stored of a log beside its segments, of one instant: how many entries it has, the head after the last of
    them, the number of the first segment that is kept, the newest checkpoint, the tail, and one checkpoint a segment,
    of those that were dropped too."""

    entries: int
    head: bytes
    first_segment: int
    newest_checkpoint: bytes
    tail: bytes
    checkpoints: bytes

    @property
    def segments(self) -> int:
        """How many segments there were, those that were dropped among them."""
        return self.entries // LINES

    def checkpoint(self, segment: int) -> Checkpoint | None:
        """The one at the end of a segment; None where it is missing."""
        packed = self.checkpoints[segment * CHECKPOINT_BYTES : (segment + 1) * CHECKPOINT_BYTES]
        return Checkpoint.unpacked(packed) if len(packed) == CHECKPOINT_BYTES else None


class Verification:
    """Goes through the log of a stream: `add_segment` for each that is kept, in order, then `end`. `faults` says what
    is wrong and where, in words, `first_in_doubt` from which entry on; `looked_at` counts entries, `signed` how many of
    the log a signature covers.

    `kept` has heads that somebody kept elsewhere, by the number of entries before them.
    """

    def __init__(
        self,
        stream: str,
        state: LogState,
        signers: Mapping[str, Signer],
        kept: Mapping[int, bytes] = MappingProxyType({}),
    ) -> None:
        self._stream = stream
        self._state = state
        self._signers = signers
        self._kept = kept
        self.faults: list[str] = []
        self.first_in_doubt: int | None = None
        self.looked_at = 0
        self.signed = 0
        self._head = self._first_head()

    def _first_head(self) -> bytes:
        first = self._state.first_segment
        if first == 0:
            return origin_of(self._stream)
        checkpoint = self._signed_checkpoint(first - 1)
        return checkpoint.head if checkpoint else b""

    def _signed_checkpoint(self, segment: int) -> Checkpoint | None:
        """The checkpoint at the end of a segment; a fault and None unless it is there, in its place and signed."""
        checkpoint = self._state.checkpoint(segment)
        if checkpoint is None or checkpoint.entries != (segment + 1) * LINES:
            self._add_fault(segment, "their checkpoint is missing")
            return None
        if not is_signed(checkpoint, self._stream, self._signers):
            self._add_fault(segment, "their checkpoint is signed by none of the keys")
            return None
        return checkpoint

    def add_segment(self, segment: int, packed: bytes | None) -> list[bytes]:
        """Verifies a segment, None for one that is missing; gives its lines, as far as they can be read."""
        lines = self._lines_of(segment, packed)
        self._compare_kept(segment * LINES, lines)
        head = extended(self._head, lines)
        checkpoint = self._signed_checkpoint(segment)
        if lines and checkpoint and checkpoint.head != head:
            self._add_fault(segment, "they are not what was sealed")
        self._head = checkpoint.head if checkpoint else head
        self.signed = checkpoint.entries if checkpoint else self.signed
        self.looked_at += len(lines)
        return lines

    def _lines_of(self, segment: int, packed: bytes | None) -> list[bytes]:
        if packed is None:
            self._add_fault(segment, "they are missing")
            return []
        try:
            return unpack_segment(packed)
        except ValueError as error:
            self._add_fault(segment, str(error))
            return []

    def _add_fault(self, segment: int, said: str) -> None:
        self.faults.append(f"{_entries_of(segment)}: {said}")
        self._doubt(segment * LINES)

    def _doubt(self, entry: int) -> None:
        self.first_in_doubt = entry if self.first_in_doubt is None else min(entry, self.first_in_doubt)

    def end(self) -> list[bytes]:
        """Verifies the tail; gives its lines."""
        state = self._state
        if len(state.checkpoints) != state.segments * CHECKPOINT_BYTES:
            self.faults.append(f"there are {len(state.checkpoints)} bytes of checkpoints for {state.segments} segments")
        lines, faults, signed = check_tail(self._stream, state, self._head, self._signers)
        self._compare_kept(state.segments * LINES, lines)
        missing = max(self._kept, default=0)
        if missing > state.entries:
            self.faults.append(f"entries {state.entries} to {missing - 1} were sealed, and are missing")
        self.faults += faults
        if faults:
            self._doubt(state.segments * LINES)
        self.signed = max(self.signed, signed)
        self.looked_at += len(lines)
        return lines

    def _compare_kept(self, before: int, lines: list[bytes]) -> None:
        """A fault for each head that was kept elsewhere and is none of the heads after these lines."""
        for entries in sorted(number for number in self._kept if before < number <= before + len(lines)):
            if extended(self._head, lines[: entries - before]) != self._kept[entries]:
                self.faults.append(f"entries up to {entries - 1}: they are not what was sealed when that was kept")
                self._doubt(before)


def check_tail(
    stream: str, state: LogState, start: bytes, signers: Mapping[str, Signer]
) -> tuple[list[bytes], list[str], int]:
    """The lines of the tail, what is wrong with them, and how many entries of the log the newest checkpoint covers;
    `start` is the head before the first of them."""
    before = state.segments * LINES
    where = f"entries {before} to {state.entries - 1}"
    lines = split(state.tail)
    if len(lines) != state.entries - before:
        return lines, [f"{where}: there are {len(lines)}"], 0
    if extended(start, lines) != state.head:
        return lines, [f"{where}: they are not what was sealed"], 0
    if not state.newest_checkpoint:
        return lines, [f"{where}: no checkpoint was ever made"], 0
    return lines, *_check_newest(stream, state, start, lines=lines, signers=signers)


def _check_newest(
    stream: str, state: LogState, start: bytes, *, lines: list[bytes], signers: Mapping[str, Signer]
) -> tuple[list[str], int]:
    try:
        newest = Checkpoint.unpacked(state.newest_checkpoint)
    except ValueError as error:
        return [f"the newest checkpoint: {error}"], 0
    before = state.segments * LINES
    if newest.entries == before and newest.head == start:
        return [], 0  # it is that of the last segment
    if not is_signed(newest, stream, signers):
        return ["the newest checkpoint is signed by none of the keys"], 0
    if newest.entries > state.entries:
        return [f"entries {state.entries} to {newest.entries - 1} were sealed and signed, and are missing"], 0
    if newest.entries < before:
        return [f"the newest checkpoint is of {newest.entries} entries, and there are signed ones after it"], 0
    if extended(start, lines[: newest.entries - before]) != newest.head:
        return [f"entries {before} to {newest.entries - 1}: they are not what was signed"], 0
    return [], newest.entries


def is_signed(checkpoint: Checkpoint, stream: str, signers: Mapping[str, Signer]) -> bool:
    """Whether one of the keys signed it for the log of the stream."""
    signer = signers.get(checkpoint.key_id.hex())
    return signer is not None and checkpoint.is_signed_by(signer.key, stream)


def _entries_of(segment: int) -> str:
    return f"entries {segment * LINES} to {(segment + 1) * LINES - 1}"
