"""A thread as a page shows it: as much as a page holds, replies under what they answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from markupsafe import escape

from schemas.fields import is_web_address
from service.domain.thread import PublishedComment
from service.domain.times import rfc3339
from service.html.words import Words, words_of
from service.texts.sentence import Plural
from service.texts.texts import Texts

MAX_DEPTH = 5
"""Replies nested deeper than this stand below each other at this depth, each naming whom it answers."""
MAX_SHOWN = 50
MAX_SHOWN_BYTES = 256 * 1024
"""So many comments, and so many bytes of them, stand on one page; a link leads to the next."""
_FRAME_BYTES = 1000
"""Around the words of a comment, without its name, which comes five times at most."""
_NAME_TIMES = 5
_HEADING = Plural("One thought on “%(title)s”", "%(count)s thoughts on “%(title)s”")


@dataclass(slots=True)
class Shown:
    """A published comment with its place: `answers` is the comment it replies to, if that is on the page."""

    comment_id: str
    name: str
    website: str | None
    words: Words
    submitted_at: str
    parent_id: str | None
    answers: "Shown | None" = None
    depth: int = 0
    replies: list["Shown"] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """Of its HTML, at most."""
        named = _NAME_TIMES * len(escape(self.name).encode()) + len(escape(self.website or "").encode())
        return _FRAME_BYTES + named + self.words.size_bytes


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread. `after` is where it begins, "" at the first comment; `later` asks for what comes after it."""

    count: int = 0
    comments: tuple[Shown, ...] = ()
    after: str = ""
    later: str | None = None
    is_closed: bool = False

    @property
    def is_whole(self) -> bool:
        return self.later is None and not self.after

    def heading(self, title: str, texts: Texts) -> str:
        """As a news site has it."""
        if self.count == 0:
            return texts.gettext("No thoughts yet")
        return texts.say_of_many(_HEADING, self.count, title=title)


def fitting(comments: Iterable[PublishedComment]) -> list[Shown]:
    """The first comments, as many as a page holds; one at least."""
    fit: list[Shown] = []
    room_bytes = MAX_SHOWN_BYTES
    for each in comments:
        comment = _shown(each)
        room_bytes -= comment.size_bytes
        if fit and (room_bytes < 0 or len(fit) == MAX_SHOWN):
            break
        fit.append(comment)
    return fit


def nest(comments: list[Shown]) -> tuple[Shown, ...]:
    """Comments in their order, replies under what they answer; one whose parent is not among them stands at the top."""
    by_id = {each.comment_id: each for each in comments}
    top: list[Shown] = []
    for each in comments:
        each.answers = by_id.get(each.parent_id or "")
        (each.answers.replies if each.answers else top).append(each)
    _lift(top)
    return tuple(top)


def _shown(comment: PublishedComment) -> Shown:
    website = comment.website
    return Shown(
        comment.comment_id,
        comment.name,
        website if website and is_web_address(website) else None,
        words=words_of(comment.body),
        submitted_at=rfc3339(comment.submitted_ms),
        parent_id=comment.parent_id,
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
