"""Audit logs on every kind of server: sealed, read back, dropped, and verified."""

from service.audit.segment import LINES
from service.consumers.sealer import Sealer
from service.domain.audit_entry import AuditEntry
from service.link.link import Link
from service.store import audit, keys
from service.store.audit_pages import CLOCKS_MS, read_back
from service.store.consumers import INSTALLATION
from service.upkeep import audit_logs
from service.vault import Vault
from tests.store.desk import NOW, Store, add_events

SITE = "default"
VAULT = Vault("the secret of these tests, long enough")
STREAM = keys.events(SITE)


async def sealed(link: Link, count: int) -> Sealer:
    """The log of so many events, a minute apart."""
    await add_events(link, STREAM, [(f"{number}-0", number * CLOCKS_MS) for number in range(1, count)])
    sealer = Sealer(link, VAULT, lambda: (SITE, INSTALLATION), lambda: CLOCKS_MS)
    await sealer.look()
    return sealer


async def entries(link: Link, before: int | None = None, until_ms: int | None = None) -> list[AuditEntry]:
    return [entry async for part in read_back(link, SITE, before, until_ms) for entry in part.entries]


async def test_what_is_done_is_sealed_on_every_kind_of_server(store: Store, link: Link) -> None:
    sealer = Sealer(link, VAULT, lambda: (SITE, INSTALLATION), lambda: NOW)
    comment_id = (await store.submit()).comment_id
    await sealer.look()
    await store.decide(comment_id)
    await sealer.look()
    found = [(entry.act, entry.subject) for entry in await entries(link)]
    assert found == [("decided", comment_id), ("submitted", comment_id), ("log_begun", "")]
    for site in (SITE, INSTALLATION):
        verified = await audit_logs.verify(link, site, await audit.read_signers(link))
        assert verified is not None
        assert verified.faults == []
        assert verified.signed > 0


async def test_a_log_is_read_back_from_any_place(link: Link) -> None:
    count = 3 * LINES + 10
    await sealed(link, count)
    for before in (None, 0, 1, 5, LINES - 1, LINES, LINES + 1, 3 * LINES, 3 * LINES + 1, count, count + 5):
        last = count if before is None else min(before, count)
        assert [entry.number for entry in await entries(link, before)] == list(range(last))[::-1], before


async def test_what_is_newer_is_left_out_by_halves(link: Link) -> None:
    count = 5 * LINES + 10
    await sealed(link, count)
    for wanted in (1, 2, LINES - 1, LINES, LINES + 1, 2 * LINES + 7, count - 1, count + 1):
        until_ms = wanted * CLOCKS_MS
        found = [entry.number for entry in await entries(link, until_ms=until_ms)]
        before = [entry.number for entry in await entries(link) if entry.at_ms < until_ms]
        assert [number for number in found if number in before] == before
        assert len(found) <= len(before) + LINES + count % LINES


async def test_a_segment_is_dropped_once_and_only_when_it_is_old(link: Link) -> None:
    await sealed(link, 2 * LINES)
    assert not await audit.drop_segment(link, SITE, 0, CLOCKS_MS, NOW)
    assert not await audit.drop_segment(link, SITE, 1, NOW, NOW)
    assert await audit.drop_segment(link, SITE, 0, NOW, NOW)
    assert not await audit.drop_segment(link, SITE, 0, NOW, NOW)
    assert await audit.drop_segment(link, SITE, 1, NOW, NOW)
    assert not await audit.drop_segment(link, SITE, 2, NOW, NOW)
    verified = await audit_logs.verify(link, SITE, await audit.read_signers(link))
    assert verified is not None
    assert (verified.dropped, verified.faults) == (2 * LINES, [])
