"""The doctor finds what was changed in an audit log, and leaves it as it is: nobody can repair that."""

import pytest

from service.link.link import Link
from service.store import keys
from service.upkeep import doctor
from service.upkeep.fault import Check
from tests.servers import RedisServer, client_of
from tests.store.desk import NOW
from tests.upkeep.backup.content import CHECK, everything, fill, nothing

LOG = keys.audit_keys("default")


@pytest.mark.parametrize("what", ["an entry", "a segment", "a key"])
async def test_an_audit_log_that_was_changed_is_found_and_left(
    link: Link, every_redis_server: RedisServer, what: str
) -> None:
    await fill(link, CHECK, 60)
    assert (await doctor.examine(link, nothing)).looked_at[Check.AUDIT] > 0
    with client_of(every_redis_server.url) as client:
        if what == "an entry":
            tail = client.get(LOG.tail)
            assert isinstance(tail, bytes)
            client.set(LOG.tail, tail.replace(b"decided", b"undone", 1).replace(b"submitted", b"repaired", 1))
        elif what == "a segment":
            client.append(LOG.checkpoints, b"x")
        else:
            client.delete(keys.AUDIT_KEYS)
    before = everything(every_redis_server.url)
    async with doctor.sole_repairer(link) as holding:
        report = await doctor.examine(link, nothing)
        await doctor.repair(link, report, NOW, nothing, holding)
    assert {fault.check for fault in report.faults} == {Check.AUDIT}
    assert not report.is_healthy
    assert everything(every_redis_server.url) == before
