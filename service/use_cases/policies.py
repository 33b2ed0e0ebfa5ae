"""A site's policy and its versions."""

from collections.abc import Callable
from dataclasses import replace

from service.desk import Desk
from service.domain.caller import Caller
from service.domain.policy import Policy, PolicyChange, fields_of, policy_of
from service.domain.policy_version import VersionedPolicy, VersionNotes
from service.domain.replay import Replay
from service.domain.rule_fields import fields_of_rule, rule_of
from service.domain.site import Site
from service.errors import InvalidFieldsError
from service.store import policies
from service.store.policies import PolicyAct
from service.use_cases.rules import check_rules


async def set_policy(desk: Desk, site: Site, policy: Policy, caller: Caller, *, seen: int | None) -> VersionedPolicy:
    """Replaces the whole policy of a site. SiteNotFoundError, InvalidFieldsError for rules that are not taken,
    StalePolicyError where another version is in force than was seen."""
    policy = replace(policy, rules=await check_rules(desk, policy.rules)) if policy.rules else policy
    return await _change(desk, site, lambda _: policy, PolicyAct(caller, desk.now_ms(), seen))


async def change_policy(
    desk: Desk, site: Site, change: PolicyChange, caller: Caller, *, seen: int | None
) -> VersionedPolicy:
    """Changes what is given of a site's policy. As `set_policy`; InvalidFieldsError also when its thresholds cross."""
    if "rules" in change:
        rules = await check_rules(desk, [rule_of(rule) for rule in change["rules"]])
        change = {**change, "rules": [fields_of_rule(rule) for rule in rules]}

    def changed(policy: Policy) -> Policy:
        wanted = policy_of({**fields_of(policy), **change})
        if wanted.publish_below > wanted.reject_above:
            raise InvalidFieldsError(errors={"publish_below": ["Must not be above reject_above."]})
        return wanted

    return await _change(desk, site, changed, PolicyAct(caller, desk.now_ms(), seen))


async def read_versions(desk: Desk, site: Site, *, below: int | None, limit: int) -> VersionNotes:
    """The versions of a site's policy below one, or the newest, the newest first. SiteNotFoundError."""
    return await policies.read_versions(desk.link, site.site, below=below, limit=limit)


async def read_version(desk: Desk, site: Site, version: int) -> VersionedPolicy:
    """The policy of a version. SiteNotFoundError, PolicyVersionNotFoundError."""
    return await policies.read(desk.link, site.site, version)


async def restore_version(
    desk: Desk, site: Site, version: int, caller: Caller, *, replay: Replay, seen: int | None = None
) -> VersionedPolicy:
    """Makes an older version the newest one. SiteNotFoundError, PolicyVersionNotFoundError, InvalidFieldsError for
    rules that are not taken any more, StalePolicyError where another version is in force than was seen."""
    policy = (await policies.read(desk.link, site.site, version)).policy
    policy = replace(policy, rules=await check_rules(desk, policy.rules)) if policy.rules else policy
    act = PolicyAct(caller, desk.now_ms(), seen, restored=version, replay=replay)
    return await _change(desk, site, lambda _: policy, act)


async def _change(desk: Desk, site: Site, make: Callable[[Policy], Policy], act: PolicyAct) -> VersionedPolicy:
    changed = await policies.change(desk.link, site.site, make, act)
    await desk.registry.read_site(site.site)
    return changed
