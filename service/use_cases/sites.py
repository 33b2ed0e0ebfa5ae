"""Sites and their policies."""

from dataclasses import replace

from service.desk import Desk
from service.domain.policy import Policy, PolicyChange, fields_of, policy_of
from service.domain.replay import Replay
from service.domain.rule_fields import fields_of_rule, rule_of
from service.domain.site import Site, SiteChange
from service.errors import InvalidFieldsError
from service.store import sites
from service.use_cases.rules import check_rules


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


async def change_policy(desk: Desk, site: Site, change: PolicyChange, *, actor: str) -> Policy:
    """Changes what is given of a site's policy. SiteNotFoundError; InvalidFieldsError when its thresholds cross, or for
    rules that are not taken."""
    if "rules" in change:
        rules = await check_rules(desk, [rule_of(rule) for rule in change["rules"]])
        change = {**change, "rules": [fields_of_rule(rule) for rule in rules]}

    def changed(policy: Policy) -> Policy:
        wanted = policy_of({**fields_of(policy), **change})
        if wanted.publish_below > wanted.reject_above:
            raise InvalidFieldsError(errors={"publish_below": ["Must not be above reject_above."]})
        return wanted

    stored = await sites.change_policy(desk.link, site.site, changed, actor=actor, now_ms=desk.now_ms())
    await desk.registry.read_site(site.site)
    return stored.policy


async def set_policy(desk: Desk, site: Site, policy: Policy, *, actor: str) -> Policy:
    """Replaces the whole policy of a site. SiteNotFoundError, InvalidFieldsError for rules that are not taken."""
    policy = replace(policy, rules=await check_rules(desk, policy.rules)) if policy.rules else policy
    changed = await sites.set_policy(desk.link, site.site, policy, actor=actor, now_ms=desk.now_ms())
    await desk.registry.read_site(site.site)
    return changed.policy
