"""What was done is sealed: once, in order, in one chain, whoever seals and whatever happens meanwhile."""

import asyncio
from typing import Any

import pytest

from service.audit.chain import extended, origin_of
from service.audit.line import entry_of
from service.audit.sealing import CHECKPOINT_MS
from service.audit.segment import LINES, split
from service.audit.signer import faults_of
from service.audit.verification import Verification
from service.consumers.sealer import Sealer
from service.domain.audit_entry import AuditEntry
from service.domain.times import DAY_MS
from service.errors import StoreUnavailableError
from service.link.link import Link
from service.store import audit, consumers, keys
from service.store.consumers import INSTALLATION
from service.upkeep import audit_logs
from service.upkeep.audit_logs import Verified
from service.vault import Vault
from tests.store.desk import NOW, Store, add_events

VAULT = Vault("the secret of these tests, long enough")
SITE = "default"
STREAM = keys.stream_keys(SITE)
LOG = keys.audit_keys(SITE)


class Clock:
    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sealer_of(link: Link, clock: Clock, vault: Vault = VAULT, keep_days: int = 400) -> Sealer:
    return Sealer(link, vault, lambda: (SITE, INSTALLATION), clock, keep_days)


async def entries_of(link: Link, site: str = SITE) -> list[AuditEntry]:
    """All entries that are kept, of a log that has nothing wrong with it."""
    state = await audit.read_log(link, site)
    assert state is not None
    verification = Verification(site, state, await audit.read_signers(link))
    lines = []
    async for number, packed in audit_logs.read_segments(link, site, state):
        lines += verification.add_segment(number, packed)
    lines += verification.end()
    assert verification.faults == []
    first = state.first_segment * LINES
    assert len(lines) == state.entries - first
    return [entry_of(number, line) for number, line in enumerate(lines, first)]


def shapes(entries: list[AuditEntry]) -> list[tuple[str, str, str]]:
    return [(" ".join(entry.kinds), entry.actor, entry.subject) for entry in entries]


async def verified(link: Link) -> Verified:
    found = await audit_logs.verify(link, SITE, await audit.read_signers(link))
    assert found is not None
    return found


async def fill(link: Link, first: int, last: int) -> None:
    """Events whose ids are their numbers."""
    await add_events(link, STREAM.events, [(f"{number}-0", number) for number in range(first, last + 1)])


async def test_every_act_becomes_an_entry_in_its_order(store: Store, link: Link, clock: Clock) -> None:
    comment_id = (await store.submit()).comment_id
    await store.decide(comment_id, "spam")
    sealer = sealer_of(link, clock)
    await sealer.look()
    assert shapes(await entries_of(link)) == [
        ("log_begun", "machine", ""),
        ("submitted entered", "reader", comment_id),
        ("decided rejected left", "ann", comment_id),
    ]
    await store.undo(comment_id)
    await sealer.look()
    assert shapes(await entries_of(link))[3:] == [("undone entered", "ann", comment_id)]


async def test_segments_are_cut_where_they_are_full(link: Link, clock: Clock) -> None:
    sealer = sealer_of(link, clock)
    await fill(link, 1, 3 * LINES)
    await sealer.look()
    assert [entry.at_ms for entry in await entries_of(link)][1:] == list(range(1, 3 * LINES + 1))
    state = await audit.read_log(link, SITE)
    assert state is not None
    assert (state.segments, state.tail.count(b"\n")) == (3, 1)
    assert await audit.read_segment(link, SITE, 2) is not None
    assert await audit.read_segment(link, SITE, 3) is None
    await fill(link, 3 * LINES + 1, 4 * LINES - 1)
    await sealer.look()
    await entries_of(link)
    assert (await consumers.measure_stream(link, SITE, NOW))[3:] == (4 * LINES, consumers.ConsumerMeasures(0, 0, 0))


async def test_two_that_seal_at_once_do_not_fork_the_chain(link: Link, clock: Clock) -> None:
    sealers = [sealer_of(link, clock) for _ in range(4)]
    await sealers[0].look()
    await fill(link, 1, 900)

    async def seal_all(sealer: Sealer) -> None:
        for _ in range(40):
            while await sealer.seal_some(SITE):
                pass
            await asyncio.sleep(0)

    async def act() -> None:
        for number in range(901, 1400):
            await fill(link, number, number)

    for sealer in sealers[1:]:
        await sealer.introduce()
    await asyncio.gather(act(), *map(seal_all, sealers))
    await seal_all(sealers[0])
    assert [entry.at_ms for entry in await entries_of(link)][1:] == list(range(1, 1400))


async def test_what_was_done_before_the_log_began_and_is_gone_is_counted(link: Link, clock: Clock) -> None:
    await fill(link, 1, 300)
    await link.call("XTRIM", STREAM.events, "MAXLEN", 50)
    await sealer_of(link, clock).look()
    first, *rest = await entries_of(link)
    assert (first.act, first.detail) == ("log_begun", {"format": 1, "events_before": 250})
    assert [entry.at_ms for entry in rest] == list(range(251, 301))


async def test_events_that_were_taken_away_before_they_were_sealed_are_missed(link: Link, clock: Clock) -> None:
    sealer = sealer_of(link, clock)
    await fill(link, 1, 10)
    await sealer.look()
    await fill(link, 11, 200)
    await link.call("XTRIM", STREAM.events, "MAXLEN", 20)
    await sealer.look()
    entries = await entries_of(link)
    assert (entries[11].act, entries[11].detail) == ("events_lost", {"events": 170})
    assert [entry.at_ms for entry in entries[12:]] == list(range(181, 201))


async def test_a_stream_that_is_another_one_is_sealed_from_its_start(link: Link, clock: Clock) -> None:
    sealer = sealer_of(link, clock)
    await fill(link, 1, 10)
    await sealer.look()
    await link.call("DEL", STREAM.events)
    await sealer.look()
    await fill(link, 1, 3)
    await sealer.look()
    assert [entry.at_ms for entry in (await entries_of(link))[1:]] == [*range(1, 11), 1, 2, 3]


async def test_an_event_that_nobody_can_read_keeps_no_other_one_waiting(link: Link, clock: Clock) -> None:
    await link.call("XADD", STREAM.events, "7-0", "k", "decided", "m", "late")
    await sealer_of(link, clock).look()
    (_, entry) = await entries_of(link)
    assert (entry.act, entry.subject) == ("unreadable", "7-0")


async def test_what_is_sealed_and_handled_is_trimmed_but_for_the_newest(link: Link, clock: Clock) -> None:
    await fill(link, 1, keys.NEWEST_EVENTS + 3_000)
    sealer = sealer_of(link, clock)
    await consumers.register(link, SITE, "learner", consumers.Start.OLDEST)
    await sealer.look()
    assert await link.call("XLEN", STREAM.events) == keys.NEWEST_EVENTS + 3_000
    await consumers.forget(link, SITE, "learner")
    await link.call("XADD", STREAM.events, "*", "k", "decided", "m", 1)
    await sealer.look()
    assert keys.NEWEST_EVENTS <= await link.call("XLEN", STREAM.events) < keys.NEWEST_EVENTS + 200


async def test_segments_that_are_old_are_dropped_and_the_rest_is_verified(link: Link, clock: Clock) -> None:
    sealer = sealer_of(link, clock, keep_days=10)
    await fill(link, 1, 2 * LINES)
    await sealer.look()
    clock.ms += 5 * DAY_MS
    await fill(link, 2 * LINES + 1, 3 * LINES)
    await sealer.look()
    assert len(await entries_of(link)) == 3 * LINES + 1
    clock.ms += 6 * DAY_MS
    await sealer.look()
    await sealer.look()
    entries = await entries_of(link)
    assert entries[0].number == 2 * LINES
    assert [(entry.act, entry.detail) for entry in entries[-2:]] == [
        ("log_dropped", {"entries_before": LINES}),
        ("log_dropped", {"entries_before": 2 * LINES}),
    ]
    found = await verified(link)
    assert (found.dropped, found.faults) == (2 * LINES, [])


async def test_a_log_that_somebody_changed_is_not_signed_and_stays_to_be_found(link: Link, clock: Clock) -> None:
    """Also when he changes the head so that it fits."""
    sealer = sealer_of(link, clock)
    await fill(link, 1, 10)
    await sealer.look()
    tail = (await link.call("GET", LOG.tail)).replace(b"[5,", b"[6,")
    await link.call("SET", LOG.tail, tail)
    await link.call("HSET", LOG.head, "hash", extended(origin_of(SITE), split(tail)))
    for last in (20, 30, 2 * LINES, 2 * LINES + 10):
        clock.ms += CHECKPOINT_MS
        await fill(link, await link.call("XLEN", STREAM.events) + 1, last)
        await sealer.look()
        assert len((await verified(link)).faults) == 1, last
    found = await verified(link)
    assert "entries 0 to 255" in found.faults[0]
    assert found.signed > 2 * LINES, "what came after is signed again"


async def test_the_secret_is_replaced_and_the_next_key_is_vouched_for(link: Link, clock: Clock) -> None:
    await fill(link, 1, 10)
    await sealer_of(link, clock).look()
    await link.call("DEL", keys.AUDIT_SEALING)
    both = Vault("another secret of these tests, as long", "the secret of these tests, long enough")
    clock.ms += CHECKPOINT_MS
    await fill(link, 11, 2 * LINES)
    await sealer_of(link, clock, both).look()
    signers = await audit.read_signers(link)
    assert len(signers) == 2
    assert faults_of(signers) == []
    assert len(await entries_of(link)) == 2 * LINES + 1


async def test_a_store_that_is_full_is_sealed_all_the_same(store: Store, link: Link, clock: Clock) -> None:
    sealer = sealer_of(link, clock)
    await fill(link, 1, 10)
    await link.call("CONFIG", "SET", "maxmemory", 1)
    try:
        await sealer.look()
    finally:
        await link.call("CONFIG", "SET", "maxmemory", 0)
    assert len(await entries_of(link)) == 11


async def test_a_sealer_that_is_cut_off_between_two_steps_seals_nothing_twice(
    link: Link, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(link, 1, 300)
    whole = audit.seal

    async def unheard(*arguments: Any) -> bool:
        await whole(*arguments)
        raise StoreUnavailableError

    async def unsaid(*_: Any) -> bool:
        raise StoreUnavailableError

    for broken in (unheard, unsaid, unheard):
        monkeypatch.setattr(audit, "seal", broken)
        await sealer_of(link, clock).look()
        await link.call("DEL", keys.AUDIT_SEALING)
    monkeypatch.setattr(audit, "seal", whole)
    await sealer_of(link, clock).look()
    assert [entry.at_ms for entry in (await entries_of(link))[1:]] == list(range(1, 301))
