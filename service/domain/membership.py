"""What a member may do: the rights of all his tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.caller import EVERY_SITE, Role
from service.domain.member import Member
from service.domain.token import Token


def own_member(token: Token) -> Member:
    """Who holds a token of a version before members, where nobody has given him another name."""
    return Member(token.member_id, token.name, token.created_ms)


@dataclass(frozen=True, slots=True)
class Membership:
    """A member with his tokens that were not revoked. `own_roles` are of the token of the settings, which is none of
    these, and for every site."""

    member: Member
    tokens: Sequence[Token]
    own_roles: frozenset[Role] = frozenset()

    def roles(self, now_ms: float) -> frozenset[Role]:
        """What he may do by one token or another; those that have expired give nothing."""
        return self.own_roles.union(*(token.roles for token in self._valid(now_ms)))

    def sites(self, now_ms: float) -> frozenset[str]:
        """Where he may do something; EVERY_SITE alone for all."""
        found = frozenset[str]().union(*(token.sites for token in self._valid(now_ms)))
        return frozenset({EVERY_SITE}) if self.own_roles or EVERY_SITE in found else found

    def _valid(self, now_ms: float) -> list[Token]:
        return [token for token in self.tokens if token.is_valid(now_ms)]
