"""A log is verified: whoever changes, removes, inserts or moves an entry is found, wherever it is."""

import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audit import sealing
from service.audit.checkpoint import CHECKPOINT_BYTES, Checkpoint, key_id_of
from service.audit.line import packed
from service.audit.sealing import CHECKPOINT_MS, Seen
from service.audit.segment import LINES, joined, pack_segment, split, unpack_segment
from service.audit.signer import Signer, faults_of, introduced, pack_signer, unpack_signer
from service.audit.verification import LogState, Verification
from service.vault import Vault

KEY = Vault("the secret of these tests, long enough").audit_key
OTHER_KEY = Vault("another secret of these tests, as long").audit_key
SIGNERS = {key_id_of(KEY.public_key()).hex(): Signer(KEY.public_key(), 1)}
SITE = "default"
NOW = 1_770_000_000_000
NOTHING = Seen(b"", 0, 0, 0, b"")


@dataclass
class Log:
    """A log as the store has it, sealed a few lines at a time."""

    seen: Seen = NOTHING
    tail: list[bytes] = field(default_factory=list)
    segments: list[bytes | None] = field(default_factory=list)
    checkpoints: bytes = b""
    now: int = NOW

    def add(self, *lines: bytes) -> None:
        assert len(lines) <= self.seen.room
        done = sealing.seal(SITE, self.seen, lines)
        self.tail += lines
        if sealing.is_checkpoint_due(self.seen, len(lines), self.now):
            done = sealing.signed(done, SITE, self.tail, key=KEY, now_ms=self.now)
        if done.segment:
            self.segments.append(done.segment)
            self.checkpoints += done.checkpoint
            self.tail = []
        newest = done.checkpoint or self.seen.newest_checkpoint
        self.seen = Seen(done.head, done.entries, 0, 0, newest)

    def state(self, first: int = 0) -> LogState:
        seen = self.seen
        return LogState(seen.entries, seen.head, first, seen.newest_checkpoint, joined(self.tail), self.checkpoints)

    def faults(self, first: int = 0, kept: dict[int, bytes] | None = None, state: LogState | None = None) -> list[str]:
        return self.verified(first, kept, state).faults

    def verified(
        self, first: int = 0, kept: dict[int, bytes] | None = None, state: LogState | None = None
    ) -> Verification:
        verification = Verification(SITE, state or self.state(first), SIGNERS, kept or {})
        for number, segment in list(enumerate(self.segments))[first:]:
            verification.add_segment(number, segment)
        verification.end()
        assert (verification.first_in_doubt is not None) <= bool(verification.faults)
        return verification


def line(number: int) -> bytes:
    return packed(NOW + number, "decided published left", "ann", f"c{number}", "article", 2, "held", "published", {})


def log_of(count: int) -> Log:
    log = Log()
    for number in range(count):
        log.now += CHECKPOINT_MS // 7
        log.add(line(number))
    return log


WHOLE = log_of(3 * LINES + 100)
CHANGES = ("changed", "removed", "inserted", "moved")


def tampered(lines: list[bytes], place: int, how: str) -> list[bytes]:
    before, rest = lines[:place], lines[place:]
    if how == "changed":
        return [*before, rest[0].replace(b"published", b"rejected"), *rest[1:]]
    if how == "removed":
        return [*before, *rest[1:]]
    if how == "inserted":
        return [*before, packed(NOW, "decided", "eve"), *rest]
    return [*before, *rest[1:2], rest[0], *rest[2:]]


def test_a_log_as_it_was_sealed_has_no_faults() -> None:
    assert WHOLE.faults() == []
    for count in (0, 1, LINES - 1, LINES, LINES + 1):
        assert count == 0 or log_of(count).faults() == []


@given(st.integers(0, 3 * LINES + 50), st.sampled_from(CHANGES))
def test_what_was_changed_removed_inserted_or_moved_is_found(place: int, how: str) -> None:
    """Also by somebody who makes the rest of the store fit it, but for the signatures, which he cannot make."""
    number, within = divmod(place, LINES)
    log = Log(WHOLE.seen, list(WHOLE.tail), list(WHOLE.segments), WHOLE.checkpoints)
    if number == len(WHOLE.segments):
        log.tail = tampered(log.tail, within, how)
        head = sealing.seal(SITE, Seen(Checkpoint.unpacked(last(log)).head, 0, 0, 0, b""), log.tail).head
        entries = len(log.segments) * LINES + len(log.tail)
        state = log.state()._replace(head=head, entries=entries)
        assert log.verified(state=state).first_in_doubt == number * LINES
    else:
        segment = log.segments[number]
        assert segment is not None
        lines = tampered(unpack_segment(segment), min(within, LINES - 2), how)
        log.segments[number] = pack_segment(lines)
        verified = log.verified()
        (fault,) = verified.faults
        assert fault.startswith(f"entries {number * LINES} to {(number + 1) * LINES - 1}")
        assert verified.first_in_doubt == number * LINES


def last(log: Log) -> bytes:
    return log.checkpoints[-CHECKPOINT_BYTES:]


def test_a_segment_that_is_missing_or_broken_is_found() -> None:
    for broken in (None, b"", b"x", pack_segment([line(1)])):
        log = Log(WHOLE.seen, WHOLE.tail, [WHOLE.segments[0], broken, WHOLE.segments[2]], WHOLE.checkpoints)
        assert len(log.faults()) == 1


def test_two_segments_in_each_others_place_are_found() -> None:
    first, second, third = WHOLE.segments
    assert len(Log(WHOLE.seen, WHOLE.tail, [second, first, third], WHOLE.checkpoints).faults()) == 2


def test_what_nobody_of_ours_signed_is_found() -> None:
    forged = Checkpoint.signed(OTHER_KEY, SITE, LINES, Checkpoint.unpacked(WHOLE.checkpoints[:116]).head, NOW)
    elsewhere = Checkpoint.signed(KEY, "another", LINES, Checkpoint.unpacked(WHOLE.checkpoints[:116]).head, NOW)
    for checkpoint in (forged, elsewhere):
        checkpoints = checkpoint.packed() + WHOLE.checkpoints[CHECKPOINT_BYTES:]
        (fault,) = Log(WHOLE.seen, WHOLE.tail, list(WHOLE.segments), checkpoints).faults()
        assert "signed by none of the keys" in fault


def test_an_end_that_was_cut_off_is_found_by_its_checkpoint() -> None:
    short = log_of(3 * LINES + 20)
    state = short.state()._replace(newest_checkpoint=WHOLE.seen.newest_checkpoint)
    (fault,) = short.faults(state=state)
    assert "are missing" in fault
    assert short.faults(kept={3 * LINES + 90: b"x" * 32}) == ["entries 788 to 857 were sealed, and are missing"]


def test_a_log_that_went_another_way_is_found_by_a_head_that_was_kept() -> None:
    newest = Checkpoint.unpacked(WHOLE.seen.newest_checkpoint)
    assert WHOLE.faults(kept={newest.entries: newest.head}) == []
    other = log_of(0)
    for number in range(3 * LINES + 100):
        other.now += CHECKPOINT_MS // 7
        other.add(line(number + (number > 300)))
    assert other.faults() == []
    assert other.faults(kept={300: b"x" * 32, newest.entries: newest.head}) == [
        "entries up to 299: they are not what was sealed when that was kept",
        f"entries up to {newest.entries - 1}: they are not what was sealed when that was kept",
    ]


def test_what_was_dropped_leaves_the_checkpoint_that_the_rest_follows() -> None:
    assert WHOLE.faults(first=2) == []
    state = WHOLE.state(2)._replace(checkpoints=b"\0" * CHECKPOINT_BYTES * 2 + WHOLE.checkpoints[232:])
    assert WHOLE.faults(first=2, state=state)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    for read in (unpack_segment, Checkpoint.unpacked, unpack_signer):
        with contextlib.suppress(ValueError):
            read(raw)
    assert b"".join(each + b"\n" for each in split(raw + b"\n")) == raw + b"\n"


def test_the_next_key_is_vouched_for_by_the_one_before_it() -> None:
    first, second = introduced(KEY, 1, None), introduced(OTHER_KEY, 2, KEY)
    signers = {each.key_id: unpack_signer(pack_signer(each)) for each in (first, second)}
    assert faults_of(signers) == []
    forged = second._replace(vouched=second.vouching)
    assert faults_of({first.key_id: first, second.key_id: forged}) != []
    assert faults_of({first.key_id: first, second.key_id: introduced(OTHER_KEY, 2, None)}) != []
    assert faults_of({second.key_id: second}) != []
    assert faults_of({"00000000": first}) != []


@pytest.mark.parametrize(("passed_ms", "new", "is_due"), [(0, 1, False), (CHECKPOINT_MS, 1, True), (-1, 1, True)])
def test_a_checkpoint_is_due_after_a_minute_and_where_a_clock_went_back(
    passed_ms: int, new: int, *, is_due: bool
) -> None:
    newest = Checkpoint.signed(KEY, SITE, 5, b"h" * 32, NOW).packed()
    assert sealing.is_checkpoint_due(Seen(b"h" * 32, 5, 0, 0, newest), new, NOW + passed_ms) is is_due
    assert not sealing.is_checkpoint_due(Seen(b"h" * 32, 5, 0, 0, newest), 0, NOW + CHECKPOINT_MS)
