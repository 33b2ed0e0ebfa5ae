"""Sites: the publishers' tenants."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.decision_reason import DecisionReason, codes_of
from service.domain.policy import Policy
from service.domain.policy_version import FIRST_VERSION

DEFAULT_SITE = "default"

DEFAULT_LANGUAGE = "en"

DEMO_SITE = "demo"
"""Where the demo article's comments are: in no site of a publisher."""


class Audience(StrEnum):
    """Whom the demo is served to: whoever sits at this machine, anyone, or nobody."""

    LOCAL = "local"
    ANYONE = "true"
    NOBODY = "false"


@dataclass(frozen=True, slots=True)
class Site:
    site: str
    title: str = ""
    public_submission: bool = False
    allowed_origins: tuple[str, ...] = ()
    policy: Policy = field(default_factory=Policy)
    created_ms: int = 0
    is_demo: bool = False
    language: str = DEFAULT_LANGUAGE
    """Of what its readers see, as a tag such as `de` or `pt-BR` (BCP 47)."""
    reasons: tuple[DecisionReason, ...] | None = None
    """What its moderators choose from; None are the default ones, in its language."""
    retired_reasons: tuple[DecisionReason, ...] = ()
    """Those of its own that it has no longer: decisions carry their codes."""
    waiting_target_minutes: int = 0
    """So soon comments are to be decided; 0 is no target. It is shown beside how long they do wait."""

    policy_version: int = FIRST_VERSION

    def reason_code(self, reason: str | None) -> str:
        """A decision's reason where it is a code of this site's; "" for words of the moderator's own."""
        return reason if reason and reason in codes_of(self.reasons) else ""


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What to change of a site; None keeps a value as it is."""

    title: str | None = None
    public_submission: bool | None = None
    allowed_origins: tuple[str, ...] | None = None
    language: str | None = None
    waiting_target_minutes: int | None = None
    """0 takes the target away."""
