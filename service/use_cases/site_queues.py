"""The queue over all sites of a moderator."""

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.queue import Position, QueueDepth, QueueOrder, SitesQueuePage

MOST_SITES = 200
"""A call looks at so many sites at most, and so asks Redis so many times."""


async def queue_depths(desk: Desk, caller: Caller) -> tuple[list[QueueDepth], int]:
    """How much waits on each of the caller's sites; of many the first, and how many are left out."""
    sites = desk.registry.sites_among(caller.sites)
    return await desk.site_queues.depths(sites[:MOST_SITES]), max(0, len(sites) - MOST_SITES)


async def count_waiting(desk: Desk, site: str) -> int:
    """How many comments wait on a site."""
    (depth,) = await desk.site_queues.depths([site])
    return depth.waiting


async def list_queues(
    desk: Desk, caller: Caller, order: QueueOrder, *, limit: int, after: Position, now_ms: int
) -> SitesQueuePage:
    """A page of the queues of all sites that the caller may moderate, as one; of many the first."""
    sites = desk.registry.sites_among(caller.sites)
    page = await desk.site_queues.read_page(sites[:MOST_SITES], order, limit=limit, after=after, now_ms=now_ms)
    return page._replace(sites_left_out=max(0, len(sites) - MOST_SITES))
