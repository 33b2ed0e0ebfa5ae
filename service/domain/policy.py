"""How a site moderates: its mode, thresholds and limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.domain.rule import Rule
from service.domain.rule_fields import fields_of_rule, rule_of
from service.domain.times import DAY_MS


class Mode(StrEnum):
    PREMODERATE = "premoderate"
    POSTMODERATE = "postmoderate"
    AUTO = "auto"


MODES = tuple(Mode)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `per_minute` submissions a minute in the long run, `burst` at once; `per_minute` 0 is no limit."""

    per_minute: int = 0
    burst: int = 1

    @property
    def interval_ms(self) -> float:
        """Between two submissions, to the microsecond; 0 for no limit."""
        return round(60_000_000 / self.per_minute) / 1000 if self.per_minute else 0.0

    @property
    def tolerance_ms(self) -> float:
        return (self.burst - 1) * self.interval_ms


@dataclass(frozen=True, slots=True)
class Policy:
    """How a site moderates. Thresholds are on `risk` and are needed in `auto` only."""

    mode: Mode = Mode.PREMODERATE
    publish_below: float = 0.05
    reject_above: float = 0.98
    reader_rate: RateLimit = RateLimit(6, 5)
    site_rate: RateLimit = RateLimit(0, 100)
    stranger_rate: RateLimit = RateLimit(120, 60)
    """Of all together who submit without a token."""
    rules: tuple[Rule, ...] = ()
    close_after_days: int | None = None
    """So many days after its first comment a thread takes no more; None is never."""

    @property
    def open_ms(self) -> int:
        """For how long after its first comment a thread is open; 0 for ever."""
        return (self.close_after_days or 0) * DAY_MS


PolicyChange = Mapping[str, Any]
"""Some of the fields of `fields_of`, as they are to be."""


def fields_of(policy: Policy) -> dict[str, Any]:
    """A policy field by field, as it is stored and shown: a rate of None is no limit."""
    return {
        "mode": policy.mode.value,
        "publish_below": policy.publish_below,
        "reject_above": policy.reject_above,
        "reader_rate_per_minute": policy.reader_rate.per_minute or None,
        "reader_burst": policy.reader_rate.burst,
        "site_rate_per_minute": policy.site_rate.per_minute or None,
        "site_burst": policy.site_rate.burst,
        "stranger_rate_per_minute": policy.stranger_rate.per_minute or None,
        "stranger_burst": policy.stranger_rate.burst,
        "rules": [fields_of_rule(rule) for rule in policy.rules],
        "close_after_days": policy.close_after_days,
    }


def policy_of(fields: Mapping[str, Any]) -> Policy:
    """The opposite of `fields_of`; what was stored before strangers had a limit of their own has none for them."""
    return Policy(
        Mode(fields["mode"]),
        fields["publish_below"],
        fields["reject_above"],
        reader_rate=RateLimit(fields["reader_rate_per_minute"] or 0, fields["reader_burst"]),
        site_rate=RateLimit(fields["site_rate_per_minute"] or 0, fields["site_burst"]),
        stranger_rate=RateLimit(fields.get("stranger_rate_per_minute") or 0, fields.get("stranger_burst", 1)),
        rules=tuple(rule_of(rule) for rule in fields.get("rules", ())),
        close_after_days=fields.get("close_after_days"),
    )
