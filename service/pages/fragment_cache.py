"""Threads as the demo shows them, made into HTML once for each version of the thread.

The store is asked every time whether the version is still the same: what is here is never older than the thread.
"""

from collections.abc import Mapping
from typing import NamedTuple

from service.platform.recent import Recent
from service.web.call import PartKey

MAX_BYTES = 8 * 1024 * 1024
MAX_FRAGMENTS = 64
NAMES_BYTES = 32 * 1024
"""Taken for the names of one fragment: fifty of a hundred characters, four bytes each, and what Python adds."""
FragmentKey = tuple[str, str, str]
"""Thread, the comment after which the page begins, as a cursor, and the language."""


class Fragment(NamedTuple):
    """The comments of one page as HTML in UTF-8, and the version of the thread that they are of. `names` has who wrote
    each, by comment_id; `is_whole` says that there are no other pages."""

    version: str
    html: bytes
    names: Mapping[str, str]
    is_whole: bool
    is_closed: bool


class FragmentCache(Recent[FragmentKey, Fragment]):
    """The fragments that were asked for last: `MAX_FRAGMENTS`, of at most `MAX_BYTES` together."""

    def __init__(self) -> None:
        super().__init__(MAX_BYTES, _size_of, most_values=MAX_FRAGMENTS)


FRAGMENTS = PartKey("fragments", FragmentCache)


def _size_of(key: FragmentKey, fragment: Fragment) -> int:  # noqa: ARG001 its key is short
    return len(fragment.html) + NAMES_BYTES
