"""Members and their tokens as they are looked for, while records of both come and go."""

from collections.abc import Iterable, Iterator, Mapping

from service.domain.caller import EVERY_SITE, Caller, Role
from service.domain.directory import Directory
from service.domain.member import Member
from service.domain.membership import Membership, own_member
from service.domain.token import Token, TokenFilter
from service.domain.token_index import TokenIndex, filters_of

_NONE = Directory()


class MemberIndex:
    """Members by id and in pages, and their tokens.

    A member has a record; one of a version before members has a token of his id alone, and its name. A token whose
    member is neither is none: so the end of a member's record is that of all his tokens, also of those that are there
    yet. The administrator of the settings, `built_in`, has neither.
    """

    def __init__(self, built_in: Caller, members: Mapping[str, Member], tokens: Iterable[Token]) -> None:
        self._built_in = built_in
        self._recorded = dict(members)
        self._tokens_of: dict[str, dict[str, Token]] = {}
        for token in tokens:
            self._tokens_of.setdefault(token.member_id, {})[token.token_id] = token
        self._filters: dict[str, set[TokenFilter]] = {}
        self.tokens = TokenIndex(self._held())
        ids: dict[TokenFilter, list[str]] = {}
        for member_id in {built_in.member_id, *self._recorded, *self._tokens_of}:
            for each in self._note_filters(member_id):
                ids.setdefault(each, []).append(member_id)
        self._ids = {wanted: Directory(of_filter) for wanted, of_filter in ids.items()}

    def _held(self) -> Iterator[tuple[Token, Member]]:
        for member_id, tokens in self._tokens_of.items():
            member = self._member(member_id)
            if member is not None:
                yield from ((token, member) for token in tokens.values())

    def put_member(self, member: Member) -> None:
        """Adds a member's record, in the place of one of his id."""
        self._recorded[member.member_id] = member
        self._settle(member.member_id)

    def drop_member(self, member_id: str) -> None:
        """Removes a member's record; an unknown one is no error."""
        self._recorded.pop(member_id, None)
        self._settle(member_id)

    def put_token(self, token: Token) -> None:
        """Adds a token, in the place of one of its id."""
        self._tokens_of.setdefault(token.member_id, {})[token.token_id] = token
        self._settle(token.member_id)

    def drop_token(self, token: Token) -> None:
        """Removes a token; an unknown one is no error."""
        self._tokens_of.get(token.member_id, {}).pop(token.token_id, None)
        self.tokens.drop(token.token_id)
        self._settle(token.member_id)

    def _settle(self, member_id: str) -> None:
        """After a change of a member or his tokens: puts all of them in their places."""
        member = self._member(member_id)
        for token in self._tokens_of.get(member_id, {}).values():
            if member is None:
                self.tokens.drop(token.token_id)
            else:
                self.tokens.put(token, member)
        before = self._filters.get(member_id, set())
        after = self._note_filters(member_id)
        for each in before - after:
            self._ids[each].remove(member_id)
        for each in after - before:
            self._ids.setdefault(each, Directory()).add(member_id)

    def _note_filters(self, member_id: str) -> set[TokenFilter]:
        """Every filter that lets a member through: himself, and those of his tokens. None for who is no member."""
        found: set[TokenFilter] = set()
        if self._member(member_id) is not None:
            found.add(TokenFilter())
            found.update(*map(filters_of, self._tokens_of.get(member_id, {}).values()))
        if member_id == self._built_in.member_id:
            found |= {TokenFilter(site, role) for site in (None, EVERY_SITE) for role in (None, Role.ADMIN)}
        self._filters[member_id] = found
        if not found:
            del self._filters[member_id]
        return found

    def _member(self, member_id: str) -> Member | None:
        if member_id == self._built_in.member_id:
            return Member(member_id, self._built_in.name, 0)
        recorded = self._recorded.get(member_id)
        own = self._tokens_of.get(member_id, {}).get(member_id)
        return recorded or (own_member(own) if own else None)

    def membership(self, member_id: str) -> Membership | None:
        """A member and his tokens, in the order of their ids; None where there is no such member."""
        member = self._member(member_id)
        if member is None:
            return None
        tokens = [token for _, token in sorted(self._tokens_of.get(member_id, {}).items())]
        is_built_in = member_id == self._built_in.member_id
        return Membership(member, tokens, self._built_in.roles if is_built_in else frozenset())

    def ids_of_tokens(self, member_id: str) -> list[str]:
        """The tokens that name a member, also when he is one no longer."""
        return sorted(self._tokens_of.get(member_id, ()))

    def page(self, wanted: TokenFilter, after: str, limit: int) -> tuple[list[Membership], str | None]:
        """Up to `limit` of the members who have a token that a filter lets through, or with a filter of nothing of all
        members, behind the id given, and the last of their ids where others follow."""
        ids, last = self._ids.get(wanted, _NONE).page(after, limit)
        found = (self.membership(member_id) for member_id in ids)
        return [each for each in found if each is not None], last
