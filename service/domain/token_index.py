"""Tokens as they are looked for: by who shows one, in pages, and by whose names they are."""

from collections.abc import Iterable, Iterator

from service.domain.caller import Caller, Role
from service.domain.directory import Directory
from service.domain.token import Token, TokenFilter

_NONE = Directory()


class TokenIndex:
    """Tokens by id and in every other way; one more or one fewer costs the same with any number of them."""

    def __init__(self, tokens: Iterable[Token] = ()) -> None:
        self._by_id = {token.token_id: token for token in tokens}
        self._holders = {token.digest: (token, token.caller) for token in self._by_id.values()}
        ids: dict[TokenFilter, list[str]] = {}
        for token in self._by_id.values():
            for each in _filters_of(token):
                ids.setdefault(each, []).append(token.token_id)
        self._ids = {wanted: Directory(of_filter) for wanted, of_filter in ids.items()}

    def put(self, token: Token) -> None:
        """Adds a token, in the place of one of its id."""
        self.drop(token.token_id)
        self._by_id[token.token_id] = token
        self._holders[token.digest] = (token, token.caller)
        for each in _filters_of(token):
            self._ids.setdefault(each, Directory()).add(token.token_id)

    def drop(self, token_id: str) -> None:
        """Removes the token of an id; an unknown one is no error."""
        token = self._by_id.pop(token_id, None)
        if token is None:
            return
        self._holders.pop(token.digest, None)
        for each in _filters_of(token):
            self._ids[each].remove(token_id)

    def holder(self, digest: str, now_ms: int) -> Caller | None:
        """Who holds the token of a digest; None where there is none, or it has expired."""
        token, caller = self._holders.get(digest, (None, None))
        return caller if token is not None and token.is_valid(now_ms) else None

    def page(self, wanted: TokenFilter, after: str, limit: int) -> tuple[list[Token], str | None]:
        """Up to `limit` of the tokens that a filter lets through, behind the id given, and the last of their ids where
        others follow."""
        ids, last = self._ids.get(wanted, _NONE).page(after, limit)
        return [self._by_id[token_id] for token_id in ids], last

    def names_of_staff(self, site: str, now_ms: float) -> Iterator[str]:
        """Who may moderate a site or set its policy: by tokens of its own, and by those of administrators."""
        for wanted in (TokenFilter(site), TokenFilter(role=Role.ADMIN)):
            for token_id in self._ids.get(wanted, _NONE):
                token = self._by_id[token_id]
                if token.role is not Role.WEBSITE and token.is_valid(now_ms):
                    yield token.name


def _filters_of(token: Token) -> list[TokenFilter]:
    """Every filter that lets a token through."""
    sites = [None] if token.site is None else [None, token.site]
    return [TokenFilter(site, role) for site in sites for role in (None, token.role)]
