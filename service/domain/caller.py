"""Who asks: a member by one of his tokens, and what he may do."""

from dataclasses import dataclass
from enum import StrEnum

EVERY_SITE = "*"
"""Stands among sites for all that there are, and will be."""


class Role(StrEnum):
    WEBSITE = "website"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    ADMIN = "admin"


AT_CONSOLE = (Role.MODERATOR, Role.OPERATOR, Role.ADMIN)
"""Whoever has one of these may sign in to the console."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a member, who is a person or a program, and the token that he shows. His rights are those of the token,
    each of `roles` on each of `sites`, which has site ids or EVERY_SITE alone; an administrator's are for every site.
    `name` is the member's. `expires_ms` is when the token ends, in ms since 1970; None for one that does not."""

    token_id: str
    member_id: str
    name: str
    roles: frozenset[Role]
    sites: frozenset[str]
    expires_ms: int | None = None

    @property
    def actor(self) -> str:
        """Whose acts these are, as events, histories and claims name them: the member, whichever token he shows."""
        return self.member_id

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles

    @property
    def may_end_any_claim(self) -> bool:
        """Whether the claims of others do not keep this caller from a comment."""
        return self.is_admin

    @property
    def only_site(self) -> str | None:
        """The one site that this caller may act on; None where there are several."""
        (site,) = self.sites if len(self.sites) == 1 else (EVERY_SITE,)
        return None if site == EVERY_SITE else site

    def may(self, *roles: Role) -> bool:
        """Whether one of his roles is among these. An administrator's is not, unless it is named."""
        return not self.roles.isdisjoint(roles)

    def may_act_on(self, site: str) -> bool:
        """Whether his rights are for a site, which need not exist."""
        return site in self.sites or EVERY_SITE in self.sites

    def lease_until(self, wanted_ms: int) -> int:
        """Returns when a lease of this caller ends that should end at `wanted_ms`: not later than the token."""
        return wanted_ms if self.expires_ms is None else min(wanted_ms, self.expires_ms)


ADMIN = Caller("admin", "admin", "administrator", frozenset({Role.ADMIN}), frozenset({EVERY_SITE}))
"""The administrator of the settings: a member of whom no store has a record."""
