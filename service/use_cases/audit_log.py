"""What is asked of the audit logs."""

from service.desk import Desk
from service.domain.audit_entry import AuditEntry, AuditFilter, AuditPage
from service.store.audit_pages import read_back
from service.store.consumers import INSTALLATION
from service.upkeep.chain_watch import KnownChain

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


async def look_at_chain(desk: Desk, site: str) -> KnownChain:
    """Whether the log of a site is the one that was sealed, as it was found lately, or now where that takes no time."""
    return await desk.chains.look(site)


async def verify_chain(desk: Desk, site: str) -> KnownChain:
    """The same, found anew."""
    return await desk.chains.verify(site)
