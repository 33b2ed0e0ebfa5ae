"""What is asked of the audit logs."""

from service.audit.signer import faults_of
from service.desk import Desk
from service.domain.audit_entry import AuditEntry, AuditFilter, AuditPage
from service.store.audit import read_signers
from service.store.audit_pages import read_back
from service.store.consumers import INSTALLATION
from service.upkeep import audit_logs
from service.upkeep.audit_logs import Verified

PARTS_A_PAGE = 40
"""So many segments are looked through for one page: 10,240 entries, 30 ms of the processor's time in pieces of 1 ms."""


async def read_page(desk: Desk, site: str, wanted: AuditFilter, *, limit: int, before: int | None) -> AuditPage:
    """The newest entries that pass the filter, of the log of a site, with numbers below `before`.

    After PARTS_A_PAGE it is the next page that goes on, however few were found.
    """
    found: list[AuditEntry] = []
    looked_through = 0
    async for part in read_back(desk.link, site, before, wanted.until_ms):
        found += filter(wanted.has, part.entries)
        if len(found) >= limit:
            return AuditPage(found[:limit], found[limit - 1].number or None)
        if wanted.since_ms is not None and part.is_all_before(wanted.since_ms):
            break
        looked_through += 1
        if looked_through == PARTS_A_PAGE:
            return AuditPage(found, part.first or None)
    return AuditPage(found, None)


async def read_page_of_installation(desk: Desk, wanted: AuditFilter, *, limit: int, before: int | None) -> AuditPage:
    """The same of the log of the installation."""
    return await read_page(desk, INSTALLATION, wanted, limit=limit, before=before)


async def verify(desk: Desk, site: str) -> Verified | None:
    """Whether the log of a site is the one that was sealed, with what is wrong with the keys that signed it first;
    None where there is none yet. Takes about 1 ms of the processor's time for 256 entries, in pieces of that."""
    signers = await read_signers(desk.link)
    verified = await audit_logs.verify(desk.link, site, signers)
    if verified is not None:
        verified.faults = [*faults_of(signers), *verified.faults]
    return verified
