"""The queue of comments that await a decision."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from service.domain.comment import Comment


class QueueOrder(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"
    RISKIEST = "riskiest"
    UNCERTAIN = "uncertain"


HIGHEST_FIRST = frozenset({QueueOrder.NEWEST, QueueOrder.RISKIEST})
"""Orders in which the highest score comes first."""


class QueueView(NamedTuple):
    """The queue of a site, or of one thread, in an order."""

    order: QueueOrder = QueueOrder.OLDEST
    thread: str | None = None


class Position(NamedTuple):
    """The last comment of a page, and its score in the page's order; ("", "") before the first page."""

    score: str = ""
    comment_id: str = ""


START = Position()
"""Before the first page."""


class QueuePage(NamedTuple):
    """A page of the queue; `last` is None when there is no page after it, `oldest_ms` when the queue is empty."""

    comments: Sequence[Comment]
    total: int
    oldest_ms: int | None
    last: Position | None


class QueueDepth(NamedTuple):
    """How many comments of a site wait, and when the oldest came, in ms since 1970; None where none waits."""

    site: str
    waiting: int
    oldest_ms: int | None


class Claimed(NamedTuple):
    """Comments that are leased to one moderator until a time."""

    comments: Sequence[Comment]
    expires_ms: int


class SiteComment(NamedTuple):
    """A comment and the site that it is of."""

    site: str
    comment: Comment


class SitesQueuePage(NamedTuple):
    """A page of the queues of several sites, as `QueuePage`; `sites_left_out` were not looked at."""

    comments: Sequence[SiteComment]
    total: int
    oldest_ms: int | None
    last: Position | None
    sites_left_out: int = 0
