"""Sites and their policies."""

from dataclasses import replace

from service.desk import Desk
from service.domain.policy import Policy
from service.domain.replay import Replay
from service.domain.site import Site, SiteChange
from service.store import sites
from service.use_cases.rules import check_rules


async def create_site(desk: Desk, wanted: Site, replay: Replay, *, actor: str) -> Site:
    """Makes a site; a repeated Idempotency-Key has the first one again. SiteExistsError."""
    now_ms = desk.now_ms()
    made = await sites.create(desk.link, replace(wanted, created_ms=now_ms), replay, actor=actor, now_ms=now_ms)
    await desk.registry.refresh()
    return made


async def change_site(desk: Desk, site: Site, wanted: SiteChange, *, actor: str) -> Site:
    """Changes what is given of a site. SiteNotFoundError."""
    changed = await sites.change(desk.link, site.site, wanted, actor=actor, now_ms=desk.now_ms())
    await desk.registry.refresh()
    return changed


async def set_policy(desk: Desk, site: Site, policy: Policy, *, actor: str) -> Policy:
    """Replaces the whole policy of a site. SiteNotFoundError, InvalidFieldsError for rules that are not taken."""
    policy = replace(policy, rules=await check_rules(desk, policy.rules)) if policy.rules else policy
    changed = await sites.set_policy(desk.link, site.site, policy, actor=actor, now_ms=desk.now_ms())
    await desk.registry.refresh()
    return changed.policy
