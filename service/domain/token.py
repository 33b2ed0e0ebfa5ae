"""Tokens: what a program or a person shows to say who asks."""

from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.caller import Caller, Role


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret: `digest` is a keyed hash of that. The administrator's has no site."""

    token_id: str
    name: str
    role: Role
    site: str | None
    created_ms: int
    expires_ms: int | None
    digest: str = field(repr=False)

    @property
    def caller(self) -> Caller:
        return Caller(self.token_id, self.name, self.role, self.site, self.expires_ms)

    def is_valid(self, now_ms: float) -> bool:
        """Whether it has not expired."""
        return self.expires_ms is None or self.expires_ms > now_ms


class TokenFilter(NamedTuple):
    """Tokens of this site, of this role, of both; None is any."""

    site: str | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is shown this once."""

    token: Token
    secret: str = field(repr=False)
