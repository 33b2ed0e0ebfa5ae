"""A comment as a line of a list shows it."""

from dataclasses import dataclass

from service.domain.comment import Comment
from service.domain.decision import STATE_OF_DECISION, Decision
from service.domain.routing import Verdict
from service.domain.state import State
from service.html.shown.composition import Shown, shown
from service.html.shown.moment import Moment, moment
from service.texts.sentence import marked
from service.texts.texts import Texts

GLIMPSE_CHARS = 600
"""So much of a text stands in a list, which shows a few lines of it."""
_BY_MACHINE = {
    (State.PUBLISHED, Verdict.PUBLISH): marked("published by the machine"),
    (State.REJECTED, Verdict.REJECT): marked("rejected by the machine"),
    (State.HELD, Verdict.HOLD): marked("held by the machine"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. `routed` says that the machine brought the comment where it is, or is ""; `risk` is as the
    language writes it, "" where it is not known; `decisions` are those that change something, `claimed_by` the name of
    who holds it."""

    comment_id: str
    name: Shown
    glimpse: Shown
    thread: Shown
    thread_id: str
    state: State
    revision: int
    came: Moment
    routed: str
    risk: str
    decisions: tuple[Decision, ...]
    claimed_by: Shown | None
    is_reply: bool


def row_of(comment: Comment, now_ms: int, texts: Texts) -> Row:
    """A comment as a list shows it now."""
    return Row(
        comment.comment_id,
        shown(comment.name),
        shown(_glimpse(comment.body)),
        thread=shown(comment.thread),
        thread_id=comment.thread,
        state=comment.state,
        revision=comment.revision,
        came=moment(comment.submitted_ms, now_ms, texts),
        routed=texts.gettext(_BY_MACHINE.get((comment.state, comment.verdict), "")) if _is_routed(comment) else "",
        risk="" if comment.risk is None else texts.share(comment.risk),
        decisions=changing(comment.state),
        claimed_by=shown(comment.claim.moderator) if comment.claim else None,
        is_reply=comment.parent_id is not None,
    )


def changing(state: State) -> tuple[Decision, ...]:
    """The decisions that change something about a comment in this state."""
    if state is State.ERASED:
        return ()
    return tuple(decision for decision in Decision if STATE_OF_DECISION[decision] is not state)


def _glimpse(body: str) -> str:
    return body if len(body) <= GLIMPSE_CHARS else body[:GLIMPSE_CHARS] + "…"


def _is_routed(comment: Comment) -> bool:
    return (comment.state, comment.verdict) in _BY_MACHINE
