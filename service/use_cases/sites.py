"""Sites."""

from dataclasses import replace

from service.desk import Desk
from service.domain.replay import Replay
from service.domain.site import Site, SiteChange
from service.store import sites


async def create_site(desk: Desk, wanted: Site, replay: Replay, *, actor: str) -> Site:
    """Makes a site; a repeated Idempotency-Key has the first one again. SiteExistsError."""
    now_ms = desk.now_ms()
    made = await sites.create(desk.link, replace(wanted, created_ms=now_ms), replay, actor=actor, now_ms=now_ms)
    await desk.registry.read_site(made.site)
    return made


async def change_site(desk: Desk, site: Site, wanted: SiteChange, *, actor: str) -> Site:
    """Changes what is given of a site. SiteNotFoundError."""
    changed = await sites.change(desk.link, site.site, wanted, actor=actor, now_ms=desk.now_ms())
    await desk.registry.read_site(site.site)
    return changed
