"""Where comments belong, which is remembered: what their keys are made of."""

from collections.abc import Sequence
from sys import getsizeof
from typing import NamedTuple, Self

from service.errors import CommentNotFoundError
from service.link.link import Link
from service.lists.ordinals import FIRST_ORDINAL
from service.platform.recent import Recent
from service.store import keys, scripts
from service.store.format_1 import rewrite_comment

HOMES_BYTES = 64 * 1024 * 1024
_HOME_BYTES = 560
"""Of one home, its key and its slot in the table, but for the thread's id: measured with CPython 3.11."""
COMMENTS_A_STEP = 50
"""So many are read in one step: about 200 µs of the server's time."""
HOME_FIELDS = tuple(keys.COMMENT_FIELDS[name] for name in ("thread", "author", "ordinal"))


class CommentHome(NamedTuple):
    """Where a comment belongs, for ever: what its keys are made of. It has no ordinal before an older store's upgrade
    has come to it."""

    thread: str
    author: str
    ordinal: int | None = None

    @classmethod
    def of(cls, thread: bytes | None, author: bytes | None, ordinal: bytes | None) -> Self:
        """As `HOME_FIELDS` were read; what there is not is empty."""
        of_lists = None if ordinal is None else FIRST_ORDINAL + int(ordinal)
        return cls((thread or b"").decode(), (author or b"").decode(), of_lists)


def _size_of(key: tuple[str, str], home: CommentHome) -> int:  # noqa: ARG001 ids of sites and comments are short
    return _HOME_BYTES + getsizeof(home.thread)


class Homes:
    """Where the comments of all sites belong. Those that were asked for last are remembered, so that a decision needs
    no look-up first; all that is kept counts, as strangers choose the ids of threads."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._homes: Recent[tuple[str, str], CommentHome] = Recent(HOMES_BYTES, _size_of)

    def remember(self, site: str, comment_id: str, home: CommentHome) -> None:
        self._homes.put((site, comment_id), home)

    def forget(self, site: str, comment_id: str) -> None:
        """Has it read again: the comment has come into the lists since."""
        self._homes.drop((site, comment_id))

    async def find(self, site: str, comment_id: str) -> CommentHome:
        """Where a comment belongs. CommentNotFoundError. Every act finds its comment by this, and one of format 1 is
        rewritten here: scripts see only what is written now."""
        home = self._homes.get((site, comment_id))
        if home is None:
            home = await self._read(site, comment_id)
            if home is None and await rewrite_comment(self._link, site, comment_id):
                home = await self._read(site, comment_id)
            if home is None:
                raise CommentNotFoundError
            self.remember(site, comment_id, home)
        return home

    async def _read(self, site: str, comment_id: str) -> CommentHome | None:
        parts = await self._link.call("HMGET", keys.comment(site, comment_id), *HOME_FIELDS)
        return None if parts[0] is None else CommentHome.of(*parts)

    async def recall(self, site: str, ids: Sequence[str]) -> None:
        """Finds where comments belong that are not remembered, many in one step, but for those of format 1."""
        unknown = [each for each in ids if (site, each) not in self._homes]
        for start in range(0, len(unknown), COMMENTS_A_STEP):
            step = unknown[start : start + COMMENTS_A_STEP]
            found = await scripts.READ_HOMES.run(self._link, [keys.comment(site, each) for each in step])
            for comment_id, parts in zip(step, found, strict=True):
                if parts[0] is not None:
                    self.remember(site, comment_id, CommentHome.of(*parts))
