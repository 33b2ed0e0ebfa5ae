"""Members and their tokens in memory, as the registry reads them."""

import time

from service.domain.caller import ADMIN, Caller
from service.domain.likeness import skeleton, skeletons
from service.domain.member import Member
from service.domain.member_index import MemberIndex
from service.domain.membership import Membership
from service.domain.token import Token, TokenFilter
from service.errors import MemberNotFoundError, TokenNotFoundError
from service.link.link import Link
from service.store import keys
from service.store.last_seen import LastSeen
from service.store.members import unpack_member
from service.store.records import Records
from service.store.tokens import unpack_token


class People:
    """What was read last of members and tokens."""

    def __init__(self, link: Link) -> None:
        self._tokens = Records(link, keys.TOKENS, unpack_token, kind="token")
        self._members = Records(link, keys.MEMBERS, unpack_member, kind="member")
        self._index = MemberIndex(ADMIN, {}, ())
        self._staff: dict[str, frozenset[str]] = {}
        self.seen = LastSeen(link)

    async def read_all(self) -> None:
        """Reads all members and tokens."""
        changed = await self._members.read_all()
        changed |= await self._tokens.read_all()
        if changed:
            self._index = MemberIndex(ADMIN, self._members.values, self._tokens.values.values())
        self._staff = {}  # a token may have expired

    async def read_token(self, token_id: str) -> None:
        """Reads one token that was made or revoked."""
        known = self._tokens.values.get(token_id)
        await self._tokens.read(token_id)
        token = self._tokens.values.get(token_id)
        if token is not None:
            self._index.put_token(token)
        elif known is not None:
            self._index.drop_token(known)
        self._staff = {}

    async def read_member(self, member_id: str) -> None:
        """Reads one member who was made or changed."""
        await self._members.read(member_id)
        member = self._members.values.get(member_id)
        if member is None:
            self._index.drop_member(member_id)
        else:
            self._index.put_member(member)
        self._staff = {}

    async def read_revoked(self, member_id: str) -> None:
        """Reads a member who was revoked, and what is left of his tokens."""
        await self.read_member(member_id)
        for token_id in self._index.ids_of_tokens(member_id):
            await self.read_token(token_id)

    def holder(self, digest: str, now_ms: int) -> Caller | None:
        """Who holds the token of a digest; None where there is none, or it has expired."""
        return self._index.tokens.holder(digest, now_ms)

    def is_like_staff(self, site: str, name: str) -> bool:
        """Whether a name looks like that of somebody who moderates the site, when members and tokens were read last."""
        staff = self._staff.get(site)
        if staff is None:
            staff = self._staff[site] = skeletons(self._index.tokens.names_of_staff(site, time.time() * 1000))
        return skeleton(name) in staff

    def name_of(self, member_id: str) -> str | None:
        """The name of a member; None where there is no such member now."""
        found = self._index.membership(member_id)
        return found.member.name if found else None

    def token(self, token_id: str) -> Token:
        """A token of a member, or TokenNotFoundError."""
        found = self._index.tokens.get(token_id)
        if found is None:
            raise TokenNotFoundError
        return found

    def page_of_tokens(
        self, wanted: TokenFilter, after: str, limit: int
    ) -> tuple[list[tuple[Token, Member]], str | None]:
        """Up to `limit` of the tokens that a filter lets through by id, behind the id given, each with its member, and
        the last of their ids where others follow."""
        return self._index.tokens.page(wanted, after, limit)

    def page_of_members(self, wanted: TokenFilter, after: str, limit: int) -> tuple[list[Membership], str | None]:
        """The same of the members who have such a token; of all members where the filter is of nothing."""
        return self._index.page(wanted, after, limit)

    def membership(self, member_id: str) -> Membership:
        """A member and his tokens, or MemberNotFoundError."""
        found = self._index.membership(member_id)
        if found is None:
            raise MemberNotFoundError
        return found

    def ids_of_tokens(self, member_id: str) -> list[str]:
        """The tokens that name a member, also when he is one no longer."""
        return self._index.ids_of_tokens(member_id)
