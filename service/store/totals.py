"""Counters of a site, kept in Redis beside what they count, so that every process tells the same.

Fields of `totals`: `submitted:VERDICT`, `decided:DECISION`, `state:STATE` (comments now in it), `undone`, `repeats`,
`unscored`, `unknown_reader` (whose website did not tell his address), `refused:rate_limited`, `age_in:SECONDS` (at most
so old, and older than the bound before), `age_count`, `age_sum_ms`, `by:ACTOR` (decisions; `by:` of all actors beyond
the first 200), `actors` (how many these are), `stands:VERDICT:BAND:DECISION` and `fell:VERDICT:BAND:DECISION` (comments
that got a standing decision, and that have it no longer; by the machine's verdict, and the tenth in which its risk
lies, 0 to 9 or `none`; no person is in them, so that erasure leaves them alone), `ordinals` and `ordinals_below` (how
many there are from the first one on, and below it).
"""

from typing import NamedTuple

from service.link.link import Link
from service.store import keys, scripts
from service.store.comments import pairs


class SiteMeasures(NamedTuple):
    totals: dict[str, str]
    depth: int
    oldest_ms: int | None
    claims_open: int


async def measure_site(link: Link, site: str, now_ms: int) -> SiteMeasures:
    queue = keys.queue_keys(site)
    script_keys = [keys.totals(site), queue.queue, queue.claims]
    totals, depth, oldest, claims_open = await scripts.MEASURE_SITE.run(link, script_keys, now_ms)
    return SiteMeasures(pairs(totals), depth, int(float(oldest)) if oldest else None, claims_open)
