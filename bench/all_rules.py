"""A policy with everything on: 5,000 phrases, 100 patterns, a rule of every other kind. What fires is only noted."""

import random
from typing import Any

from bench.rules import rules_of
from service.domain.rule_fields import fields_of_rule

OTHERS: dict[str, dict[str, Any]] = {
    "newcomer": {"author": {"approved_fewer_than": 3}},
    "often rejected": {"author": {"rejected_share_above": 0.5, "of_last": 10}},
    "old thread": {"thread_age_days": {"above": 30}},
    "said elsewhere": {"repeated": {"elsewhere_within_hours": 24}},
    "night": {"hours": {"outside": "06:00-23:00", "time_zone": "Europe/Berlin"}},
    "some domains": {"email_domains": {"in": ["pills.example", "casino.example"]}},
}


def all_rules() -> list[dict[str, Any]]:
    """Rules as a policy has them on the wire and in the store."""
    made = [fields_of_rule(rule) for rule in rules_of("all", random.Random(1))]
    return made + [{"name": name, "when": when, "action": "note"} for name, when in OTHERS.items()]
