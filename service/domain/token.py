"""Tokens: what a program or a person shows to say who asks."""

from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.caller import EVERY_SITE, Caller, Role
from service.domain.member import Member


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret: `digest` is a keyed hash of that. `name` is its own, its member has another.

    It has one role or more, and one site or more, or EVERY_SITE alone, as an administrator's has. A token of a version
    before members is the only one of a member of its own id.
    """

    token_id: str
    name: str
    roles: frozenset[Role]
    sites: frozenset[str]
    member_id: str
    created_ms: int
    expires_ms: int | None
    digest: str = field(repr=False)

    @property
    def role(self) -> Role | None:
        """Its role; None where there are several."""
        return next(iter(self.roles)) if len(self.roles) == 1 else None

    @property
    def site(self) -> str | None:
        """Its site; None where there are several."""
        site = next(iter(self.sites)) if len(self.sites) == 1 else EVERY_SITE
        return None if site == EVERY_SITE else site

    def caller_as(self, member: Member) -> Caller:
        """Who asks when it is shown."""
        return Caller(self.token_id, member.member_id, member.name, self.roles, self.sites, self.expires_ms)

    def is_valid(self, now_ms: float) -> bool:
        """Whether it has not expired."""
        return self.expires_ms is None or self.expires_ms > now_ms

    def lets_decide(self, site: str, now_ms: float) -> bool:
        """Whether it has not expired and lets its holder claim and decide comments of a site."""
        is_of_moderator = bool(self.roles & {Role.MODERATOR, Role.ADMIN})
        return is_of_moderator and bool(self.sites & {site, EVERY_SITE}) and self.is_valid(now_ms)


class TokenFilter(NamedTuple):
    """Tokens of this site, of this role, of both; None is any. Those for every site are of the site EVERY_SITE."""

    site: str | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that is wanted: for the member of an id, or for a new one of a name. `expires_ms` is in ms since 1970,
    None for never."""

    name: str
    roles: frozenset[Role]
    sites: frozenset[str]
    expires_ms: int | None
    member_id: str | None
    member_name: str
    is_linked: bool = False
    """Whether a one-time link for the console is wanted with it."""


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token with its secret, which is shown this once, and whose it is. `link` is the secret of a one-time link
    for him, "" where none was wanted."""

    token: Token
    member: Member
    secret: str = field(repr=False)
    link: str = field(default="", repr=False)
