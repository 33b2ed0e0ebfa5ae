"""How often a site's rules were met of late, and what became of the comments that met them."""

from collections.abc import Mapping
from typing import NamedTuple


class RuleHits(NamedTuple):
    """Comments that met a rule, and how many of these are in which state now: `rejected` with those that are spam, and
    `held` those that wait or wait no longer. Erased ones are among the hits alone."""

    hits: int
    published: int
    rejected: int
    held: int


class HitsOfRules(NamedTuple):
    """The hits of rules by their names. `since_ms` is when the oldest that was looked at came, in ms since 1970,
    where there were too many to look at all that were asked for."""

    by_rule: Mapping[str, RuleHits]
    since_ms: int | None
