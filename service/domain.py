"""The words of moderation: states, roles, verdicts, decisions, and the rule that routes a comment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, NamedTuple

DEFAULT_SITE = "default"
DEMO_SITE = "demo"
"""Where the demo article's comments are: in no site of a publisher."""
SCORE_DECIMALS = 5
"""Of scores and risk, stored and shown."""


class Role(StrEnum):
    WEBSITE = "website"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    ADMIN = "admin"


class Audience(StrEnum):
    """Whom the demo is served to: whoever sits at this machine, anyone, or nobody."""

    LOCAL = "local"
    ANYONE = "true"
    NOBODY = "false"


class State(StrEnum):
    HELD = "held"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SPAM = "spam"
    ERASED = "erased"


class Mode(StrEnum):
    PREMODERATE = "premoderate"
    POSTMODERATE = "postmoderate"
    AUTO = "auto"


class Verdict(StrEnum):
    PUBLISH = "publish"
    HOLD = "hold"
    REJECT = "reject"


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"


class QueueOrder(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"
    RISKIEST = "riskiest"
    UNCERTAIN = "uncertain"


MODES = tuple(Mode)
STATE_OF_VERDICT = {Verdict.PUBLISH: State.PUBLISHED, Verdict.HOLD: State.HELD, Verdict.REJECT: State.REJECTED}
STATE_OF_DECISION = {
    Decision.APPROVE: State.PUBLISHED,
    Decision.REJECT: State.REJECTED,
    Decision.SPAM: State.SPAM,
}
UNKNOWN_RISK = 0.5
"""Where an unscored or unassessed comment stands in the queue's risk order: undecided."""
NAME_OF_STAFF = "name_of_staff"
"""The reason for holding a comment whose sender's name looks like that of who moderates."""
NOTABLE_SCORE = 0.5
"""A score from here up is named among the reasons: more likely so than not."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token's holder. The administrator has no site and may act on any."""

    token_id: str
    name: str
    role: Role
    site: str | None


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


@dataclass(frozen=True, slots=True)
class Site:
    site: str
    title: str = ""
    public_submission: bool = False
    allowed_origins: tuple[str, ...] = ()
    policy: Policy = field(default_factory=Policy)
    created_ms: int = 0
    is_demo: bool = False


class Submission(NamedTuple):
    """What a reader sent, validated: NFC text, trimmed; `email` in the clear, for the vault only. `is_stranger` when he
    sent it himself, and no website vouches for him."""

    name: str
    email: str
    body: str
    website: str = ""
    parent_id: str = ""
    article_title: str = ""
    article_url: str = ""
    client_ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    is_stranger: bool = False


class Assessed(NamedTuple):
    """What the classifier said of a submission. `scores` and `risk`, which is rounded, are None when it could not be
    scored; `assessed` is False when it could, but in a language the model does not know."""

    scores: dict[str, float] | None
    risk: float | None
    spans: list[dict[str, Any]]
    assessed: bool
    model: str
    findings: tuple[str, ...] = ()
    """What hides how it is read, as codes of reasons."""


Reason = dict[str, Any]


class Routing(NamedTuple):
    """The machine's verdict under one mode; listed comments wait in the queue for a moderator."""

    verdict: Verdict
    reasons: list[Reason]
    is_listed: bool = True


def route_each(policy: Policy, assessed: Assessed, held_for: Sequence[str] = ()) -> dict[Mode, Routing]:
    """What every mode makes of an assessed submission: which one its thread has, only the store knows. Each holds it
    for `held_for`, codes of reasons that are not the classifier's."""
    noted, held = _notable(assessed), [{"code": code} for code in (*held_for, *assessed.findings)]
    return {mode: _route(mode, policy, assessed, noted, held) for mode in MODES}


def route(mode: Mode, policy: Policy, assessed: Assessed) -> Routing:
    """The verdict on an assessed submission under a mode, with its reasons. Never publishes unscored."""
    return route_each(policy, assessed)[mode]


def _route(mode: Mode, policy: Policy, assessed: Assessed, noted: list[Reason], held: list[Reason]) -> Routing:
    if assessed.risk is None:
        return Routing(Verdict.HOLD, [{"code": "not_scored"}, *held])
    unknown: list[Reason] = [] if assessed.assessed else [{"code": "language_not_assessed"}]
    if mode is Mode.PREMODERATE:
        return Routing(Verdict.HOLD, [{"code": "premoderated"}, *held, *unknown, *noted])
    if held:
        return Routing(Verdict.HOLD, [*held, *unknown, *noted])
    if mode is Mode.POSTMODERATE:
        return Routing(Verdict.PUBLISH, [{"code": "postmoderated"}, *unknown, *noted])
    if unknown:
        return Routing(Verdict.HOLD, unknown)
    if assessed.risk < policy.publish_below:
        return Routing(Verdict.PUBLISH, [{"code": "risk_below", "threshold": policy.publish_below}], is_listed=False)
    if assessed.risk > policy.reject_above:
        return Routing(
            Verdict.REJECT, [{"code": "risk_above", "threshold": policy.reject_above}, *noted], is_listed=False
        )
    return Routing(Verdict.HOLD, [{"code": "risk_between"}, *noted])


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, also an IPv4 one written as IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def reader_network(address: str) -> str:
    """What rate limits take for one reader: an IPv4 address, or the /64 network that one IPv6 line is given
    (RFC 6177); an IPv4 address written as IPv6 is the same reader."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or IPv6Network((int(ip), 64), strict=False))
    return str(ip)


def _notable(assessed: Assessed) -> list[Reason]:
    scores = assessed.scores or {}
    if max(scores.values(), default=0) < NOTABLE_SCORE:  # most comments: this is asked for every one
        return []
    high = [(round(score, SCORE_DECIMALS), name) for name, score in scores.items() if score >= NOTABLE_SCORE]
    high.sort(reverse=True)
    return [{"code": "score_high", "attribute": name, "score": score} for score, name in high]
