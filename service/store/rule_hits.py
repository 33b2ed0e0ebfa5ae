"""How often rules were met, counted in the planes of a site's lists: what comes in costs nothing more for it."""

from collections.abc import Sequence

import numpy as np

from service.domain.rule_hits import HitsOfRules, RuleHits
from service.link.link import Link
from service.lists.counts import counted
from service.lists.ordinals import BITS_A_CHUNK
from service.store import keys, scripts
from service.store.lists import Lists

PLANES_A_STEP = 512
"""So many planes of a chunk are read at once, 1 KB each: about half a millisecond of the server's time."""
MOST_STEPS = 16
"""Of twenty rules that is what 2,700,000 comments met."""
_STATES = ("s:published", "s:rejected", "s:spam", "s:held")
_NEAR = 16
"""In so many rows one is looked for that tells when it was submitted."""


async def count_hits(link: Link, lists: Lists, site: str, rules: Sequence[str], since_ms: int) -> HitsOfRules:
    """How many comments, submitted at a time or later, met the rules of these names; of more than MOST_STEPS read the
    newest."""
    first, end = await lists.since(site, since_ms)
    planes = [*_STATES, *(f"u:{rule}" for rule in rules)]
    table, floor = np.zeros((len(rules), 1 + len(_STATES)), np.int64), end
    for _ in range(MOST_STEPS if rules else 0):
        if floor <= first:
            break
        last = (floor - 1) // BITS_A_CHUNK
        lowest = max(first // BITS_A_CHUNK, last + 1 - max(1, PLANES_A_STEP // len(planes)))
        names = [name for chunk in range(lowest, last + 1) for name in keys.list_keys(site, chunk * BITS_A_CHUNK)[1:]]
        floor = max(first, lowest * BITS_A_CHUNK)
        table += counted(await scripts.READ_PLANES.run(link, names, *planes), len(_STATES), floor % BITS_A_CHUNK)
    oldest_ms = await _submitted_ms(lists, site, floor) if rules and floor > first else None
    return HitsOfRules({rule: _hits(*row) for rule, row in zip(rules, table.tolist(), strict=True)}, oldest_ms)


def _hits(hits: int, published: int, rejected: int, spam: int, held: int) -> RuleHits:
    return RuleHits(hits, published, rejected + spam, held)


async def _submitted_ms(lists: Lists, site: str, ordinal: int) -> int | None:
    """When the first comment from an ordinal on was submitted."""
    found = await lists.comment_ids(site, np.arange(ordinal, ordinal + _NEAR))
    return found[0].submitted_ms if found else None
