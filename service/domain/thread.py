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


@dataclass(frozen=True, slots=True)
class Thread:
    """How a thread is set; `mode` None is the site's own. `counts` has how many of its comments are in each state."""

    thread: str
    title: str
    url: str
    closed: bool
    mode: Mode | None
    counts: Mapping[State, int]


class SitesOwn(NamedTuple):
    """In the place of a mode: the site's own again."""


SITES_OWN = SitesOwn()


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """What to set of a thread; None keeps a value as it is."""

    title: str | None = None
    url: str | None = None
    closed: bool | None = None
    mode: Mode | SitesOwn | None = None
