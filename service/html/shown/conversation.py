"""A thread as readers see it, for moderators: replies under what they answer, and what waits in its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.domain.comment import Comment
from service.domain.decision import Decision
from service.domain.state import State
from service.domain.thread import PublishedComment
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.html.shown.row import decisions_here, glimpse_of, is_whole
from service.texts.texts import Texts

Either = Comment | PublishedComment
MAX_DEPTH = 5
"""Replies nested deeper than this stand at this depth."""


@dataclass(frozen=True, slots=True)
class Said:
    """A comment of a thread, cut as in a list. `depth` is how many comments of the page it lies under, at most
    MAX_DEPTH; `answers` is the name of whom it answers, where that is on the page; `revision` is None where the page
    does not know it."""

    comment_id: str
    depth: int
    answers: Shown | None
    name: Shown
    body: Shown
    is_whole: bool
    state: State
    came: Moment
    revision: int | None
    decisions: tuple[Decision, ...]


def conversation(
    published: Iterable[PublishedComment], waiting: Iterable[Comment], now_ms: int, texts: Texts
) -> list[Said]:
    """The comments in reading order: by the time of their writing, each followed by the replies to it."""
    all_of_them: list[Either] = [*published, *waiting]
    ordered = sorted(all_of_them, key=lambda each: (each.submitted_ms, each.comment_id))
    by_id = {each.comment_id: each for each in ordered}
    replies: dict[str, list[Either]] = {}
    for each in ordered:
        parent = each.parent_id or ""
        replies.setdefault(parent if parent in by_id else "", []).append(each)
    return [_said(each, depth, by_id, now_ms, texts=texts) for each, depth in _in_reading_order(replies)]


def _in_reading_order(replies: dict[str, list[Either]]) -> Iterator[tuple[Either, int]]:
    """Each comment with its depth; no matter how deep they lie."""
    waiting = [(each, 0) for each in reversed(replies.get("", []))]
    while waiting:
        each, depth = waiting.pop()
        yield each, depth
        below = min(MAX_DEPTH, depth + 1)
        waiting += [(reply, below) for reply in reversed(replies.get(each.comment_id, []))]


def _said(
    comment: Either,
    depth: int,
    by_id: dict[str, Either],
    now_ms: int,
    *,
    texts: Texts,
) -> Said:
    answered = by_id.get(comment.parent_id or "")
    state = comment.state if isinstance(comment, Comment) else State.PUBLISHED
    return Said(
        comment.comment_id,
        depth,
        answers=shown(answered.name) if answered else None,
        name=shown(comment.name),
        body=glimpse_of(comment.body),
        is_whole=is_whole(comment.body),
        state=state,
        came=moment(comment.submitted_ms, now_ms, texts),
        revision=comment.revision if isinstance(comment, Comment) else None,
        decisions=decisions_here(state, comment.body),
    )
