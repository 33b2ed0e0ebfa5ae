"""News: what moderators are told of a site while it happens, made of its events."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.domain.event import Event, EventKind

_MOST = 2**64 - 1
_PLACE = re.compile(r"(\d{1,20}-\d{1,20})\.(\d)", re.ASCII)


class NewsType(StrEnum):
    ENTERED = "entered"
    LEFT = "left"
    CLAIMED = "claimed"
    RELEASED = "released"
    DECIDED = "decided"
    UNDONE = "undone"
    PUBLISHED = "published"
    ESCALATED = "escalated"
    BULK_STARTED = "bulk_started"
    BULK_PROGRESS = "bulk_progress"
    BULK_FINISHED = "bulk_finished"
    OPEN = "open"
    RESET = "reset"


_OF_BULK = {NewsType.BULK_STARTED, NewsType.BULK_PROGRESS, NewsType.BULK_FINISHED}
_OF_EVENTS = frozenset(NewsType) - {NewsType.OPEN, NewsType.RESET}
_BY_MODERATORS = _OF_BULK | {
    NewsType.CLAIMED,
    NewsType.RELEASED,
    NewsType.DECIDED,
    NewsType.UNDONE,
    NewsType.ESCALATED,
}


class Place(NamedTuple):
    """Where somebody is in the news of a site: behind so many of what an event tells."""

    event_id: str
    part: int

    def __str__(self) -> str:
        return f"{self.event_id}.{self.part}"


NOWHERE = Place("", 0)
"""No place that anybody was ever told."""


def place_of(text: str) -> Place:
    """The place that `str` made a text of; NOWHERE for any other text."""
    found = _PLACE.fullmatch(text)
    is_id = found is not None and all(int(number) <= _MOST for number in found[1].split("-"))
    return Place(found[1], int(found[2])) if found and is_id else NOWHERE


@dataclass(frozen=True, slots=True)
class News:
    """One of the things that an event tells. `place` is behind it. `subject` is a comment_id, or a bulk_id for news
    of a bulk; `actor` whose act it was, "" for what came in or followed; `state` is the comment's after it, and
    `detail` a JSON object as the event has it, each "" where there is none."""

    place: Place
    type: NewsType
    at_ms: int
    subject: str = ""
    thread: str = ""
    actor: str = ""
    state: str = ""
    revision: int | None = None
    detail: str = ""

    @property
    def is_of_bulk(self) -> bool:
        """Whether it tells of a bulk, and not of one comment."""
        return self.type in _OF_BULK


def news_of(event: Event) -> tuple[News, ...]:
    """What moderators are told of an event, in order; nothing of threads, or of a comment that the queue never shows.

    What the machine did has the machine for its actor; who sent a comment is in no news.
    """
    told = [NewsType(kind) for kind in event.kinds if kind in _OF_EVENTS]
    has_state = event.kinds[:1] != (EventKind.CLAIMED,) and event.kinds[:1] != (EventKind.RELEASED,)
    return tuple(
        News(
            Place(event.event_id, part),
            each,
            event.at_ms,
            subject=event.subject,
            thread=event.thread,
            actor=event.actor if each in _BY_MODERATORS else "",
            state=event.after if has_state and each not in _OF_BULK else "",
            revision=event.revision,
            detail=event.detail,
        )
        for part, each in enumerate(told, 1)
    )


def begin_at(event_id: str, kind: NewsType, now_ms: int) -> News:
    """The first that a listener is told who was not here before, or whose place is no more: all until this event is to
    be read anew."""
    return News(Place(event_id, 0), kind, now_ms)
