"""Tokens as they are looked for: by who shows one, in pages, and by whose names they are."""

from collections.abc import Iterable, Iterator

from service.domain.caller import EVERY_SITE, Caller, Role
from service.domain.directory import Directory
from service.domain.member import Member
from service.domain.token import Token, TokenFilter

_NONE = Directory()


class TokenIndex:
    """Tokens, each with its member, by id and in every other way; one more or one fewer costs the same with any number
    of them."""

    def __init__(self, held: Iterable[tuple[Token, Member]] = ()) -> None:
        self._by_id: dict[str, tuple[Token, Member]] = {}
        self._holders: dict[str, tuple[Token, Caller]] = {}
        ids: dict[TokenFilter, list[str]] = {}
        for token, member in held:
            self._hold(token, member)
            for each in filters_of(token):
                ids.setdefault(each, []).append(token.token_id)
        self._ids = {wanted: Directory(of_filter) for wanted, of_filter in ids.items()}

    def put(self, token: Token, member: Member) -> None:
        """Adds a token, in the place of one of its id."""
        self.drop(token.token_id)
        self._hold(token, member)
        for each in filters_of(token):
            self._ids.setdefault(each, Directory()).add(token.token_id)

    def _hold(self, token: Token, member: Member) -> None:
        self._by_id[token.token_id] = (token, member)
        self._holders[token.digest] = (token, token.caller_as(member))

    def drop(self, token_id: str) -> None:
        """Removes the token of an id; an unknown one is no error."""
        token, _ = self._by_id.pop(token_id, (None, None))
        if token is None:
            return
        self._holders.pop(token.digest, None)
        for each in filters_of(token):
            self._ids[each].remove(token_id)

    def get(self, token_id: str) -> Token | None:
        """The token of an id; None where there is none, or its member is none."""
        token, _ = self._by_id.get(token_id, (None, None))
        return token

    def holder(self, digest: str, now_ms: int) -> Caller | None:
        """Who holds the token of a digest; None where there is none, or it has expired."""
        token, caller = self._holders.get(digest, (None, None))
        return caller if token is not None and token.is_valid(now_ms) else None

    def page(self, wanted: TokenFilter, after: str, limit: int) -> tuple[list[tuple[Token, Member]], str | None]:
        """Up to `limit` of the tokens that a filter lets through, behind the id given, each with its member, and the
        last of their ids where others follow."""
        ids, last = self._ids.get(wanted, _NONE).page(after, limit)
        return [self._by_id[token_id] for token_id in ids], last

    def names_of_staff(self, site: str, now_ms: float) -> Iterator[str]:
        """Who may moderate a site or set its policy: by tokens for this site, and by those for every site."""
        for wanted in (TokenFilter(site), TokenFilter(EVERY_SITE)):
            for token_id in self._ids.get(wanted, _NONE):
                token, member = self._by_id[token_id]
                if token.roles != {Role.WEBSITE} and token.is_valid(now_ms):
                    yield member.name


def filters_of(token: Token) -> list[TokenFilter]:
    """Every filter that lets a token through."""
    return [TokenFilter(site, role) for site in (None, *token.sites) for role in (None, *token.roles)]
