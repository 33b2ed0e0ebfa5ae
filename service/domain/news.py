"""News: what moderators are told of a site while it happens, made of its events."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

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
    BULK_UNDONE = "bulk_undone"
    BULK_FINISHED = "bulk_finished"
    OPEN = "open"
    RESET = "reset"


_OF_BULK = {NewsType.BULK_STARTED, NewsType.BULK_PROGRESS, NewsType.BULK_UNDONE, NewsType.BULK_FINISHED}
_OF_EVENTS = frozenset(NewsType) - {NewsType.OPEN, NewsType.RESET, NewsType.BULK_PROGRESS}
_OF_QUEUE = frozenset((NewsType.ENTERED, NewsType.LEFT))
_OF_CLAIMS = {EventKind.CLAIMED, EventKind.RELEASED}
_BULK = "bulk"
"""What an event's detail names the bulk by that an act belongs to."""
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


ALL_PARTS = 9
"""More than any event tells: behind all of it."""
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
    of a bulk; `actor` whose act it was, "" for what came in or followed; `state` is the comment's after it;
    each "" where there is none. `detail` has what else the event tells."""

    place: Place
    type: NewsType
    at_ms: int
    subject: str = ""
    thread: str = ""
    actor: str = ""
    state: str = ""
    revision: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_of_bulk(self) -> bool:
        """Whether it tells of a bulk, and not of one comment."""
        return self.type in _OF_BULK


def news_of(event: Event) -> tuple[News, ...]:
    """What moderators are told of an event, in order; nothing of threads, or of a comment that the queue never shows.

    What the machine did has the machine for its actor; who sent a comment is in no news. Of an act of a bulk only that
    a comment entered or left the queue: `with_progress` tells of the rest.
    """
    detail = _detail_of(event)
    wanted = _OF_QUEUE if _BULK in detail else _OF_EVENTS
    told = [NewsType(kind) for kind in event.kinds if kind in wanted]
    has_state = not event.kinds or event.kinds[0] not in _OF_CLAIMS
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
            detail=detail,
        )
        for part, each in enumerate(told, 1)
    )


def with_progress(events: Sequence[Event]) -> list[News]:
    """What moderators are told of events that came together: of each, and behind them of each bulk how many of them
    were its acts."""
    acts: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        bulk_id = _detail_of(event).get(_BULK)
        if isinstance(bulk_id, str):
            acts[bulk_id].append(event)
    told = [news for event in events for news in news_of(event)]
    return told + [_progress(bulk_id, done, events[-1]) for bulk_id, done in acts.items()]


def _progress(bulk_id: str, acts: Sequence[Event], last: Event) -> News:
    """What is told of the acts of a bulk behind the last of the events among which they were."""
    newest, place = acts[-1], Place(last.event_id, len(news_of(last)))
    detail = {"acts": len(acts)}
    return News(place, NewsType.BULK_PROGRESS, newest.at_ms, bulk_id, actor=newest.actor, detail=detail)


def _detail_of(event: Event) -> dict[str, Any]:
    """What else an event tells; nothing where that is no JSON object."""
    try:
        detail = json.loads(event.detail) if event.detail else {}
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def begin_at(event_id: str, kind: NewsType, now_ms: int) -> News:
    """The first that a listener is told who was not here before, or whose place is no more: all until this event is to
    be read anew."""
    return News(Place(event_id, ALL_PARTS), kind, now_ms)
