"""Who asks: the holder of a token, and what he may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    WEBSITE = "website"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token's holder. The administrator has no site and may act on any. `expires_ms` is when the token
    ends, in ms since 1970; None for one that does not."""

    token_id: str
    name: str
    role: Role
    site: str | None
    expires_ms: int | None = None

    @property
    def actor(self) -> str:
        """Whose acts these are, as events, histories and claims name them."""
        return self.token_id

    @property
    def may_end_any_claim(self) -> bool:
        """Whether the claims of others do not keep this caller from a comment."""
        return self.role is Role.ADMIN

    def lease_until(self, wanted_ms: int) -> int:
        """Returns when a lease of this caller ends that should end at `wanted_ms`: not later than the token."""
        return wanted_ms if self.expires_ms is None else min(wanted_ms, self.expires_ms)
