"""Names of many things in their order: a page of them costs no more the more there are."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class NamesPage(NamedTuple):
    """A page of names; `last` is its last name, None when no other page follows."""

    names: Sequence[str]
    last: str | None


class Directory:
    """Names, each once, in the order of their characters."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = sorted(names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def add(self, name: str) -> None:
        """Adds a name; one that is among them already is no error."""
        if not self._has(name):
            insort(self._names, name)

    def remove(self, name: str) -> None:
        """Removes a name; one that is not among them is no error."""
        if self._has(name):
            del self._names[bisect_left(self._names, name)]

    def _has(self, name: str) -> bool:
        place = bisect_left(self._names, name)
        return place < len(self._names) and self._names[place] == name

    def page(self, after: str, limit: int) -> NamesPage:
        """Up to `limit` names behind a name, which need not be among them; "" stands before all."""
        start = bisect_right(self._names, after) if after else 0
        names = self._names[start : start + limit]
        return NamesPage(names, names[-1] if start + limit < len(self._names) else None)
