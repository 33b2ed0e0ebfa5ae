"""After a restore the audit logs go on from the backup's head, and say so."""

from pathlib import Path

from service.audit.line import entry_of
from service.audit.segment import split
from service.consumers.sealer import Sealer
from service.link.link import Link
from service.store import audit
from service.store.consumers import INSTALLATION
from service.upkeep import audit_logs, backup
from tests.servers import RedisServer
from tests.store.desk import NOW, SITE, Store
from tests.upkeep.backup.content import CHECK, VAULT, fill, nothing, restore

LOGS = (SITE.site, INSTALLATION)


async def seal(link: Link) -> None:
    sealer = Sealer(link, VAULT, lambda: LOGS, lambda: NOW + 3_600_000)
    await sealer.introduce()
    for site in LOGS:
        while await sealer.seal_some(site):
            pass


async def test_an_older_backup_goes_on_with_an_entry_of_that(
    one_link: Link, redis_server: RedisServer, tmp_path: Path
) -> None:
    await fill(one_link, CHECK, 10)
    header, _ = await backup.back_up(one_link, VAULT, tmp_path / "file", "1.2.3", nothing)
    before = {site: await audit.read_log(one_link, site) for site in LOGS}
    for _ in range(3):
        await Store(one_link).submit()
    await seal(one_link)
    later = await audit.read_log(one_link, SITE.site)
    assert later is not None
    await restore(one_link, tmp_path / "file", now_ms=NOW)
    await seal(one_link)
    for site in LOGS:
        state, was = await audit.read_log(one_link, site), before[site]
        assert state is not None
        assert was is not None
        assert state.entries == was.entries + 1
        entry = entry_of(was.entries, split(state.tail)[-1])
        assert (entry.act, entry.actor, entry.at_ms) == ("restored", "restore", NOW)
        assert entry.detail == {"backup_of": header.created_at}
        verified = await audit_logs.verify(one_link, site, await audit.read_signers(one_link))
        assert verified is not None
        assert verified.faults == []
    kept = {later.entries: later.head}
    verified = await audit_logs.verify(one_link, SITE.site, await audit.read_signers(one_link), kept)
    assert verified is not None
    assert len(verified.faults) == 1, "who has a checkpoint from between is told that it is not here"
