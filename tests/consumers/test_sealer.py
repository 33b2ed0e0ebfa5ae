"""What was done is sealed: once, in order, in one chain, whoever seals and whatever happens meanwhile."""

import asyncio

import pytest

from service.audit.line import entry_of
from service.audit.segment import LINES
from service.audit.verification import Verification
from service.consumers.sealer import Sealer
from service.domain.audit_entry import AuditEntry
from service.link.link import Link
from service.store import audit, consumers, keys
from service.store.consumers import INSTALLATION
from service.upkeep import audit_logs
from service.vault import Vault
from tests.store.desk import NOW, Store, add_events

VAULT = Vault("the secret of these tests, long enough")
SITE = "default"
STREAM = keys.stream_keys(SITE)


class Clock:
    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sealer_of(link: Link, clock: Clock, vault: Vault = VAULT) -> Sealer:
    return Sealer(link, vault, lambda: (SITE, INSTALLATION), clock)


async def entries_of(link: Link, site: str = SITE) -> list[AuditEntry]:
    """All entries, of a log that has nothing wrong with it."""
    state = await audit.read_log(link, site)
    assert state is not None
    verification = Verification(site, state, await audit.read_signers(link))
    lines = []
    async for number, packed in audit_logs.read_segments(link, site, state):
        lines += verification.add_segment(number, packed)
    lines += verification.end()
    assert verification.faults == []
    assert len(lines) == state.entries
    return [entry_of(number, line) for number, line in enumerate(lines)]


def shapes(entries: list[AuditEntry]) -> list[tuple[str, str, str]]:
    return [(" ".join(entry.kinds), entry.actor, entry.subject) for entry in entries]


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
