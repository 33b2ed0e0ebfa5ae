"""A thread as a page shows it: replies under what they answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from schemas.fields import is_web_address

Json = dict[str, Any]
MAX_DEPTH = 5
"""Replies nested deeper than this stand below each other at this depth, each naming whom it answers."""


@dataclass(slots=True)
class Shown:
    """A published comment with its place: `answers` is the comment it replies to, if that is on the page."""

    comment_id: str
    name: str
    website: str | None
    body: str
    published_at: str
    is_reply: bool
    answers: "Shown | None" = None
    depth: int = 0
    replies: list["Shown"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread. `later` asks for what comes after it; `is_away` when nothing can be shown right now."""

    count: int = 0
    comments: tuple[Shown, ...] = ()
    later: str | None = None
    has_earlier: bool = False
    is_closed: bool = False
    is_away: bool = False

    @property
    def is_whole(self) -> bool:
        return self.later is None and not self.has_earlier and not self.is_away

    def heading(self, title: str) -> str:
        """As a news site has it."""
        if self.count == 0:
            return "No thoughts yet"
        return f"One thought on “{title}”" if self.count == 1 else f"{self.count:,} thoughts on “{title}”"

    def find(self, comment_id: str) -> Shown | None:
        return next((each for each in _walk(self.comments) if each.comment_id == comment_id), None)


def nest(comments: list[Json]) -> tuple[Shown, ...]:
    """Comments in their order, replies under what they answer; one whose parent is not among them stands at the top."""
    shown = {each["comment_id"]: _shown(each) for each in comments}
    top: list[Shown] = []
    for each in comments:
        comment = shown[each["comment_id"]]
        comment.answers = shown.get(each["parent_id"] or "")
        (comment.answers.replies if comment.answers else top).append(comment)
    _lift(top)
    return tuple(top)


def _shown(comment: Json) -> Shown:
    website = comment["website"]
    return Shown(
        comment["comment_id"],
        comment["name"],
        website if website and is_web_address(website) else None,
        comment["body"],
        comment["published_at"],
        comment["parent_id"] is not None,
    )


def _lift(top: list[Shown]) -> None:
    """Gives every comment its depth; what lies too deep moves up beside its ancestor, in reading order."""
    waiting = list(reversed(top))
    while waiting:
        comment = waiting.pop()
        for reply in comment.replies:
            reply.depth = comment.depth + 1
        if comment.depth == MAX_DEPTH:
            comment.replies = list(_flat(comment))
        elif comment.depth < MAX_DEPTH:
            waiting += reversed(comment.replies)


def _flat(comment: Shown) -> Iterator[Shown]:
    """All below a comment, in reading order, as its own replies."""
    waiting = list(reversed(comment.replies))
    while waiting:
        reply = waiting.pop()
        waiting += reversed(reply.replies)
        reply.depth, reply.replies = comment.depth + 1, []
        yield reply


def _walk(comments: tuple[Shown, ...]) -> Iterator[Shown]:
    waiting = list(comments)
    while waiting:
        comment = waiting.pop()
        waiting += comment.replies
        yield comment
