"""Pages of threads as they were last sent, so that a page is made once for each version of its thread.

The store is asked every time whether the version is still the same: a page here is never older than the thread.
"""

from collections import OrderedDict
from typing import NamedTuple

MAX_BYTES = 32 * 1024 * 1024
Place = tuple[str, str, int, str]
"""Site, thread, limit and cursor."""


class Page(NamedTuple):
    """A page's JSON, the version of the thread that it shows, and its tag, by which readers know it again."""

    version: str
    content: bytes
    tag: str = ""


NO_PAGE = Page("", b"")


class PageCache:
    """The pages that were asked for last, of at most `MAX_BYTES` together."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pages: OrderedDict[Place, Page] = OrderedDict()

    def get(self, place: Place) -> Page:
        """The page, or NO_PAGE."""
        page = self._pages.get(place)
        if page is None:
            return NO_PAGE
        self._pages.move_to_end(place)
        return page

    def put(self, place: Place, page: Page) -> None:
        before = self._pages.pop(place, NO_PAGE)
        self._pages[place] = page
        self._bytes += len(page.content) - len(before.content)
        while self._bytes > self._max_bytes:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest.content)
