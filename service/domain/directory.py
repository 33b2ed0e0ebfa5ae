"""Names of many things in their order: a page of them costs no more the more there are."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class NamesPage(NamedTuple):
    """A page of names; `last` is its last name, None when no other page follows."""

    names: Sequence[str]
    last: str | None


class Directory:
    """Names in the order of their characters."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = sorted(names)

    def page(self, after: str, limit: int) -> NamesPage:
        """Up to `limit` names behind a name, which need not be among them; "" stands before all."""
        start = bisect_right(self._names, after) if after else 0
        names = self._names[start : start + limit]
        return NamesPage(names, names[-1] if start + limit < len(self._names) else None)
