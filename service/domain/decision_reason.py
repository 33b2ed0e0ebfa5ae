"""Reasons that a site's moderators choose from when they decide: codes of its own, that lists and counts go by."""

from collections.abc import Sequence
from typing import NamedTuple

from service.texts.sentence import marked

MOST_REASONS = 50


class DecisionReason(NamedTuple):
    """One reason: its code, what people read, and whether the site would tell it outside of the newsroom."""

    code: str
    title: str
    is_public: bool


DEFAULT_REASONS = (
    DecisionReason("spam", marked("Advertising or spam"), is_public=False),
    DecisionReason("abuse", marked("Insult or personal attack"), is_public=True),
    DecisionReason("hate", marked("Hatred against a group"), is_public=True),
    DecisionReason("threat", marked("Threat, or call for violence"), is_public=True),
    DecisionReason("sexual", marked("Sexual or obscene"), is_public=True),
    DecisionReason("off_topic", marked("Not about the article"), is_public=True),
    DecisionReason("personal_data", marked("Personal data of somebody"), is_public=True),
    DecisionReason("illegal", marked("Possibly against the law"), is_public=True),
    DecisionReason("false_claim", marked("False or misleading claim"), is_public=True),
    DecisionReason("impersonation", marked("Pretends to be somebody else"), is_public=True),
    DecisionReason("repeated", marked("Says the same again"), is_public=True),
)
"""What a site has that has set none; titles are translated where they are shown."""


def codes_of(reasons: Sequence[DecisionReason] | None) -> frozenset[str]:
    """The codes of a site's reasons; None are the default ones."""
    return frozenset(reason.code for reason in (DEFAULT_REASONS if reasons is None else reasons))


def retired(
    before: Sequence[DecisionReason], earlier: Sequence[DecisionReason], now: Sequence[DecisionReason] | None
) -> list[DecisionReason]:
    """Reasons that a site had and has no longer, the last ones first, of each code one: decisions carry their codes.
    before, now: the list until then and from then on; earlier: what was retired before"""
    kept = codes_of(now)
    left: dict[str, DecisionReason] = {}
    for reason in (*before, *earlier):
        if reason.code not in kept:
            left.setdefault(reason.code, reason)
    return list(left.values())[:MOST_REASONS]
