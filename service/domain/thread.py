"""Threads: the comments of one article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.domain.policy import Mode
from service.domain.queue import Position
from service.domain.state import State


class ThreadOrder(StrEnum):
    """Of a thread's published comments: by the time of their writing, from either end, or by that of their
    publication."""

    OLDEST = "oldest"
    NEWEST = "newest"
    PUBLISHED = "published"


class PublishedComment(NamedTuple):
    """A comment as anyone may see it."""

    comment_id: str
    parent_id: str | None
    name: str
    website: str | None
    body: str
    submitted_ms: int
    published_ms: int

    @property
    def position(self) -> Position:
        """Its place among the thread's published comments, in the order of their writing."""
        return Position(str(self.submitted_ms), self.comment_id)


class ThreadPage(NamedTuple):
    """A page of published comments in order; `total` of them are in the thread; `comments` is None when it is of the
    version that was known already. `last` is where the page ends, None when no other follows."""

    version: str
    title: str
    url: str
    total: int
    comments: Sequence[PublishedComment] | None
    is_closed: bool = False
    last: Position | None = None


class Closing(NamedTuple):
    """What closes threads by itself: the time, and for how long after its first comment the site's policy leaves a
    thread open, in ms, 0 for ever."""

    now_ms: int
    open_ms: int


NO_CLOSING = Closing(0, 0)
"""At the beginning of time nothing is past."""


@dataclass(frozen=True, slots=True)
class Thread:
    """How a thread is set; `mode` None is the site's own, and so is `closes_ms`. `first_ms` is when its first comment
    came, or when it was made where an older version did not write that; None before. `counts` has how many of its
    comments are in each state."""

    thread: str
    title: str
    url: str
    closed: bool
    mode: Mode | None
    counts: Mapping[State, int]
    closes_ms: int | None = None
    first_ms: int | None = None

    def is_closed(self, closing: Closing) -> bool:
        """Whether it takes no more comments: it was closed, or is past its own time or that of the policy."""
        if self.closed:
            return True
        if self.closes_ms is not None:
            return closing.now_ms >= self.closes_ms
        open_ms, first_ms = closing.open_ms, self.first_ms
        return open_ms > 0 and first_ms is not None and closing.now_ms >= first_ms + open_ms


class ThreadsPage(NamedTuple):
    """Threads in which somebody wrote, and by id when that was last, in ms since 1970. The next page is of comments
    whose ordinals are below `below`, which is None where there are no more."""

    threads: Sequence[Thread]
    last_ms: Mapping[str, int]
    below: int | None


class SitesOwn(NamedTuple):
    """In the place of a mode, or of a time to close at: the site's own again."""


SITES_OWN = SitesOwn()


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """What to set of a thread; None keeps a value as it is."""

    title: str | None = None
    url: str | None = None
    closed: bool | None = None
    mode: Mode | SitesOwn | None = None
    closes_ms: int | SitesOwn | None = None
