"""Threads as the demo shows them, made into HTML once for each version of the thread.

The store is asked every time whether the version is still the same: what is here is never older than the thread.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

MAX_BYTES = 8 * 1024 * 1024
MAX_FRAGMENTS = 64
NAMES_BYTES = 32 * 1024
"""Taken for the names of one fragment: fifty of a hundred characters, four bytes each, and what Python adds."""
Place = tuple[str, str]
"""Thread, and the comment after which the page begins, as a cursor."""


class Fragment(NamedTuple):
    """The comments of one page as HTML in UTF-8, and the version of the thread that they are of. `names` has who wrote
    each, by comment_id; `is_whole` says that there are no other pages."""

    version: str
    html: bytes
    names: Mapping[str, str]
    is_whole: bool
    is_closed: bool


class FragmentCache:
    """The fragments that were asked for last: `MAX_FRAGMENTS`, of at most `MAX_BYTES` together."""

    def __init__(self) -> None:
        self._bytes = 0
        self._fragments: OrderedDict[Place, Fragment] = OrderedDict()

    def get(self, place: Place) -> Fragment | None:
        """The fragment of whatever version was put there last."""
        fragment = self._fragments.get(place)
        if fragment is not None:
            self._fragments.move_to_end(place)
        return fragment

    def put(self, place: Place, fragment: Fragment) -> None:
        """Keeps it; those that were not asked for the longest make room."""
        before = self._fragments.pop(place, None)
        self._bytes += _size(fragment) - (_size(before) if before else 0)
        self._fragments[place] = fragment
        while self._bytes > MAX_BYTES or len(self._fragments) > MAX_FRAGMENTS:
            _, oldest = self._fragments.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(fragment: Fragment) -> int:
    return len(fragment.html) + NAMES_BYTES
