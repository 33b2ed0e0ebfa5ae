"""Pages of threads as they were last sent, so that a page is made once for each version of its thread.

The store is asked every time whether the version is still the same: a page here is never older than the thread.
"""

from sys import getsizeof
from typing import NamedTuple

from service.platform.recent import Recent
from service.web.call import PartKey

MAX_BYTES = 32 * 1024 * 1024
PageKey = tuple[str, str, str, int, str]
"""Site, thread, order, limit and cursor."""
_SLOT_BYTES = 240
"""Of an entry in the table and in its order, measured with CPython 3.11 to 3.13 (120 to 230)."""


class Page(NamedTuple):
    """A page's JSON, the version of the thread that it shows, and its tag, by which readers know it again."""

    version: str
    content: bytes
    tag: str = ""


NO_PAGE = Page("", b"")


class PageCache(Recent[PageKey, Page]):
    """The pages that were asked for last, of at most `MAX_BYTES` together, all counted that they take: with their
    places, whose names strangers choose."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(max_bytes, size_of)


PAGES = PartKey("pages", PageCache)


def size_of(key: PageKey, page: Page) -> int:
    """The bytes of memory that an entry takes."""
    return _SLOT_BYTES + getsizeof(key) + getsizeof(page) + sum(map(getsizeof, (*key, *page)))
