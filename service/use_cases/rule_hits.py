"""How often a site's rules were met of late."""

from service.desk import Desk
from service.domain.rule_hits import HitsOfRules
from service.domain.site import Site
from service.domain.times import DAY_MS
from service.store import rule_hits

_SPAN_MS = 7 * DAY_MS


async def count_hits(desk: Desk, site: Site) -> HitsOfRules:
    """The hits of the rules in force, of seven days, or of less where that is too much to look through."""
    names = [rule.name for rule in site.policy.rules]
    return await rule_hits.count_hits(desk.link, desk.lists, site.site, names, desk.now_ms() - _SPAN_MS)
